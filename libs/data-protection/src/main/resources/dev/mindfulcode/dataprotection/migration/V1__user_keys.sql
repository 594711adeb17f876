-- Data-encryption keys of users, wrapped by the key-encryption key. Without its rows a user's ciphertext is unreadable
-- for ever. A user has several keys after a rotation: the newest encrypts, the others decrypt what they encrypted.
CREATE TABLE user_keys (
    -- The user, or the id of another subject with a key of its own, such as an invitation.
    user_id uuid NOT NULL,
    key_number int NOT NULL CHECK (key_number > 0),
    wrapped_key bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (user_id, key_number)
);

-- Users whose keys were destroyed. They never get a key again.
CREATE TABLE erased_users (
    user_id uuid PRIMARY KEY,
    erased_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Users whose keys were rotated or destroyed in the last hour. Each process polls it to evict cached ciphers.
CREATE TABLE key_changes (
    change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id uuid NOT NULL,
    -- With its own snapshot of running transactions a poll finds each change, however late that commits.
    changed_by xid8 NOT NULL DEFAULT pg_current_xact_id(),
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX key_changes_transaction ON key_changes (changed_by);
CREATE INDEX key_changes_recorded ON key_changes (recorded_at);

-- Random secrets of 32 bytes by name, sealed with the key-encryption key. A secret never changes.
CREATE TABLE secrets (
    name text PRIMARY KEY,
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
