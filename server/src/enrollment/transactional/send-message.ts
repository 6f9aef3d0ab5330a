import { hash } from 'node:crypto';
import { usersByIds } from '../../audience/index.ts';
import {
  composeFor,
  findMessage,
  type ComposeDeps,
  type FullMessage,
} from '../../delivery/index.ts';
import { createCache } from '../../platform/cache.ts';
import { inTransaction, type Pool } from '../../platform/db.ts';
import { isEmail } from '../../platform/email-address.ts';
import { addressIdOf, bucketOf, messageUuidOf, userIdOf, uuidv7In } from '../../platform/ids.ts';
import type { Fault } from '../../schedule/fault.ts';
import { tzVersion } from '../../schedule/zone.ts';
import {
  buildSteps,
  emailStepFaults,
  seriesInvalid,
  type EmailStep,
  type SeriesCatalog,
} from '../../series/index.ts';
import { messageFaulty, messageRefused, userNotFound } from '../errors.ts';
import { propertiesOf, type Properties } from '../properties.ts';
import { sideNow } from '../sql/leave.ts';
import {
  headerFaults,
  saidBy,
  stepOfCall,
  TRANSACTIONAL_AUTOMATION,
  transactionalIdOf,
  type TransactionalEmail,
} from './email.ts';
import {
  enrollmentOfKey,
  freeOldKey,
  insertSending,
  insertTransactional,
  lockSending,
  type NewSending,
} from './sql.ts';

/** A call that asks for one message. */
interface MessageCall {
  readonly workspace: {
    readonly id: string;
    readonly side: 'live' | 'test';
    readonly timezone: string;
  };
  /** As it came; shapes are checked, what they mean is not. */
  readonly body: Readonly<Record<string, unknown>> & {
    readonly user_id?: string;
    readonly to?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly properties?: unknown;
  };
  /** `Idempotency-Key`; null for none. */
  readonly key: string | null;
}

export interface MessageSenderDeps extends ComposeDeps {
  readonly db: Pool;
  readonly catalog: SeriesCatalog;
  /** Called when there is something to send, so that a worker nearby need not wait for its poll. */
  readonly onEntered: () => void;
}

/**
 * Sends one message.
 *
 * @throws `series.invalid` with every fault, `enrollment.user_not_found`, `enrollment.message_refused`
 */
type MessageSender = (call: MessageCall) => Promise<FullMessage>;

/** Emails that were built within the last second: a busy template is built once in that time. */
const BUILT_MAX = 50;

/**
 * Sends transactional messages: each is composed at once, so that the caller is told what is wrong with
 * it, and then enters the hidden automation of its side, which leads it on the way of every email.
 */
export function createMessageSender(deps: MessageSenderDeps): MessageSender {
  const { db, onEntered } = deps;
  const built = createCache({
    entriesMax: BUILT_MAX,
    load: (key: string) => {
      const [workspaceId, step] = JSON.parse(key) as [string, Record<string, unknown>];
      return buildEmail(db, workspaceId, step);
    },
  });
  return async (call) => {
    const { workspace, body } = call;
    const properties = checkedProperties(body);
    const step = stepOfCall(body);
    const email = await built.get(JSON.stringify([workspace.id, step]));
    const person = await personOf(db, workspace.id, body);
    const sending = await compose(deps, call, {
      ...person,
      properties,
      email: { ...email, to: person.to, headers: body.headers ?? {} },
    });
    await ensureAutomation(deps, workspace.id);
    const id = await write(db, sending);
    const message = await findMessage(db, { workspaceId: workspace.id, id });
    if (message === null) throw new Error(`message ${id} has gone`);
    onEntered();
    return message;
  };
}

