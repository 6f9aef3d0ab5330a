import { listEvents, type Event } from '../../audience/index.ts';
import type { PageAfter } from '../../platform/page.ts';
import type { ExportTable } from './table.ts';

const PAGE = 500;

export const eventTable: ExportTable = {
  columns: [
    'user_id',
    'session_id',
    'event_type',
    'event_id',
    'occurred_at',
    'element_selector',
    'page_url',
    'metadata',
    'received_at',
  ],
  pages: async function* pages(db, { workspaceId }) {
    let after: PageAfter | null = null;
    for (;;) {
      const ask = { workspaceId, user: null, eventType: null, after, limit: PAGE };
      const rows: Event[] = await listEvents(db, ask);
      yield rows.map((event) => ({
        user_id: event.userId,
        session_id: event.sessionId,
        event_type: event.eventType,
        event_id: event.eventId,
        occurred_at: event.occurredAt.toISOString(),
        element_selector: event.elementSelector,
        page_url: event.pageUrl,
        metadata: event.metadata,
        received_at: event.receivedAt.toISOString(),
      }));
      const last = rows.at(-1);
      if (rows.length < PAGE || last === undefined) return;
      after = { at: last.storedAt, id: last.id };
    }
  },
};
