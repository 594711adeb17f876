-- One data-encryption key a user, wrapped by the key-encryption key. Without its row all ciphertext is unreadable.
CREATE TABLE user_keys (
    user_id uuid PRIMARY KEY,
    wrapped_key bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
