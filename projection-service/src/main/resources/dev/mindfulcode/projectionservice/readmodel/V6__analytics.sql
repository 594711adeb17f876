-- Runs of plugins over history: how each does. Which are wanted is gateway.analytics_runs, the gateway's; a run that is not there any more goes
-- here, too, with its results. Whoever works on a run holds it for a while at a time; version fences whoever held it before.
CREATE TABLE analytics_runs (
    run_id       uuid PRIMARY KEY,
    generation   int  NOT NULL,
    status       text NOT NULL CHECK (status IN ('waiting', 'replaying', 'live', 'finished', 'failed', 'stopped')),
    reason       text,
    -- Of the log's records, those read and those there were to read; and those that the plugin was given.
    scanned      bigint NOT NULL DEFAULT 0,
    total        bigint NOT NULL DEFAULT 0,
    records      bigint NOT NULL DEFAULT 0,
    results      bigint NOT NULL DEFAULT 0,
    summary      jsonb,
    -- What the results are made of: the next offset of each partition, by topic.
    positions    jsonb  NOT NULL DEFAULT '{}',
    version      bigint NOT NULL DEFAULT 0,
    held_by      uuid,
    held_until   timestamptz NOT NULL DEFAULT '-infinity',
    updated_at   timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE analytics_results (
    run_id  uuid NOT NULL REFERENCES analytics_runs ON DELETE CASCADE,
    key     text NOT NULL COLLATE "C",
    value   jsonb NOT NULL,
    -- Of the run when this was written.
    version bigint NOT NULL,
    PRIMARY KEY (run_id, key)
);

-- Failures in a row of a plugin for one user: what one person's data does to it is nobody else's loss.
CREATE TABLE analytics_failures (
    plugin_id    uuid NOT NULL,
    user_id      uuid NOT NULL,
    in_row       int  NOT NULL,
    last_failure text NOT NULL,
    failed_at    timestamptz NOT NULL,
    PRIMARY KEY (plugin_id, user_id)
);
