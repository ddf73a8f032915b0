-- What several replicas have to share.

-- Which CA and which key of secrets this database belongs to: an engine of another installation must not touch it.
create table installation (
    singleton      boolean primary key default true check (singleton),
    ca_fingerprint text        not null,
    secrets_check  text        not null,
    created_at     timestamptz not null
);

-- Where the other replicas reach the leader; empty where it did not say.
alter table term add column address text not null default '';

-- Asked for, whoever leads; the leader acts on it as long as the operation runs.
create table operation_cancel (
    operation_id uuid primary key references operation on delete cascade,
    requested_by text        not null,
    requested_at timestamptz not null
);

create table console_ticket (
    secret_hash text primary key,
    vm_id       uuid        not null,
    host_id     uuid        not null,
    address     text        not null,
    port        integer     not null,
    kind        text        not null,
    account     text        not null,
    expires_at  timestamptz not null
);
create index console_ticket_expiry on console_ticket (expires_at);

-- Clusters made before there was admission control.
update cluster
set document = document || '{"admission": {"mode": "WARN", "hostFailures": 1}}'
where document -> 'admission' is null;
