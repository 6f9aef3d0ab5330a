import type { Db } from '../platform/db.ts';
import { deleteOldEvents } from './sql/deliveries.ts';
import { forgetErased } from './sql/settle.ts';
import { LOG_DAYS } from './webhook.ts';

export { sendDisabledAlerts } from './alert.ts';
export type { DisabledAlert } from './sql/alerts.ts';
export { webhookRoutes, type WebhookRouteDeps } from './routes.ts';
export { createWebhookSender, type SenderBounds, type WebhookSender } from './sender.ts';
export { eraseFromOutbox } from './sql/erase.ts';
export { disabledWebhooks } from './sql/webhooks.ts';
export { createEventStream, lineWriterOf, type LineWriter } from './stream.ts';

const TIDY_BATCH_MAX = 2_000;

/**
 * Deletes events, and their deliveries, that are older than the log is kept, at most so many at once; and
 * forgets who was erased, where nobody is left to be told.
 */
export async function tidyWebhooks(
  db: Db,
  { limit = TIDY_BATCH_MAX }: { limit?: number } = {},
): Promise<number> {
  await forgetErased(db);
  return deleteOldEvents(db, { days: LOG_DAYS, limit });
}
