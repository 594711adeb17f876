-- Keys that sign access tokens where there is no JWT_SECRET. The newest signs; the others verify until their tokens have expired.
create table signing_keys (
    kid text primary key,
    -- As in RFC 7517, public part only: what is served, and what other services verify with.
    public_jwk text not null,
    -- The private part (PKCS #8), sealed with the key-encryption key.
    sealed_private_key bytea not null,
    created_at timestamptz not null default clock_timestamp()
);
