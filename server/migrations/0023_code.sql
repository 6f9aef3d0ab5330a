-- compatible
-- Series as code: which series a file holds. What is kept beside the path is what the file said when it
-- was last applied, so that an apply can tell whether somebody has changed the series elsewhere since.

create table series_sources (
  automation_id uuid primary key references automations (id) on delete cascade,
  workspace_id uuid not null references workspaces (id) on delete cascade,
  -- The name of the file without its ending; what a file is found by, on every side.
  slug text not null,
  -- Where the file is in its repository, as whoever applied it said.
  path text not null,
  -- Of name, settings and steps: see fingerprintOf.
  fingerprint text not null,
  -- The status that the series had then.
  status text not null,
  applied_at timestamptz not null,
  constraint series_sources_slug unique (workspace_id, slug)
);
