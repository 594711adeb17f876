CREATE TABLE users (
    user_id uuid PRIMARY KEY,
    -- HMAC-SHA-256 of the normalised address under a secret of the schema "protection": finds an account and makes
    -- addresses unique. Null: a user of an OIDC issuer that vouches for no address.
    email_index bytea CONSTRAINT users_email_key UNIQUE CHECK (octet_length(email_index) = 32),
    -- Address and display name, encrypted with the user's key.
    sealed_email bytea CHECK (octet_length(sealed_email) <= 400),
    sealed_name bytea CHECK (octet_length(sealed_name) <= 500),
    -- PHC string: algorithm, parameters, salt and hash. Null: the user signs in at an OIDC issuer.
    password_hash text,
    time_zone text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE external_identities (
    issuer text NOT NULL,
    -- HMAC-SHA-256 of the subject: some issuers use an address as the subject.
    subject_index bytea NOT NULL CHECK (octet_length(subject_index) = 32),
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    PRIMARY KEY (issuer, subject_index)
);
CREATE INDEX external_identities_user ON external_identities (user_id);

-- Users of OIDC issuers whose account was erased, for a day: a token that was issued before must not create a new one.
CREATE TABLE erased_subjects (
    issuer text NOT NULL,
    subject_index bytea NOT NULL CHECK (octet_length(subject_index) = 32),
    erased_at timestamptz NOT NULL,
    PRIMARY KEY (issuer, subject_index)
);

-- One family per sign-in; each token of a family replaces the one before. Reuse of a replaced token revokes the family.
CREATE TABLE refresh_families (
    family_id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX refresh_families_user ON refresh_families (user_id, expires_at);

CREATE TABLE refresh_tokens (
    -- SHA-256 of the token: a reader of this table cannot sign in with it.
    token_hash bytea PRIMARY KEY,
    family_id uuid NOT NULL REFERENCES refresh_families ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    -- The token that replaced this one, sealed with the key-encryption key: returned again to a client that lost the
    -- response. Null before the token is used, and after its successor is used.
    sealed_successor bytea
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (family_id);

-- Revoked refresh-token families and API keys, for services that verify access tokens without a query per request.
-- A row is needed until the last token of its grant has expired; the next insert deletes it after that.
CREATE TABLE revocations (
    grant_id uuid PRIMARY KEY,
    -- The database's clock: several services compare it with what they have read.
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX revocations_recorded ON revocations (recorded_at);

-- Keys that sign access tokens unless JWT_SECRET is set. The newest signs; older ones verify until their tokens expire.
CREATE TABLE signing_keys (
    kid text PRIMARY KEY,
    -- The public part as in RFC 7517: published as JWKS, and read by other services for verification.
    public_jwk text NOT NULL,
    -- The private part (PKCS #8), sealed with the key-encryption key.
    sealed_private_key bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE api_keys (
    key_id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    -- Encrypted with the user's key.
    sealed_name bytea NOT NULL CHECK (octet_length(sealed_name) <= 500),
    -- SHA-256 of a key of 256 random bits: a reader of this table cannot use it.
    key_hash bytea NOT NULL UNIQUE,
    scope text NOT NULL CHECK (scope = 'ingest'),
    created_at timestamptz NOT NULL,
    -- Accurate to a few minutes.
    last_used_at timestamptz
);
CREATE INDEX api_keys_user ON api_keys (user_id, created_at);

CREATE TABLE teams (
    team_id uuid PRIMARY KEY,
    name text NOT NULL,
    -- Set by an operator.
    plan text NOT NULL DEFAULT 'free' CHECK (plan IN ('free', 'premium')),
    created_at timestamptz NOT NULL
);

-- A team has an owner at all times. The rule spans rows, so each change of members locks the team's row first.
CREATE TABLE team_members (
    team_id uuid NOT NULL REFERENCES teams ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    role text NOT NULL CHECK (role IN ('owner', 'admin', 'member', 'viewer')),
    -- Only the member sets it.
    consent boolean NOT NULL DEFAULT false,
    joined_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (team_id, user_id)
);
CREATE INDEX team_members_of_user ON team_members (user_id);

-- Pending and declined invitations. Declined ones stay until they expire, so that the team cannot ask again at once.
CREATE TABLE team_invitations (
    invitation_id uuid PRIMARY KEY,
    team_id uuid NOT NULL REFERENCES teams ON DELETE CASCADE,
    -- As users.email_index. Inviting does not check whether an account has the address.
    email_index bytea NOT NULL CHECK (octet_length(email_index) = 32),
    -- The normalised address, encrypted with a key of the invitation's own, since the invited person may have none.
    sealed_email bytea NOT NULL CHECK (octet_length(sealed_email) <= 400),
    role text NOT NULL CHECK (role IN ('owner', 'admin', 'member', 'viewer')),
    -- SHA-256 of the code that the inviter passes on to the invited person.
    code_hash bytea NOT NULL UNIQUE CHECK (octet_length(code_hash) = 32),
    invited_by uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    declined boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    UNIQUE (team_id, email_index)
);
CREATE INDEX team_invitations_of_address ON team_invitations (email_index);
CREATE INDEX team_invitations_of_inviter ON team_invitations (invited_by);
CREATE INDEX team_invitations_by_expiry ON team_invitations (expires_at);

-- An invitation's key ends with its row, whichever statement deletes it.
CREATE FUNCTION destroy_invitation_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM protection.user_keys WHERE user_id = OLD.invitation_id;
    INSERT INTO protection.key_changes (user_id) VALUES (OLD.invitation_id);
    RETURN NULL;
END $$;
CREATE TRIGGER team_invitations_key AFTER DELETE ON team_invitations
    FOR EACH ROW EXECUTE FUNCTION destroy_invitation_key();
