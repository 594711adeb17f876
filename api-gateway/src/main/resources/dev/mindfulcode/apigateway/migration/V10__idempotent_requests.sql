-- Requests with an Idempotency-Key, kept for a day.
create table idempotent_requests (
    user_id uuid not null references users on delete cascade,
    -- SHA-256 of the key that the client chose.
    key_hash bytea not null,
    -- Of path and body, encrypted with the user's key: a hash of a short body can be guessed.
    fingerprint bytea not null,
    -- Encrypted with the user's key. Null while the request is in work.
    answer bytea,
    created_at timestamptz not null,
    -- After this a request without an answer counts as given up.
    in_work_until timestamptz not null,
    primary key (user_id, key_hash)
);
create index idempotent_requests_created on idempotent_requests (created_at);
