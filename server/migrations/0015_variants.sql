-- compatible
-- Variants of emails: which one a message is, and what decides between them.

-- Null: the email has no variants.
alter table messages add column variant text;
create index messages_of_variants on messages (automation_id, step_id, created_at desc)
  where variant is not null;

-- Emails whose variants are to be decided between, from the version that is entered now. A winner is
-- kept as long as the step has the same variants.
create table variant_tests (
  automation_id uuid not null references automations (id) on delete cascade,
  step_id text not null,
  workspace_id uuid not null,
  metric text not null constraint variant_tests_metric_known check (metric in ('opened', 'clicked')),
  -- Messages of all variants together before anything is decided.
  after integer not null,
  confidence double precision not null,
  -- In their order: the others are compared with the first.
  names text[] not null,
  -- How often it was looked for a winner, and at how many openings or clicks it is next.
  looks smallint not null default 0,
  next_look integer not null default 0,
  look_due_at timestamptz not null,
  winner text,
  -- What the decision was made on.
  figures jsonb,
  decided_at timestamptz,
  primary key (automation_id, step_id)
);
create index variant_tests_open on variant_tests (look_due_at) where winner is null;
