-- Rows that belong to an account or a team reference the schema "identity", so that they are deleted with it.

-- The owner of each session id: claimed here before an event of the session is published. The rest of the row is the
-- session's state after its acknowledged events, stored for validating the next command.
CREATE TABLE session_owners (
    session_id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    started_at timestamptz NOT NULL,
    -- Null: claimed, STARTED not yet acknowledged. The id of a deleted session stays claimed; it cannot be used again.
    status text CHECK (status IN ('active', 'paused', 'ended', 'deleted')),
    ended_at timestamptz,
    -- Position of the session's latest event on the topic "sessions".
    log_partition int,
    log_offset bigint,
    -- The setting of the user that excludes the session; ingest reads it.
    excluded_by text CHECK (excluded_by IN ('project', 'language')),
    -- Project and language, encrypted with the user's key, for the next change of what is excluded.
    sealed_details bytea
);
CREATE INDEX session_owners_of_user ON session_owners (user_id);

-- Events that are decided and not yet acknowledged by Kafka. Rows are deleted once they are, so that no cursor can
-- overtake a transaction that commits late.
CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL,
    record_key text NOT NULL,
    -- Null: a tombstone.
    record_value bytea,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- Acknowledged events with their position, for a day. Events that Kafka loses after that, as in a power loss before
-- they were on disk, return to the outbox. Personal text in values is encrypted with the user's key.
CREATE TABLE sent_events (
    topic text NOT NULL,
    log_partition int NOT NULL,
    log_offset bigint NOT NULL,
    record_key text NOT NULL,
    -- Null: a tombstone.
    record_value bytea,
    sent_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (topic, log_partition, log_offset)
);
CREATE INDEX sent_events_sent_at ON sent_events (sent_at);

-- Requests with an Idempotency-Key, for a day.
CREATE TABLE idempotent_requests (
    user_id uuid NOT NULL REFERENCES identity.users ON DELETE CASCADE,
    -- SHA-256 of the client's key.
    key_hash bytea NOT NULL,
    -- Of path and body, encrypted with the user's key: the hash of a short body can be guessed.
    fingerprint bytea NOT NULL,
    -- Encrypted with the user's key. Null while the request is in progress.
    answer bytea,
    created_at timestamptz NOT NULL,
    -- A request without an answer counts as abandoned after this time.
    in_work_until timestamptz NOT NULL,
    PRIMARY KEY (user_id, key_hash)
);
CREATE INDEX idempotent_requests_created ON idempotent_requests (created_at);