/** @throws `series.invalid` with everything that is wrong with the call but its body's build */
function checkedProperties(body: MessageCall['body']): Properties {
  const read = propertiesOf(body.properties);
  const faults: Fault[] = [
    ...emailStepFaults(stepOfCall(body), '').map((fault) => ({
      ...fault,
      path: fault.path.replace(/^\//, ''),
    })),
    ...headerFaults(body.headers ?? {}),
    ...('wrong' in read ? [{ path: 'properties', message: read.wrong }] : []),
    ...addressFaults(body),
  ];
  if (faults.length > 0 || 'wrong' in read) throw seriesInvalid(faults);
  return read.properties ?? {};
}

function addressFaults({ user_id: userId, to }: MessageCall['body']): Fault[] {
  if (to === undefined && userId === undefined) {
    return [{ path: 'to', message: 'must be there, or user_id: nobody is named' }];
  }
  if (to === undefined || isEmail(to)) return [];
  return [{ path: 'to', message: 'must be one bare email address' }];
}

/** The email as it is kept with each passage; looks up its template, and builds its body. */
async function buildEmail(
  db: Pool,
  workspaceId: string,
  step: Readonly<Record<string, unknown>>,
): Promise<Pick<TransactionalEmail, 'step' | 'content'>> {
  const built = await buildSteps(db, [step], { workspaceId, isPublished: false });
  if (built.faults.length > 0) {
    throw seriesInvalid(
      built.faults.map((fault) => ({ ...fault, path: fault.path.replace(/^steps\/0\//, '') })),
    );
  }
  const [content] = built.byStep.values();
  if (content === undefined) throw new Error('an email without faults was not built');
  const said = (built.steps[0] ?? step) as unknown as EmailStep;
  // The body is in `content`; beside it, it would be kept twice.
  const { html: _, mjml: __, content: ___, text: ____, ...kept } = said;
  return { step: kept, content };
}

/** Whose the message is, and where it goes when that is not the user's own address. */
interface Person {
  readonly userId: string;
  readonly to: string | null;
}

async function personOf(
  db: Pool,
  workspaceId: string,
  { user_id: externalId, to }: MessageCall['body'],
): Promise<Person> {
  const address = to ?? null;
  if (externalId === undefined) {
    return { userId: addressIdOf(workspaceId, address ?? ''), to: address };
  }
  const userId = userIdOf(workspaceId, externalId);
  const known = await usersByIds(db, [{ bucket: bucketOf(userId), id: userId }]);
  if (!known.has(userId)) throw userNotFound();
  return { userId, to: address };
}

/** Composes the message as it would leave now. */
async function compose(
  deps: MessageSenderDeps,
  { workspace, key }: MessageCall,
  {
    userId,
    properties,
    email,
  }: Person & { readonly properties: Properties; readonly email: TransactionalEmail },
): Promise<NewSending> {
  const { id: workspaceId, side, timezone } = workspace;
  const now = await sideNow(deps.db, workspaceId);
  const bucket = bucketOf(userId);
  const automationId = transactionalIdOf(workspaceId);
  const enrollmentId = uuidv7In(bucket, now);
  const passage = { bucket, workspaceId, enrollmentId, automationId };
  const [composed] = await composeFor(deps, [
    {
      ...saidBy(email),
      occurrence: { ...passage, seq: 1, dueAt: now, enteredAt: now },
      userId,
      properties,
      transport: side === 'test' ? 'capture' : '',
      now,
    },
  ]);
  if (composed === undefined) throw new Error('an email was not composed');
  if (composed.kind === 'skipped') throw messageRefused(composed.reason);
  if (composed.kind === 'failed') throw messageFaulty(composed.reason);
  const { message } = composed;
  return {
    ...passage,
    ...email,
    userId,
    properties,
    messageUuid: message.id,
    userExternalId: message.userExternalId,
    live: side === 'live',
    keyHash: key === null ? null : hash('sha256', key, 'buffer'),
    now,
    timezone,
    tzVersion: tzVersion(),
    reasons: [{ rule: 'transactional', input: 'one message, asked for', outcome: 'sent at once' }],
    shown: message,
  };
}

async function ensureAutomation(
  { db, catalog }: Pick<MessageSenderDeps, 'db' | 'catalog'>,
  workspaceId: string,
): Promise<void> {
  const ref = { workspaceId, id: transactionalIdOf(workspaceId) };
  if ((await catalog.automation(ref)) !== null) return;
  await insertTransactional(db, { ...ref, ...TRANSACTIONAL_AUTOMATION });
  catalog.drop(ref);
}

/** @returns the id of the message: of the one that was asked for before, under the same key */
function write(db: Pool, sending: NewSending): Promise<string> {
  const { workspaceId, userId, keyHash } = sending;
  return inTransaction(db, async (tx) => {
    await lockSending(tx, userId);
    if (keyHash !== null) await freeOldKey(tx, { workspaceId, keyHash });
    if (await insertSending(tx, sending)) return sending.messageUuid;
    const earlier = keyHash === null ? null : await enrollmentOfKey(tx, { workspaceId, keyHash });
    if (earlier === null) throw new Error('a message was not written');
    return messageUuidOf(earlier, 1);
  });
}
