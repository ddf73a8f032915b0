create table affinity_group (
    id         uuid primary key,
    name       text        not null,
    cluster_id uuid        not null references cluster,
    revision   bigint      not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    document   jsonb       not null
);
create unique index affinity_group_name on affinity_group (lower(name));
create index affinity_group_cluster on affinity_group (cluster_id);

create table scheduling_policy (
    id         uuid primary key,
    name       text        not null,
    revision   bigint      not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    document   jsonb       not null
);
create unique index scheduling_policy_name on scheduling_policy (lower(name));

alter table cluster add column custom_policy_id uuid references scheduling_policy;
