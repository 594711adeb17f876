CREATE TABLE live_tickets (
    -- SHA-256 of a ticket of 256 random bits: a reader of this table cannot use it.
    ticket_hash bytea PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    -- Of the credential that the ticket stands for; a connection opened by the ticket ends with it.
    grant_id uuid,
    credential_expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX live_tickets_user ON live_tickets (user_id, created_at);
CREATE INDEX live_tickets_expiry ON live_tickets (expires_at);
