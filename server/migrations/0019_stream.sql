-- compatible
-- Who waits at a step, soonest first, and how many; without it the whole queue of a series is read.
create index recipients_by_step on recipients (automation_id, step_id, due_at, enrollment_id)
  include (status, advances);

-- Messages that did not go well, or of which nobody knows, by age: few among many, so that a list of
-- them reads no others, and those that go well have no entry to write.
create index messages_not_well on messages (workspace_id, state, created_at desc, id desc)
  where state in ('bounced', 'complained', 'rejected', 'cancelled', 'in_doubt');
