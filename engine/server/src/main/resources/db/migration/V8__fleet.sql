-- Lists and sums stay fast with hundreds of thousands of VMs.
create index vm_target on vm (target_host_id) where target_host_id is not null;
create index vm_by_name on vm (name, id);
create index host_by_name on host (name, id);
create index event_log_code on event_log (code, id desc);
