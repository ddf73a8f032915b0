create table quota (
    id             uuid primary key,
    name           text        not null,
    data_center_id uuid        not null references data_center,
    revision       bigint      not null,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    document       jsonb       not null
);
create unique index quota_name on quota (lower(name));
create index quota_data_center on quota (data_center_id);
