-- What all projections share. Each projection's own tables are declared in tables.sql next to its fold.

-- The next record of each partition to apply, written in the same transaction as the rows.
CREATE TABLE projection_offsets (
    topic        text   NOT NULL,
    partition    int    NOT NULL,
    next_offset  bigint NOT NULL CHECK (next_offset >= 0),
    -- Topics written by flow-stream: all keystrokes below this offset of the same partition of `keystrokes` are
    -- included in the applied records. Null until the first progress marker.
    input_offset bigint,
    -- The same for `flow-features`.
    features_offset bigint,
    PRIMARY KEY (topic, partition)
);

-- Builds of projections. Exactly one build of each projection is in use; its tables are in this schema. Every other
-- build has a schema of its own (readmodel_<projection>_<build>) with its own projection_offsets.
--
-- The operator requests a change by writing a row or its state ('building', 'dropping'); the projection service
-- executes it.
CREATE TABLE projection_builds (
    projection         text NOT NULL,
    -- 0: created after its topics had been read for other projections. It lacks older records and is rebuilt at once.
    build              int  NOT NULL CHECK (build >= 0),
    -- Version of the fold; null in a request, which uses the latest.
    version            int  CHECK (version > 0),
    tables             text[],
    topics             text[],
    state              text NOT NULL CHECK (state IN ('in_use', 'building', 'refused', 'retained', 'dropping')),
    -- Whether to cut over even if the comparison finds differences.
    is_forced          boolean NOT NULL DEFAULT false,
    share_percent      int  NOT NULL DEFAULT 50 CHECK (share_percent BETWEEN 1 AND 100),
    phase              text NOT NULL DEFAULT 'waiting'
        CHECK (phase IN ('waiting', 'reading', 'comparing', 'switching', 'done')),
    records            bigint NOT NULL DEFAULT 0,
    records_total      bigint NOT NULL DEFAULT 0,
    records_per_second bigint NOT NULL DEFAULT 0,
    -- The result of the comparison with the build in use.
    report             jsonb,
    ordered_at         timestamptz NOT NULL DEFAULT now(),
    changed_at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (projection, build)
);
CREATE UNIQUE INDEX projection_builds_in_use ON projection_builds (projection) WHERE state = 'in_use';
CREATE UNIQUE INDEX projection_builds_building ON projection_builds (projection) WHERE state = 'building';

-- The state of plugin runs. Requested runs are in gateway.analytics_runs, which the gateway writes; rows of runs that
-- no longer exist there are deleted with their results. A worker holds a lease on its run; version fences earlier
-- lease holders.
CREATE TABLE analytics_runs (
    run_id       uuid PRIMARY KEY,
    generation   int  NOT NULL,
    status       text NOT NULL CHECK (status IN ('waiting', 'replaying', 'live', 'finished', 'failed', 'stopped')),
    reason       text,
    -- Records of the log read so far, records to read, and records given to the plugin.
    scanned      bigint NOT NULL DEFAULT 0,
    total        bigint NOT NULL DEFAULT 0,
    records      bigint NOT NULL DEFAULT 0,
    results      bigint NOT NULL DEFAULT 0,
    summary      jsonb,
    -- The next offset of each partition that the results include.
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
    -- Version of the run when this row was written.
    version bigint NOT NULL,
    PRIMARY KEY (run_id, key)
);

-- Failures in a row of a plugin, counted per user.
CREATE TABLE analytics_failures (
    plugin_id    uuid NOT NULL,
    user_id      uuid NOT NULL,
    in_row       int  NOT NULL,
    last_failure text NOT NULL,
    failed_at    timestamptz NOT NULL,
    PRIMARY KEY (plugin_id, user_id)
);
