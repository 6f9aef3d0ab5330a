import type { EventFact } from '../facts.ts';
import { jsonField, type Columns, type FieldKind } from '../field.ts';

/** What was sent with an event. */
export const METADATA_FIELDS: FieldKind<EventFact> = {
  prefix: 'metadata',
  describes: 'what was sent with the event',
  fieldOf: (path) =>
    jsonField(path, { of: ({ metadata }) => metadata, sql: (sql) => sql`e.metadata` }),
};

const COLUMNS: Columns<EventFact> = {
  page_url: { column: 'text', read: ({ pageUrl }) => pageUrl, sql: (sql) => sql`e.page_url` },
  element_selector: {
    column: 'text',
    read: ({ elementSelector }) => elementSelector,
    sql: (sql) => sql`e.element_selector`,
  },
  occurred_at: {
    column: 'date',
    read: ({ occurredAt }) => occurredAt,
    sql: (sql) => sql`e.occurred_at`,
  },
};

/** The event itself. */
export const EVENT_FIELDS: FieldKind<EventFact> = {
  prefix: 'event',
  describes: Object.keys(COLUMNS).join(', '),
  fieldOf: (parts) => {
    const name = parts.join('.');
    const column = Object.hasOwn(COLUMNS, name) ? COLUMNS[name] : undefined;
    return column ?? `must be one of event.${Object.keys(COLUMNS).join(', event.')}`;
  },
};
