-- What changes with every start of a VM is kept apart from what hardly ever does: a fleet's starts and restarts then touch
-- a small row with few indexes, instead of the whole VM with all of its own.
alter table vm rename to vm_spec;

create table vm_status (
    id             uuid primary key references vm_spec on delete cascade,
    host_id        uuid references host,
    target_host_id uuid references host,
    state          text        not null,
    revision       bigint      not null,
    updated_at     timestamptz not null,
    document       jsonb       not null
);
insert into vm_status (id, host_id, target_host_id, state, revision, updated_at, document)
select id, host_id, target_host_id, state, revision, updated_at,
       jsonb_build_object('status', document -> 'status', 'meta', document -> 'meta')
from vm_spec;

drop index vm_state;
alter table vm_spec
    drop column host_id,
    drop column target_host_id,
    drop column state,
    drop column revision,
    drop column updated_at;
update vm_spec set document = document - 'status' - 'meta';
-- Summed up for every host that is listed.
alter table vm_spec
    add column vcpus integer generated always as (
        (document #>> '{spec,hardware,sockets}')::integer
        * (document #>> '{spec,hardware,coresPerSocket}')::integer
        * (document #>> '{spec,hardware,threadsPerCore}')::integer) stored,
    add column memory_bytes bigint generated always as ((document #>> '{spec,hardware,memoryBytes}')::bigint) stored;
create index vm_host on vm_status (host_id);
create index vm_target on vm_status (target_host_id) where target_host_id is not null;
create index vm_state on vm_status (state);

-- VMs as they are read.
create view vm as
select v.id, v.name, v.cluster_id, v.template_id, s.host_id, s.target_host_id, s.state, s.revision, v.created_at,
       s.updated_at, v.document || s.document as document
from vm_spec v join vm_status s on s.id = v.id;

-- Why a VM went where it did is written once, not again with every step.
alter table operation add column explanation jsonb;
update operation set explanation = document -> 'explanation', document = document - 'explanation'
where document ? 'explanation';

-- Only what somebody looks for is in an index. Most operations have no key, and what has ended is deleted oldest first.
drop index operation_idempotency;
create unique index operation_idempotency on operation (requested_by, idempotency_key) where idempotency_key is not null;
drop index operation_parent;
create index operation_parent on operation (parent_id) where parent_id is not null;
drop index operation_ended;
drop index event_log_time;
create index event_log_time on event_log using brin (time);
