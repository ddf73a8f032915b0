create table affinity_label (
    id         uuid primary key,
    name       text        not null,
    revision   bigint      not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    document   jsonb       not null
);
create unique index affinity_label_name on affinity_label (lower(name));
