-- Relational where PostgreSQL has to keep a promise (keys, references, unique names, states that are searched);
-- one document for the rest, which only the engine reads. docs/adr/0003 says why.

create table term (
    singleton boolean primary key default true check (singleton),
    epoch     bigint      not null,
    leader    text        not null,
    since     timestamptz not null
);
insert into term (epoch, leader, since) values (0, 'nobody', now());

create table data_center (
    id         uuid primary key,
    name       text        not null,
    revision   bigint      not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    document   jsonb       not null
);
create unique index data_center_name on data_center (lower(name));

create table cluster (
    id             uuid primary key,
    name           text        not null,
    data_center_id uuid        not null references data_center,
    revision       bigint      not null,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    document       jsonb       not null
);
create unique index cluster_name on cluster (lower(name));
create index cluster_data_center on cluster (data_center_id);

create table host (
    id         uuid primary key,
    name       text        not null,
    cluster_id uuid        not null references cluster,
    state      text        not null,
    revision   bigint      not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    document   jsonb       not null
);
create unique index host_name on host (lower(name));
create index host_cluster on host (cluster_id);

create table storage_domain (
    id             uuid primary key,
    name           text        not null,
    data_center_id uuid        not null references data_center,
    host_id        uuid references host,
    revision       bigint      not null,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    document       jsonb       not null
);
create unique index storage_domain_name on storage_domain (lower(name));

create table network (
    id             uuid primary key,
    name           text        not null,
    data_center_id uuid        not null references data_center,
    revision       bigint      not null,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    document       jsonb       not null
);
create unique index network_name on network (lower(name));

create table image (
    id                uuid primary key,
    name              text        not null,
    storage_domain_id uuid        not null references storage_domain,
    state             text        not null,
    revision          bigint      not null,
    created_at        timestamptz not null,
    updated_at        timestamptz not null,
    document          jsonb       not null
);
create unique index image_name on image (lower(name));

create table template (
    id             uuid primary key,
    name           text        not null,
    data_center_id uuid        not null references data_center,
    revision       bigint      not null,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    document       jsonb       not null
);
create unique index template_name on template (lower(name));

create table vm (
    id             uuid primary key,
    name           text        not null,
    cluster_id     uuid        not null references cluster,
    template_id    uuid,
    host_id        uuid references host,
    target_host_id uuid references host,
    state          text        not null,
    revision       bigint      not null,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    document       jsonb       not null
);
create unique index vm_name on vm (lower(name));
create index vm_cluster on vm (cluster_id);
create index vm_host on vm (host_id);
create index vm_template on vm (template_id);
create index vm_created on vm (created_at, id);

create table operation (
    id              uuid primary key,
    name            text        not null,
    type            text        not null,
    state           text        not null,
    subject_kind    text        not null,
    subject_id      uuid        not null,
    parent_id       uuid,
    requested_by    text        not null,
    idempotency_key text,
    request_hash    text,
    revision        bigint      not null,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    document        jsonb       not null
);
create unique index operation_idempotency on operation (requested_by, idempotency_key);
create index operation_open on operation (created_at) where state in ('QUEUED', 'RUNNING');
create index operation_created on operation (created_at desc, id);
create index operation_subject on operation (subject_id, created_at desc);
create index operation_parent on operation (parent_id);

-- What running operations keep others away from.
create table operation_lock (
    kind         text not null,
    subject_id   uuid not null,
    operation_id uuid not null references operation on delete cascade,
    primary key (kind, subject_id)
);

create table event_log (
    id           bigint generated always as identity primary key,
    time         timestamptz not null,
    severity     text        not null,
    code         text        not null,
    message      text        not null,
    subject_kind text,
    subject_id   uuid,
    subject_name text,
    operation_id uuid,
    actor        text        not null
);
create index event_log_subject on event_log (subject_id, id desc);
