import type { Db } from '../platform/db.ts';
import { deleteOldEvents } from './sql/deliveries.ts';
import { LOG_DAYS } from './webhook.ts';

export { webhookRoutes, type WebhookRouteDeps } from './routes.ts';
export { createWebhookSender, type SenderBounds, type WebhookSender } from './sender.ts';
export { disabledWebhooks } from './sql/webhooks.ts';
export { createEventStream, lineWriterOf, type LineWriter } from './stream.ts';

const TIDY_BATCH_MAX = 2_000;

/** Deletes events, and their deliveries, that are older than the log is kept; at most so many at once. */
export const tidyWebhooks = (
  db: Db,
  { limit = TIDY_BATCH_MAX }: { limit?: number } = {},
): Promise<number> => deleteOldEvents(db, { days: LOG_DAYS, limit });
