create table teams (
    team_id uuid primary key,
    name text not null,
    -- Set by an operator; what it opens is decided where it is asked for.
    plan text not null default 'free' check (plan in ('free', 'premium')),
    created_at timestamptz not null
);

-- A team has an owner at all times. The rule spans rows, so whoever changes members locks the team's row first.
create table team_members (
    team_id uuid not null references teams on delete cascade,
    user_id uuid not null references users on delete cascade,
    role text not null check (role in ('owner', 'admin', 'member', 'viewer')),
    -- Given and taken back by the member alone.
    consent boolean not null default false,
    joined_at timestamptz not null,
    changed_at timestamptz not null,
    primary key (team_id, user_id)
);
create index team_members_of_user on team_members (user_id);

-- How often somebody named an address without an account today: adding to a team must be no way to try out addresses.
create table missed_addresses (
    user_id uuid primary key references users on delete cascade,
    day date not null,
    misses int not null
);

-- Topics are keyed by text, of which a user's id is one kind; no value is a tombstone.
alter table outbox
    alter column record_key type text using record_key::text,
    alter column record_value drop not null;
