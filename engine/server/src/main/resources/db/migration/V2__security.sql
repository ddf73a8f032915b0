-- Secrets are stored as hashes: Argon2id for passwords, SHA-256 for random ones of 256 bits.

create table account (
    name          text primary key,
    password_hash text        not null,
    created_at    timestamptz not null
);

create table session (
    secret_hash text primary key,
    account     text        not null references account on delete cascade,
    created_at  timestamptz not null,
    expires_at  timestamptz not null
);

create table api_token (
    id          uuid primary key,
    name        text        not null,
    account     text        not null references account on delete cascade,
    secret_hash text        not null unique,
    created_at  timestamptz not null,
    expires_at  timestamptz
);

create table join_token (
    id          uuid primary key,
    cluster_id  uuid        not null references cluster on delete cascade,
    secret_hash text        not null unique,
    uses_left   integer     not null check (uses_left >= 0),
    created_by  text        not null,
    created_at  timestamptz not null,
    expires_at  timestamptz not null
);
