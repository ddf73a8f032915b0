-- Plans of moves: open ones, and the last ones that have ended.
create table balancing_plan (
    id         uuid primary key,
    name       text        not null,
    cluster_id uuid        not null references cluster on delete cascade,
    state      text        not null,
    revision   bigint      not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    document   jsonb       not null
);
create index balancing_plan_cluster on balancing_plan (cluster_id, created_at desc);
