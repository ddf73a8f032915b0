-- Parts of names are found, and states counted, without reading every VM.
create extension if not exists pg_trgm;
create index vm_name_parts on vm using gin (lower(name) gin_trgm_ops);
create index host_name_parts on host using gin (lower(name) gin_trgm_ops);
create index vm_state on vm (state);
