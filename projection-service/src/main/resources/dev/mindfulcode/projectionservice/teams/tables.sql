CREATE TABLE team_windows (
    team_id                  uuid NOT NULL,
    -- hour or day.
    size                     text NOT NULL,
    window_start             timestamptz NOT NULL,
    -- released, or budget_spent: a day without figures.
    outcome                  text NOT NULL,
    members_min              bigint NOT NULL,
    -- How many members count; null, like all figures, if the window is withheld.
    members                  bigint,
    -- Sums over members with noise, which may be negative; the margins are half-widths of 95 % intervals of the noise.
    active_seconds           bigint,
    active_seconds_margin    bigint,
    -- Null in an hour, as are interruptions.
    seconds_in_flow          bigint,
    seconds_in_flow_margin   bigint,
    interruptions            bigint,
    interruptions_margin     bigint,
    -- In millionths: cost of the day with its hours, spent in its month by then, and the budget of a month.
    rho_micros               bigint NOT NULL,
    rho_month_micros         bigint NOT NULL,
    rho_month_max_micros     bigint NOT NULL,
    PRIMARY KEY (team_id, size, window_start)
);
