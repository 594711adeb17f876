-- Invitations that have been neither accepted nor withdrawn. Declined ones stay until they expire, so that the team cannot ask again at once.
create table team_invitations (
    invitation_id uuid primary key,
    team_id uuid not null references teams on delete cascade,
    -- In the form of users.email. Whether there is an account with it does not matter, and is not looked up.
    email text not null,
    role text not null check (role in ('owner', 'admin', 'member', 'viewer')),
    -- SHA-256 of the code that the lead passes on to the person.
    code_hash bytea not null unique check (octet_length(code_hash) = 32),
    invited_by uuid not null references users on delete cascade,
    declined boolean not null default false,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    unique (team_id, email)
);
create index team_invitations_of_address on team_invitations (email);
create index team_invitations_of_inviter on team_invitations (invited_by);
create index team_invitations_by_expiry on team_invitations (expires_at);

-- Bounded how often somebody could learn that an address has no account. Inviting does not say so any more.
drop table missed_addresses;

-- Runs over a team's history read windows that were open or amended. They are folded again, over released windows only.
update analytics_runs set generation = generation + 1 where team_id is not null;
