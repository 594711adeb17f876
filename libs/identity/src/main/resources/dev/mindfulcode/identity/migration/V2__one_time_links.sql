-- Links that sign in once, or set a new password once. A user has at most one of each purpose.
CREATE TABLE one_time_links (
    -- SHA-256 of a secret of 256 random bits: a reader of this table cannot use it.
    link_hash bytea PRIMARY KEY CHECK (octet_length(link_hash) = 32),
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    purpose text NOT NULL CHECK (purpose IN ('sign-in', 'new-password')),
    expires_at timestamptz NOT NULL,
    UNIQUE (user_id, purpose)
);
