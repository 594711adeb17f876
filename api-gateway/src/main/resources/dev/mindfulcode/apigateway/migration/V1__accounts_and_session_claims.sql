create table users (
    user_id uuid primary key,
    -- Normalised: lower case, the domain in its ASCII form. Two spellings of one address are one account.
    email text not null constraint users_email_key unique,
    -- PHC string: algorithm, parameters, salt and hash.
    password_hash text not null,
    time_zone text not null,
    created_at timestamptz not null,
    constraint users_email_normalised check (email = lower(email))
);

-- One family for each sign-in; its tokens replace each other. Reuse of a replaced one revokes all.
create table refresh_families (
    family_id uuid primary key,
    user_id uuid not null references users on delete cascade,
    expires_at timestamptz not null,
    revoked_at timestamptz
);
create index refresh_families_user on refresh_families (user_id, expires_at);

create table refresh_tokens (
    -- SHA-256 of the token: who reads this table cannot sign in with it.
    token_hash bytea primary key,
    family_id uuid not null references refresh_families on delete cascade,
    expires_at timestamptz not null,
    used_at timestamptz
);
create index refresh_tokens_family on refresh_tokens (family_id);

-- Whose session an id is: claimed here before anything about the session goes to the log. The rest of the row is the fold of the
-- session's own events, as far as the log has acknowledged them, kept for deciding the next command.
create table session_owners (
    session_id uuid primary key,
    user_id uuid not null,
    started_at timestamptz not null,
    -- Null: claimed, and STARTED not yet known to be on the log.
    status text check (status in ('active', 'paused', 'ended')),
    ended_at timestamptz,
    -- Where the session's latest event is on the topic "sessions".
    log_partition int,
    log_offset bigint
);

-- Events decided here and not yet acknowledged by the log. Rows are deleted once they are, so that there is no cursor that could
-- overtake a transaction which commits late.
create table outbox (
    id bigint generated always as identity primary key,
    topic text not null,
    record_key uuid not null,
    record_value bytea not null,
    created_at timestamptz not null default now()
);
