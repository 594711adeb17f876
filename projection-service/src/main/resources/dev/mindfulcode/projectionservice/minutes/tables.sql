-- The share of one session in a minute. Two concurrent sessions of a user are two rows, which readers add up. Records
-- without a session have the nil id.
CREATE TABLE flow_minutes (
    user_id          uuid NOT NULL,
    minute           timestamptz NOT NULL,
    session_id       uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
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
    reason           text,
    PRIMARY KEY (user_id, minute, session_id)
);

-- Each user's time zone, which determines the user's days. UTC with event_offset -1 until the first account event.
CREATE TABLE user_zones (
    user_id      uuid PRIMARY KEY,
    time_zone    text NOT NULL,
    event_offset bigint NOT NULL
);

-- Sums of flow_minutes over the user's days. intensity_ms is summed in steps of 2^-10 ms, which a double adds without
-- rounding, so that the sum does not depend on the order of changes.
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

-- Sessions that users deleted. Their rows are gone; later records of the stream are ignored.
CREATE TABLE flow_minutes_deleted (
    user_id    uuid NOT NULL,
    session_id uuid NOT NULL,
    PRIMARY KEY (user_id, session_id)
);
