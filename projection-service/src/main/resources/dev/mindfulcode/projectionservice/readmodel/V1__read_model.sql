-- Where each partition stands. Written in the transaction that writes the rows, so the two can never disagree.
CREATE TABLE projection_offsets (
    topic       text   NOT NULL,
    partition   int    NOT NULL,
    next_offset bigint NOT NULL CHECK (next_offset >= 0),
    PRIMARY KEY (topic, partition)
);

-- Two sources write a session's row, and either may come first: the user (columns user_*, project, language, editor, guarded
-- by event_offset) and the stream (columns stream_*, the totals, guarded by version). Neither writes the other's columns; what
-- follows from both is generated, so that the order of arrival cannot show in the row.
CREATE TABLE coding_sessions (
    session_id        uuid PRIMARY KEY,
    user_id           uuid NOT NULL,

    user_started_at   timestamptz,
    user_ended_at     timestamptz,
    user_status       text CHECK (user_status IN ('active', 'paused')),
    user_status_at    timestamptz,
    project           text,
    language          text,
    editor            text,
    event_offset      bigint NOT NULL DEFAULT -1,

    stream_status     text CHECK (stream_status IN ('active', 'paused', 'ended')),
    stream_status_at  timestamptz,
    first_activity_at timestamptz,
    last_activity_at  timestamptz,
    keystrokes        bigint NOT NULL DEFAULT 0,
    errors            bigint NOT NULL DEFAULT 0,
    context_switches  bigint NOT NULL DEFAULT 0,
    files_modified    bigint NOT NULL DEFAULT 0,
    active_ms         bigint NOT NULL DEFAULT 0,
    flow_ms           bigint NOT NULL DEFAULT 0,
    intensity_ms      double precision NOT NULL DEFAULT 0,
    interruptions     bigint NOT NULL DEFAULT 0,
    version           bigint NOT NULL DEFAULT 0,

    -- The user's ENDED wins over everything; otherwise whoever spoke of the later moment, the user where they are equal.
    status text NOT NULL GENERATED ALWAYS AS (
        CASE
            WHEN user_ended_at IS NOT NULL THEN 'ended'
            WHEN stream_status IS NULL THEN coalesce(user_status, 'active')
            WHEN user_status IS NULL OR user_status_at < stream_status_at THEN stream_status
            ELSE user_status
        END) STORED,
    started_at timestamptz NOT NULL GENERATED ALWAYS AS (coalesce(user_started_at, first_activity_at, stream_status_at)) STORED,
    -- A session that idled out ended when its user stopped typing, not when somebody noticed; and no session ends before it starts.
    ended_at timestamptz GENERATED ALWAYS AS (
        CASE
            WHEN user_ended_at IS NOT NULL THEN greatest(user_ended_at, user_started_at)
            WHEN stream_status = 'ended' AND (user_status IS NULL OR user_status_at < stream_status_at)
                THEN greatest(last_activity_at, user_started_at)
        END) STORED
) WITH (fillfactor = 80);
CREATE INDEX coding_sessions_of_user ON coding_sessions (user_id, started_at DESC, session_id DESC);

CREATE TABLE flow_minutes (
    user_id          uuid NOT NULL,
    minute           timestamptz NOT NULL,
    keystrokes       bigint NOT NULL,
    errors           bigint NOT NULL,
    context_switches bigint NOT NULL,
    active_seconds   double precision NOT NULL,
    flow_seconds     double precision NOT NULL,
    mean_intensity   real NOT NULL,
    intensity_ms     double precision NOT NULL,
    active_ms        bigint NOT NULL,
    flow_ms          bigint NOT NULL,
    version          bigint NOT NULL,
    PRIMARY KEY (user_id, minute)
);

-- The zone whose days a user's days are. A user without an account event yet has UTC with event_offset -1.
CREATE TABLE user_zones (
    user_id      uuid PRIMARY KEY,
    time_zone    text NOT NULL,
    event_offset bigint NOT NULL
);

-- Sums of flow_minutes over the user's days. intensity_ms is summed in steps of 2^-10 ms, which a double adds without rounding:
-- the sum then does not depend on the order in which minutes were added and replaced.
CREATE TABLE daily_summaries (
    user_id          uuid NOT NULL,
    day              date NOT NULL,
    keystrokes       bigint NOT NULL,
    errors           bigint NOT NULL,
    context_switches bigint NOT NULL,
    active_ms        bigint NOT NULL,
    flow_ms          bigint NOT NULL,
    intensity_ms     double precision NOT NULL,
    version          bigint NOT NULL,
    PRIMARY KEY (user_id, day)
);

CREATE TABLE flow_periods (
    user_id        uuid NOT NULL,
    session_id     uuid NOT NULL,
    started_at     timestamptz NOT NULL,
    ended_at       timestamptz,
    mean_intensity real NOT NULL,
    keystrokes     bigint NOT NULL,
    ended_by       text,
    version        bigint NOT NULL,
    PRIMARY KEY (session_id, started_at)
);
CREATE INDEX flow_periods_of_user ON flow_periods (user_id, started_at DESC);
