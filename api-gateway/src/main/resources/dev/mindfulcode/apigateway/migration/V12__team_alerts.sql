-- What a team's leads want to be told of. What the stream needs of it goes to the topic team-alert-rules by way of the outbox.
create table team_alert_rules (
    rule_id uuid primary key,
    team_id uuid not null references teams on delete cascade,
    indicator text not null,
    threshold double precision not null,
    recent_days int not null check (recent_days in (7, 14, 28)),
    time_zone text not null,
    channel text not null check (channel in ('live', 'webhook')),
    -- For people to tell webhooks apart. The rest of an address may be as good as a password.
    host text,
    -- Address and signing secret, sealed with the key-encryption key.
    sealed_target bytea,
    created_at timestamptz not null,
    constraint team_alert_rules_target check ((channel = 'webhook') = (host is not null and sealed_target is not null))
);
create index team_alert_rules_of_team on team_alert_rules (team_id, created_at);

-- Alerts as the stream told them, kept for 90 days, with how far those for a webhook have come.
create table team_alerts (
    alert_id uuid primary key,
    rule_id uuid not null references team_alert_rules on delete cascade,
    team_id uuid not null,
    indicator text not null,
    value double precision not null,
    low double precision not null,
    high double precision not null,
    threshold double precision not null,
    reference double precision not null,
    data_points int not null,
    recent_days int not null,
    from_at timestamptz not null,
    to_at timestamptz not null,
    -- Where it lies on the log, for the dead letter of one that could not be delivered.
    log_partition int not null,
    log_offset bigint not null,
    received_at timestamptz not null default clock_timestamp(),
    attempts int not null default 0,
    -- Null: nothing is to be delivered, or no more.
    next_attempt_at timestamptz,
    delivered_at timestamptz,
    given_up_at timestamptz,
    -- The kind of the latest failure; nothing of what the other side said.
    failure text
);
create index team_alerts_of_team on team_alerts (team_id, to_at desc, alert_id);
create index team_alerts_of_rule on team_alerts (rule_id);
create index team_alerts_due on team_alerts (next_attempt_at) where next_attempt_at is not null;
create index team_alerts_received on team_alerts (received_at);
