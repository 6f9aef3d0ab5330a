/** What a file may hold, as people call it. */
export const KINDS = [
  ['users', 'People'],
  ['companies', 'Companies'],
  ['events', 'Events'],
  ['suppressions', 'Suppressions'],
  ['list_members', 'People of lists'],
  ['everything', 'Everything (JSON Lines)'],
] as const;

/** Whose export a file of people may be. */
export const SOURCES = [
  ['milepost', 'Milepost, or your own'],
  ['customerio', 'Customer.io'],
  ['mailchimp', 'Mailchimp'],
  ['loops', 'Loops'],
  ['listmonk', 'listmonk'],
] as const;

/** What can be exported. */
export const EXPORTS = [
  ['users', 'People'],
  ['companies', 'Companies'],
  ['events', 'Events'],
  ['messages', 'Messages, without bodies'],
  ['suppressions', 'Suppressions'],
  ['list_members', 'People of lists'],
] as const;

export const STATES: Readonly<Record<string, string>> = {
  receiving: 'Coming in',
  running: 'Running',
  paused: 'Paused',
  done: 'Done',
  cancelled: 'Cancelled',
  failed: 'Failed',
};

export const kindWord = (kind: string): string =>
  KINDS.find(([value]) => value === kind)?.[1] ?? kind;

/** JSON Lines by its name, everything else is CSV. */
export const formatOf = (name: string): 'csv' | 'jsonl' =>
  /\.(jsonl|ndjson)$/i.test(name) ? 'jsonl' : 'csv';
