import { randomBytes } from 'node:crypto';
import { inTransaction, type Db, type Pool } from '../platform/db.ts';
import { uuidv7 } from '../platform/ids.ts';
import { targetOf } from '../transport/index.ts';
import type { SecretBox } from '../workspace/index.ts';
import {
  deliveryNotFound,
  tooManyWebhooks,
  webhookDisabled,
  webhookInvalid,
  webhookNotFound,
} from './errors.ts';
import { ALL_TYPES, eventTypeOf } from './event-types.ts';
import {
  findDelivery,
  insertTest,
  replayMany,
  replayOne,
  type Delivery,
  type DeliveryStatus,
} from './sql/deliveries.ts';
import {
  countWebhooks,
  deleteDeliveries,
  deleteWebhook,
  findWebhook,
  hurryDeliveries,
  insertWebhook,
  lockWebhook,
  replaceSecret,
  updateWebhook,
  type SealedSecret,
  type WaitingPlace,
} from './sql/webhooks.ts';
import { WEBHOOKS_MAX, type Webhook } from './webhook.ts';

export interface WebhookDeps {
  readonly db: Pool;
  readonly box: SecretBox;
}

/** What callers say about an endpoint; what is left out of a change stays. */
export interface WebhookInput {
  readonly url?: string | undefined;
  readonly eventTypes?: readonly string[] | undefined;
  readonly description?: string | undefined;
  readonly isEnabled?: boolean | undefined;
}

interface Which {
  readonly workspaceId: string;
  readonly id: string;
}

const SECRET_PREFIX = 'whsec_';
/** The specification asks for 24 to 64. Source: Standard Webhooks 1.0.0, symmetric signatures. */
const SECRET_BYTES = 32;
const HINT_LENGTH = 4;
/** Time enough to give the receiver the new one. */
const ROTATION_MS = 24 * 3_600_000;
/** Deliveries of one statement: some tenths of a second. */
const PIECE_MAX = 10_000;
/** Events of one call for a replay; the rest by another. */
const REPLAY_MAX = 10_000;
/** Who sends nothing about the type gets this one as a test. */
export const TEST_TYPE = 'user.updated';

/**
 * Adds an endpoint. Only now is its secret told.
 *
 * @throws webhook.invalid, webhook.too_many
 */
export async function createWebhook(
  { db, box }: WebhookDeps,
  {
    workspaceId,
    input,
    now,
  }: {
    workspaceId: string;
    input: WebhookInput & { url: string; eventTypes: readonly string[] };
    now: Date;
  },
): Promise<{ webhook: Webhook; secret: string }> {
  const { url, description = '', isEnabled = true } = input;
  refuseFaults(input);
  const id = uuidv7(now);
  const { secret, ...sealed } = newSecret(box, id);
  const row = { id, workspaceId, url, description, isEnabled, ...sealed, now };
  const webhook = await inTransaction(db, async (tx) => {
    if ((await countWebhooks(tx, workspaceId)) >= WEBHOOKS_MAX) throw tooManyWebhooks(WEBHOOKS_MAX);
    await insertWebhook(tx, { ...row, eventTypes: unique(input.eventTypes) });
    return readWebhook(tx, { workspaceId, id });
  });
  return { webhook, secret };
}

/**
 * Changes an endpoint. One that is enabled again begins afresh, and what waits for it is tried at once.
 *
 * @throws webhook.not_found, webhook.invalid
 */
export async function changeWebhook(
  { db }: Pick<WebhookDeps, 'db'>,
  { workspaceId, id, input, now }: Which & { input: WebhookInput; now: Date },
): Promise<Webhook> {
  refuseFaults(input);
  const { webhook, isBack } = await inTransaction(db, async (tx) => {
    const before = await lockWebhook(tx, { workspaceId, id });
    if (before === null) throw webhookNotFound();
    const { url = before.url, description = before.description } = input;
    const { eventTypes = before.eventTypes, isEnabled = before.isEnabled } = input;
    const after = { id, url, eventTypes: unique(eventTypes), description, isEnabled, now };
    await updateWebhook(tx, after);
    const isBack = isEnabled && !before.isEnabled;
    return { webhook: await readWebhook(tx, { workspaceId, id }), isBack };
  });
  if (isBack) await hurryAll(db, id);
  return webhook;
}

/** In pieces, for days of events may wait; what a process that dies leaves has a turn all the same. */
async function hurryAll(db: Pool, webhookId: string): Promise<void> {
  let after: WaitingPlace | null = null;
  do after = await hurryDeliveries(db, { webhookId, after, limit: PIECE_MAX });
  while (after !== null);
}

/** @throws webhook.not_found */
export async function readWebhook(db: Db, which: Which): Promise<Webhook> {
  const webhook = await findWebhook(db, which);
  if (webhook === null) throw webhookNotFound();
  return webhook;
}

/** Removes an endpoint with its log, which may be long: in pieces. @throws webhook.not_found */
export async function removeWebhook({ db }: Pick<WebhookDeps, 'db'>, which: Which): Promise<void> {
  let count = PIECE_MAX;
  while (count === PIECE_MAX) count = await deleteDeliveries(db, { ...which, limit: PIECE_MAX });
  if (!(await inTransaction(db, (tx) => deleteWebhook(tx, which)))) throw webhookNotFound();
}

