-- Hashes of the secret keys of calendar feeds.
CREATE TABLE calendar_feeds (
    user_id uuid PRIMARY KEY REFERENCES identity.users ON DELETE CASCADE,
    key_hash bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL
);
