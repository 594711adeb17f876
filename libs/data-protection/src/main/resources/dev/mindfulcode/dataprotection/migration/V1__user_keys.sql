-- One data-encryption key a user, wrapped by the key-encryption key. Deleting a row is shredding: what was encrypted with it is noise.
create table user_keys (
    user_id uuid primary key,
    wrapped_key bytea not null,
    created_at timestamptz not null default now()
);
