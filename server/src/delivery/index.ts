export { composeAll, type Composed, type Occurrence, type Sender } from './compose.ts';
export { composeFor, type ComposeDeps } from './compose-for.ts';
export { trialKit } from './mail-kit.ts';
export type { MailKit, MailList, ReturnAddresses } from './mail-kit.ts';
export { createDeliverer, type Deliverer } from './deliverer.ts';
export { createOutletStore } from './outlets/load-outlets.ts';
export { createOutlets, type Outlets } from './outlets/outlets.ts';
export { createProviderOf } from './outlets/provider.ts';
export { transportRoutes } from './outlets/routes.ts';
export { hookedTransportOf } from './outlets/transport.ts';
export { systemResolver, type NameResolver } from './senders/check/dns.ts';
export { createDkimKeyring, type DkimKeyring } from './senders/keyring.ts';
export { createDomainChecker } from './senders/run-check.ts';
export { senderRoutes } from './senders/routes.ts';
export { createSenderBook, type SenderBook } from './senders/sender-book.ts';
export { type FullMessage, type Message, type MessageState } from './message.ts';
export type { ClaimedEmail } from './prepare.ts';
export { MESSAGE_STATES } from './message.ts';
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
export { sendTest } from './send-test.ts';
export { findMessage, messagesOfUser } from './sql/read.ts';
export { settleMessages } from './sql/settle.ts';
export { forgetThrottles, slowDown } from './sql/throttle.ts';
export { slowedProviders } from './sql/transports.ts';
export { withdrawLeases } from './sql/withdraw.ts';
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
export {
  addressesOf,
  countMessagesOf,
  doubtsOf,
  eraseMessages,
  isAnyLeased,
  keepUnsubscribes,
  messagesForExport,
  type OwnMessage,
} from './sql/erase.ts';
export { listTransports, type TransportRow } from './sql/transports.ts';
