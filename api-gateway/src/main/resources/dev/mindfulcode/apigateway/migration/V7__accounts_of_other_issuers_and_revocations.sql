-- Somebody for whom another issuer vouches has no password here, and perhaps no address.
alter table users alter column email drop not null;
alter table users alter column password_hash drop not null;
-- How the person wants to be called. Personal: it is in no event and no log.
alter table users add column name text constraint users_name_length check (char_length(name) <= 100);

create table external_identities (
    issuer text not null,
    subject text not null,
    user_id uuid not null references users on delete cascade,
    primary key (issuer, subject)
);
create index external_identities_user on external_identities (user_id);

-- What was revoked lately, families of refresh tokens and API keys, for all services that believe access tokens without asking.
-- A row is of use until the last token that it ends has expired, and is then deleted by whoever writes the next.
create table revocations (
    grant_id uuid primary key,
    -- The database's clock, since several services compare it with what they have read.
    recorded_at timestamptz not null default clock_timestamp()
);
create index revocations_recorded on revocations (recorded_at);