/**
 * Makes a new secret. The old one signs beside it for another 24 hours; one that was still signing beside
 * that ends now: to end a secret that has leaked at once, rotate twice.
 *
 * @throws webhook.not_found
 */
export async function rotateSecret(
  { db, box }: WebhookDeps,
  { workspaceId, id, now }: Which & { now: Date },
): Promise<{ webhook: Webhook; secret: string }> {
  return inTransaction(db, async (tx) => {
    if ((await lockWebhook(tx, { workspaceId, id })) === null) throw webhookNotFound();
    const { secret, ...sealed } = newSecret(box, id);
    const validUntil = new Date(now.getTime() + ROTATION_MS);
    await replaceSecret(tx, { id, ...sealed, validUntil, now });
    return { webhook: await readWebhook(tx, { workspaceId, id }), secret };
  });
}

/**
 * Sends one event of the log again, under its id.
 *
 * @throws webhook.not_found, webhook.delivery_not_found, webhook.disabled
 */
export async function replayDelivery(
  { db }: Pick<WebhookDeps, 'db'>,
  { workspaceId, id, deliveryId }: Which & { deliveryId: string },
): Promise<Delivery> {
  return inTransaction(db, async (tx) => {
    requireEnabled(await readWebhook(tx, { workspaceId, id }));
    const which = { webhookId: id, id: deliveryId };
    const before = await findDelivery(tx, which);
    // Whom an erasure was about has been forgotten: there is nothing to tell again.
    if (before === null || isForgotten(before.data)) throw deliveryNotFound();
    await replayOne(tx, which);
    const delivery = await findDelivery(tx, which);
    if (delivery === null) throw deliveryNotFound();
    return delivery;
  });
}

/**
 * Sends what happened in a period again, and what this endpoint never got, at most `REPLAY_MAX` events,
 * oldest first. Without types, what the endpoint asks for.
 *
 * @returns how many
 * @throws webhook.not_found, webhook.disabled, webhook.invalid
 */
export async function replayPeriod(
  { db }: Pick<WebhookDeps, 'db'>,
  {
    workspaceId,
    id,
    types,
    ...period
  }: Which & {
    from: Date;
    to: Date;
    types: readonly string[] | null;
    status: DeliveryStatus | null;
  },
): Promise<number> {
  if (period.to <= period.from) throw webhookInvalid('to', 'must be later than from');
  if (types !== null) refuseFaults({ eventTypes: types });
  return inTransaction(db, async (tx) => {
    const webhook = await readWebhook(tx, { workspaceId, id });
    requireEnabled(webhook);
    const asked = types ?? webhook.eventTypes;
    const wanted = asked.includes(ALL_TYPES) ? null : asked;
    return replayMany(tx, {
      workspaceId,
      webhookId: id,
      ...period,
      types: wanted,
      limit: REPLAY_MAX,
    });
  });
}

/**
 * Sends the sample of a type, whichever types the endpoint asks for.
 *
 * @throws webhook.not_found, webhook.disabled, webhook.invalid
 */
export async function sendTestEvent(
  { db }: Pick<WebhookDeps, 'db'>,
  { workspaceId, id, type: name }: Which & { type: string },
): Promise<Delivery> {
  const type = eventTypeOf(name);
  if (type === null) throw webhookInvalid('type', 'is none of the event types');
  return inTransaction(db, async (tx) => {
    requireEnabled(await readWebhook(tx, { workspaceId, id }));
    const test = { workspaceId, webhookId: id, type: type.name, data: type.sample };
    const delivery = await findDelivery(tx, { webhookId: id, id: await insertTest(tx, test) });
    if (delivery === null) throw deliveryNotFound();
    return delivery;
  });
}

const isForgotten = (data: unknown): boolean =>
  typeof data === 'object' && data !== null && Object.keys(data).length === 0;

function requireEnabled({ isEnabled }: Webhook): void {
  if (!isEnabled) throw webhookDisabled();
}

/** Where a URL leads is checked at each call; here, whether it is one that may ever be called. */
function refuseFaults({ url, eventTypes }: WebhookInput): void {
  if (url !== undefined) {
    const target = targetOf(url);
    if ('kind' in target) throw webhookInvalid('url', target.reason.replace(/^the URL /, ''));
  }
  const unknown = eventTypes?.find((name) => name !== ALL_TYPES && eventTypeOf(name) === null);
  if (unknown !== undefined) {
    throw webhookInvalid('event_types', `names "${unknown}", which is none of the event types`);
  }
}

/** `*` says everything. */
const unique = (names: readonly string[]): string[] =>
  names.includes(ALL_TYPES) ? [ALL_TYPES] : [...new Set(names)];

function newSecret(box: SecretBox, id: string): SealedSecret & { secret: string } {
  const secret = SECRET_PREFIX + randomBytes(SECRET_BYTES).toString('base64');
  return { secret, sealed: box.seal(secret, id), hint: secret.slice(-HINT_LENGTH) };
}
