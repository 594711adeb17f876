CREATE TABLE team_windows (
    team_id                    uuid NOT NULL,
    -- five_minutes, hour or day.
    size                       text NOT NULL,
    window_start               timestamptz NOT NULL,
    version                    bigint NOT NULL,
    closed                     boolean NOT NULL,
    members_min                bigint NOT NULL,
    -- Null, like all figures, if fewer than members_min members were active.
    members                    bigint,
    keystrokes                 bigint,
    active_seconds             bigint,
    mean_intensity             double precision,
    intensity_spread           double precision,
    seconds_in_flow            bigint,
    interruptions              bigint,
    focus_overlap_seconds      bigint,
    gap_seconds                bigint,
    keystrokes_a_member_max    bigint NOT NULL,
    seconds_a_member_max       bigint NOT NULL,
    interruptions_a_member_max bigint NOT NULL,
    PRIMARY KEY (team_id, size, window_start)
);
