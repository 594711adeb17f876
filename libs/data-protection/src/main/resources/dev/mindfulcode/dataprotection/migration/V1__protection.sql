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

-- Purges that users requested. The row is written in the transaction that destroys the user's keys; what follows are
-- idempotent steps, which any instance of a service resumes.
CREATE TABLE erasures (
    erasure_id uuid PRIMARY KEY,
    -- SHA-256 of the receipt, which is a capability: a reader of this table cannot use it.
    receipt_hash bytea NOT NULL UNIQUE CHECK (octet_length(receipt_hash) = 32),
    -- SHA-256 of receipt and user id: somebody who knows both can prove whose erasure this was.
    account_digest bytea NOT NULL CHECK (octet_length(account_digest) = 32),
    -- Null once the erasure is complete.
    user_id uuid UNIQUE,
    requested_at timestamptz NOT NULL,
    -- Rows deleted by this transaction can be scrubbed once no snapshot is older.
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    -- The marker event on the topic accounts: when it was added to the outbox, and its position once published.
    marker_queued_at timestamptz,
    marker_partition int,
    marker_offset bigint,
    -- The ends of the partitions of team-contributions when the stream had processed the marker.
    contribution_ends bigint[],
    completed_at timestamptz
);
CREATE INDEX erasures_open ON erasures (requested_at) WHERE completed_at IS NULL;

CREATE TABLE erasure_steps (
    erasure_id uuid NOT NULL REFERENCES erasures ON DELETE CASCADE,
    place text NOT NULL,
    -- operator: all that this service can do is done; the detail says what is left to the operator.
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'operator')),
    done_at timestamptz,
    items bigint,
    detail text,
    PRIMARY KEY (erasure_id, place)
);
CREATE INDEX erasure_steps_pending ON erasure_steps (place) WHERE state = 'pending';