-- The latest export of each user, with its progress. Running ones are updated every second.
CREATE TABLE exports (
    user_id uuid PRIMARY KEY REFERENCES identity.users ON DELETE CASCADE,
    export_id uuid NOT NULL,
    format text NOT NULL CHECK (format IN ('json', 'csv')),
    state text NOT NULL CHECK (state IN ('running', 'complete', 'cancelled', 'failed')),
    percent int NOT NULL DEFAULT 0 CHECK (percent BETWEEN 0 AND 100),
    record_count bigint NOT NULL DEFAULT 0,
    byte_count bigint NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

-- The next record of each table of a source, an account whose export the user imports: a repeated import adds nothing.
CREATE TABLE import_progress (
    user_id uuid NOT NULL REFERENCES identity.users ON DELETE CASCADE,
    source_id uuid NOT NULL,
    record_table text NOT NULL,
    next_number bigint NOT NULL,
    PRIMARY KEY (user_id, source_id, record_table)
);

CREATE TABLE live_tickets (
    -- SHA-256 of a ticket of 256 random bits: a reader of this table cannot use it.
    ticket_hash bytea PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES identity.users ON DELETE CASCADE,
    -- The credential that the ticket represents; a connection opened with the ticket ends with it.
    grant_id uuid,
    credential_expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX live_tickets_user ON live_tickets (user_id, created_at);
CREATE INDEX live_tickets_expiry ON live_tickets (expires_at);

-- Preferences for flow detection. No row: the defaults.
CREATE TABLE preferences (
    user_id uuid PRIMARY KEY REFERENCES identity.users ON DELETE CASCADE,
    sensitivity double precision NOT NULL CHECK (sensitivity BETWEEN 0 AND 1)
);

-- What each user lets the product collect. No row: the defaults.
CREATE TABLE privacy_settings (
    user_id uuid PRIMARY KEY REFERENCES identity.users ON DELETE CASCADE,
    collection_level text NOT NULL CHECK (collection_level IN ('full', 'features', 'local')),
    retention_months int NOT NULL CHECK (retention_months BETWEEN 1 AND 120),
    -- Names of excluded projects and languages, encrypted with the user's key. Null: none.
    sealed_exclusions bytea,
    -- Since when the user contributes to the evaluation of models. Null: they do not.
    model_contribution_since timestamptz,
    -- The database's clock, also at a change of what is excluded among the user's sessions: ingest polls it.
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX privacy_settings_changed ON privacy_settings (changed_at);
CREATE INDEX privacy_settings_contributors ON privacy_settings (model_contribution_since, user_id)
    WHERE model_contribution_since IS NOT NULL;

-- The last day (UTC) on which each user was active: users are purged when they were inactive for as long as they chose.
CREATE TABLE user_activity (
    user_id uuid PRIMARY KEY,
    last_active_on date NOT NULL,
    -- When the user is purged unless they are active before; null: no notice given.
    purge_due_at timestamptz,
    -- When the notice was sent by e-mail, or found to have no mailbox. Null: neither.
    notice_mailed_at timestamptz
);

-- Changes of these settings and of consent to teams: who and what, encrypted with the user's key.
CREATE TABLE privacy_changes (
    change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES identity.users ON DELETE CASCADE,
    changed_at timestamptz NOT NULL,
    sealed_change bytea NOT NULL
);
CREATE INDEX privacy_changes_of_user ON privacy_changes (user_id, change_id);

-- When the model that reads flow changed: trends of flow are not drawn across a change.
CREATE TABLE model_changes (
    model_id text NOT NULL,
    used_from timestamptz NOT NULL,
    PRIMARY KEY (used_from, model_id)
);

-- Users who opted in to prompts for their own rating of flow, and their latest prompt. No row: no prompts.
CREATE TABLE feedback_prompts (
    user_id uuid PRIMARY KEY REFERENCES identity.users ON DELETE CASCADE,
    per_day int NOT NULL CHECK (per_day BETWEEN 0 AND 6),
    prompted_at timestamptz,
    -- The time that the latest prompt was about: a break is prompted for once, however often it is ended.
    prompted_about timestamptz,
    -- The moment that the latest prompt was to rate, and the probability with which it was chosen.
    sampled_about timestamptz,
    sampling_probability double precision,
    -- The user's local day of the latest prompt, and the number of prompts on it.
    prompted_on date,
    prompt_count int NOT NULL DEFAULT 0
);

-- Suggestions shown to a user per local day, for 60 days: recent ones are not repeated. Places limit a day.
CREATE TABLE shown_suggestions (
    user_id uuid NOT NULL REFERENCES identity.users ON DELETE CASCADE,
    shown_on date NOT NULL,
    place int NOT NULL CHECK (place IN (0, 1)),
    suggestion text NOT NULL,
    PRIMARY KEY (user_id, shown_on, place),
    UNIQUE (user_id, shown_on, suggestion)
);

-- Modules by hash: a module of several plugins or users is stored once.
CREATE TABLE plugin_modules (
    sha256 text PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    module bytea NOT NULL CHECK (octet_length(module) <= 262144)
);

-- Versions of plugins. Without an owner: an operator's, visible to everybody. The module of a version never changes.
CREATE TABLE plugins (
    plugin_id  uuid PRIMARY KEY,
    owner_id   uuid REFERENCES identity.users ON DELETE CASCADE,
    name       text NOT NULL,
    version    text NOT NULL,
    manifest   text NOT NULL CHECK (octet_length(manifest) <= 16384),
    imports    text[] NOT NULL,
    sha256     text NOT NULL REFERENCES plugin_modules,
    created_at timestamptz NOT NULL,
    UNIQUE NULLS NOT DISTINCT (owner_id, name, version)
);
CREATE INDEX plugins_of_module ON plugins (sha256);

-- Granted capabilities of a plugin per user; without a user: for everybody. A user's own grant has precedence. No row:
-- the plugin does not run.
CREATE TABLE plugin_installs (
    plugin_id    uuid NOT NULL REFERENCES plugins ON DELETE CASCADE,
    user_id      uuid REFERENCES identity.users ON DELETE CASCADE,
    capabilities text[] NOT NULL,
    granted_at   timestamptz NOT NULL,
    UNIQUE NULLS NOT DISTINCT (plugin_id, user_id)
);

-- Requested runs of plugins over history. Their progress is in the read model (analytics_runs), which deletes runs that
-- have no row here. A run whose plugin was removed keeps its results.
CREATE TABLE analytics_runs (
    run_id       uuid PRIMARY KEY,
    user_id      uuid NOT NULL REFERENCES identity.users ON DELETE CASCADE,
    team_id      uuid REFERENCES identity.teams ON DELETE CASCADE,
    plugin_id    uuid REFERENCES plugins ON DELETE SET NULL,
    name         text NOT NULL,
    version      text NOT NULL,
    from_at      timestamptz,
    to_at        timestamptz,
    generation   int NOT NULL DEFAULT 1,
    created_at   timestamptz NOT NULL,
    cancelled_at timestamptz
);
CREATE INDEX analytics_runs_of_user ON analytics_runs (user_id, created_at DESC, run_id DESC);

-- Alert rules of teams. The stream receives them on the topic team-alert-rules, by way of the outbox.
CREATE TABLE team_alert_rules (
    rule_id uuid PRIMARY KEY,
    team_id uuid NOT NULL REFERENCES identity.teams ON DELETE CASCADE,
    indicator text NOT NULL,
    threshold double precision NOT NULL,
    recent_days int NOT NULL CHECK (recent_days IN (7, 14, 28)),
    time_zone text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('live', 'webhook')),
    -- Shown so that users can distinguish webhooks. The rest of an address may be as secret as a password.
    host text,
    -- Address and signing secret, sealed with the key-encryption key.
    sealed_target bytea,
    created_at timestamptz NOT NULL,
    CONSTRAINT team_alert_rules_target CHECK ((channel = 'webhook') = (host IS NOT NULL AND sealed_target IS NOT NULL))
);
CREATE INDEX team_alert_rules_of_team ON team_alert_rules (team_id, created_at);

-- Alerts from the stream, for 90 days, with the state of their webhook delivery.
CREATE TABLE team_alerts (
    alert_id uuid PRIMARY KEY,
    rule_id uuid NOT NULL REFERENCES team_alert_rules ON DELETE CASCADE,
    team_id uuid NOT NULL,
    indicator text NOT NULL,
    value double precision NOT NULL,
    low double precision NOT NULL,
    high double precision NOT NULL,
    threshold double precision NOT NULL,
    reference double precision NOT NULL,
    data_points int NOT NULL,
    recent_days int NOT NULL,
    from_at timestamptz NOT NULL,
    to_at timestamptz NOT NULL,
    -- Position on the topic team-alerts, for the dead letter of an alert that could not be delivered.
    log_partition int NOT NULL,
    log_offset bigint NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    attempts int NOT NULL DEFAULT 0,
    -- Null: no attempt is due, now or later.
    next_attempt_at timestamptz,
    delivered_at timestamptz,
    given_up_at timestamptz,
    -- The kind of the latest failure; nothing of the receiver's response.
    failure text
);
CREATE INDEX team_alerts_of_team ON team_alerts (team_id, to_at DESC, alert_id);
CREATE INDEX team_alerts_of_rule ON team_alerts (rule_id);
CREATE INDEX team_alerts_due ON team_alerts (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX team_alerts_received ON team_alerts (received_at);
