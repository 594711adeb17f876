-- Builds of projections. One of each projection is in use: its tables lie in this schema, and readers see no other. The others have a
-- schema of their own, named after projection and build, with their own projection_offsets. From here on a projection's tables are
-- declared beside its fold (tables.sql); migrations of this schema are about what all projections share.
--
-- Whoever operates orders here (a row that is 'building', 'kept' made 'building' again, 'dropping'); the projection service does it.
CREATE TABLE projection_builds (
    projection         text NOT NULL,
    -- 0: made when its topics had been read already by others; it knows nothing of before, and is rebuilt by itself.
    build              int  NOT NULL CHECK (build >= 0),
    -- Of the fold; null in an order, which takes the latest there is.
    version            int  CHECK (version > 0),
    tables             text[],
    topics             text[],
    state              text NOT NULL CHECK (state IN ('in_use', 'building', 'refused', 'kept', 'dropping')),
    -- Whether it is to be switched to whatever the comparison says.
    is_forced          boolean NOT NULL DEFAULT false,
    share_percent      int  NOT NULL DEFAULT 50 CHECK (share_percent BETWEEN 1 AND 100),
    phase              text NOT NULL DEFAULT 'waiting' CHECK (phase IN ('waiting', 'reading', 'comparing', 'switching', 'done')),
    records            bigint NOT NULL DEFAULT 0,
    records_total      bigint NOT NULL DEFAULT 0,
    records_per_second bigint NOT NULL DEFAULT 0,
    -- What the comparison with the build in use came to, or why it waits.
    report             jsonb,
    ordered_at         timestamptz NOT NULL DEFAULT now(),
    changed_at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (projection, build)
);
CREATE UNIQUE INDEX projection_builds_in_use ON projection_builds (projection) WHERE state = 'in_use';
CREATE UNIQUE INDEX projection_builds_building ON projection_builds (projection) WHERE state = 'building';

-- What the migrations before this one made.
INSERT INTO projection_builds (projection, build, version, tables, topics, state, phase)
VALUES ('coding_sessions', 1, 2, '{coding_sessions,coding_sessions_deleted}', '{sessions,flow-states}', 'in_use', 'done'),
       ('flow_minutes', 1, 2, '{flow_minutes,user_zones,daily_summaries,flow_minutes_deleted}',
        '{flow-minutes,accounts,sessions}', 'in_use', 'done'),
       ('flow_periods', 1, 2, '{flow_periods,flow_periods_deleted}', '{flow-periods,sessions}', 'in_use', 'done');
