-- The token that replaced this one, sealed with the key-encryption key: sent again to a client whose answer was lost. Null before the
-- token is used, and again once its successor is used.
ALTER TABLE refresh_tokens ADD COLUMN sealed_successor bytea;
