-- compatible

-- Bodies that emails share, and pieces that bodies share.
create table templates (
  workspace_id uuid not null references workspaces on delete cascade,
  id uuid not null,
  kind text not null constraint templates_kind_known check (kind in ('template', 'snippet')),
  -- What {% render 'slug' %} names.
  slug text not null,
  name text not null,
  -- The newest version.
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  archived_at timestamptz,
  primary key (workspace_id, id),
  constraint templates_slug_once unique (workspace_id, slug)
);

create index templates_by_age on templates (workspace_id, created_at desc, id desc);

-- What a template says. A version never changes.
create table template_versions (
  workspace_id uuid not null,
  template_id uuid not null,
  number integer not null,
  -- One of html, mjml and content, and a format or none.
  body jsonb not null,
  created_at timestamptz not null,
  primary key (workspace_id, template_id, number),
  foreign key (workspace_id, template_id) references templates on delete cascade
);

-- Emails of published versions as they are rendered: MJML and rich text made HTML, frames around them,
-- style sheets at the elements. The key is the hash of all that it was made from.
create table built_emails (
  automation_id uuid not null references automations on delete cascade,
  key bytea not null,
  content jsonb not null,
  built_at timestamptz not null default db_now(),
  primary key (automation_id, key)
);

-- Which templates and snippets a published version uses, to say where one is used.
create table template_uses (
  workspace_id uuid not null,
  template_id uuid not null,
  automation_id uuid not null references automations on delete cascade,
  automation_version integer not null,
  step_id text not null,
  number integer not null,
  primary key (workspace_id, template_id, automation_id, automation_version, step_id),
  foreign key (workspace_id, template_id) references templates on delete cascade
);

create index template_uses_by_automation on template_uses (automation_id);
