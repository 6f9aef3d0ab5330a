export { compose, type Composed, type Occurrence, type Sender } from './compose.ts';
export { createDeliverer, type Deliverer } from './deliverer.ts';
export { type FullMessage, type Message, type MessageState } from './message.ts';
export type { ClaimedEmail } from './prepare.ts';
export { MESSAGE_SCHEMA, messageRoutes, messageViewOf } from './routes.ts';
export type { DeferredStep, OnSettled, SettledStep } from './settle.ts';
export { insertFinished, type FinishedMessage } from './sql/finish.ts';
export {
  begunAmong,
  heldBy,
  leaseKeyOf,
  leaseRows,
  lockOrphans,
  orphanBuckets,
  releaseRows,
  requeueRows,
  type Begun,
  type Held,
  type Requeued,
} from './sql/release.ts';
export { findMessage, messagesOfUser } from './sql/read.ts';
export { settleMessages } from './sql/settle.ts';
export {
  beat,
  forgetWorkers,
  queueHealth,
  stopWorker,
  type QueueHealth,
  type WorkerStart,
} from './sql/workers.ts';
export { webhookAttemptsOf, type WebhookAttempt } from './sql/webhook.ts';
export { webhookIdOf, type CalledWebhook } from './webhook.ts';
export {
  createWebhookCaller,
  type WebhookCaller,
  type WebhookCallerDeps,
} from './webhook-caller.ts';
export type { OnCalled, SettledWebhook } from './webhook-settle.ts';
