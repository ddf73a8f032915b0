create table instance_type (
    id         uuid primary key,
    name       text        not null,
    revision   bigint      not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    document   jsonb       not null
);
create unique index instance_type_name on instance_type (lower(name));

alter table vm_spec add column instance_type_id uuid references instance_type;
create index vm_instance_type on vm_spec (instance_type_id) where instance_type_id is not null;

create or replace view vm as
select v.id, v.name, v.cluster_id, v.template_id, s.host_id, s.target_host_id, s.state, s.revision, v.created_at,
       s.updated_at, v.document || s.document as document, v.instance_type_id
from vm_spec v join vm_status s on s.id = v.id;
