-- What has ended is forgotten by age.
create index operation_ended on operation (updated_at) where state not in ('QUEUED', 'RUNNING');
create index event_log_time on event_log (time);
