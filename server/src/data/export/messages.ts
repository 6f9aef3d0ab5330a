import { isoOf } from '../../platform/http.ts';
import type { PageAfter } from '../../platform/page.ts';
import { messagesWithoutBodies, type MessageRow } from '../sql/read.ts';
import type { ExportTable } from './table.ts';

const PAGE = 1_000;

/** What was sent, to whom and when; not what was written in it. */
export const messageTable: ExportTable = {
  columns: [
    'id',
    'user_id',
    'automation_id',
    'step_id',
    'status',
    'to',
    'from',
    'subject',
    'message_id',
    'transport',
    'scheduled_for',
    'sent_at',
    'created_at',
    'updated_at',
  ],
  pages: async function* pages(db, { workspaceId }) {
    let after: PageAfter | null = null;
    for (;;) {
      const rows: MessageRow[] = await messagesWithoutBodies(db, {
        workspaceId,
        after,
        limit: PAGE,
      });
      yield rows.map((message) => ({
        id: message.id,
        user_id: message.userId,
        automation_id: message.automationId,
        step_id: message.stepId,
        status: message.state,
        to: message.to,
        from: message.from,
        subject: message.subject,
        message_id: message.messageId,
        transport: message.transport,
        scheduled_for: message.scheduledFor.toISOString(),
        sent_at: isoOf(message.sentAt),
        created_at: message.createdAt.toISOString(),
        updated_at: message.updatedAt.toISOString(),
      }));
      const last = rows.at(-1);
      if (rows.length < PAGE || last === undefined) return;
      after = { at: last.createdAt, id: last.id };
    }
  },
};
