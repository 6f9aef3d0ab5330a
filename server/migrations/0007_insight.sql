-- compatible
-- Indexes that answer what people look at: counts of a series and of the hours to come, without a row.
-- Each takes the place of one that had its first columns; what is added is in other indexes, or in their
-- conditions, already, so that no update has more of them to write.

drop index enrollments_by_series;
create index enrollments_by_series on enrollments (automation_id, entered_at desc, id desc)
  include (state, end_reason, entered_by);

drop index recipients_by_series;
create index recipients_by_series on recipients (automation_id, due_at, enrollment_id)
  include (step_id, version, status, parked, advances);

drop index step_log_by_step;
create index step_log_by_step on step_log (automation_id, step_id, outcome, branch);

drop index messages_by_series;
create index messages_by_series on messages (automation_id, state, step_id);
