create table api_keys (
    key_id uuid primary key,
    user_id uuid not null references users on delete cascade,
    name text not null constraint api_keys_name_length check (char_length(name) between 1 and 100),
    -- SHA-256 of a key of 256 random bits: who reads this table cannot use it.
    key_hash bytea not null unique,
    scope text not null check (scope = 'ingest'),
    created_at timestamptz not null,
    -- To within minutes.
    last_used_at timestamptz
);
create index api_keys_user on api_keys (user_id, created_at);
