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

-- Sessions that users deleted. Their rows are gone; later records of the stream are ignored.
CREATE TABLE flow_periods_deleted (
    user_id    uuid NOT NULL,
    session_id uuid NOT NULL,
    PRIMARY KEY (user_id, session_id)
);
