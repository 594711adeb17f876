-- Modules by their hash: the same module under two names, or for two people, lies here once.
create table identity.plugin_modules (
    sha256 text primary key check (sha256 ~ '^[0-9a-f]{64}$'),
    module bytea not null check (octet_length(module) <= 262144)
);

-- Versions of plugins. Without an owner: an operator's, which everybody sees. A version is one module for ever.
create table identity.plugins (
    plugin_id  uuid primary key,
    owner_id   uuid references identity.users on delete cascade,
    name       text not null,
    version    text not null,
    manifest   text not null check (octet_length(manifest) <= 16384),
    imports    text[] not null,
    sha256     text not null references identity.plugin_modules,
    created_at timestamptz not null,
    unique nulls not distinct (owner_id, name, version)
);
create index plugins_of_module on identity.plugins (sha256);

-- What a plugin may do, and for whom: without a user, for everybody; a user's own grant goes before it. No row, no run.
create table identity.plugin_installs (
    plugin_id    uuid not null references identity.plugins on delete cascade,
    user_id      uuid references identity.users on delete cascade,
    capabilities text[] not null,
    granted_at   timestamptz not null,
    unique nulls not distinct (plugin_id, user_id)
);

-- Runs that are wanted: what is to be folded through which plugin. How they do is the read model's (analytics_runs), and what has no
-- row here goes there, too. A run whose plugin was removed keeps what it found.
create table identity.analytics_runs (
    run_id       uuid primary key,
    user_id      uuid not null references identity.users on delete cascade,
    team_id      uuid references identity.teams on delete cascade,
    plugin_id    uuid references identity.plugins on delete set null,
    name         text not null,
    version      text not null,
    from_at      timestamptz,
    to_at        timestamptz,
    generation   int not null default 1,
    created_at   timestamptz not null,
    cancelled_at timestamptz
);
create index analytics_runs_of_user on identity.analytics_runs (user_id, created_at desc, run_id desc);
