import { inTransaction, type Db, type Pool } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import {
  isRoleEnough,
  recordChange,
  roleRequired,
  type ActorMember,
} from '../../workspace/index.ts';
import {
  confirmationDecided,
  confirmationNotFound,
  tokenRefused,
  tooManyConfirmations,
} from '../errors.ts';
import {
  hashOf,
  hashOfToken,
  newCode,
  newToken,
  QUESTION_MS,
  stateAt,
  TOKEN_MS,
  type Confirmation,
  type ConfirmingRole,
} from './confirmation.ts';
import * as sql from './sql.ts';

/** Of one key: an assistant that was led astray does not fill the list of its members. */
const WAITING_MAX = 20;
const KEPT_DAYS = 30;
const TIDY_BATCH_MAX = 5_000;

/** A call as it would be made, and who would make it. */
export interface AskedCall {
  readonly workspaceId: string;
  readonly keyId: string;
  readonly keyHint: string;
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly role: ConfirmingRole;
  /** What would be done, a sentence each. */
  readonly words: readonly string[];
  readonly peopleCount: number | null;
  /** What the call is about, as it is now: a token is worth nothing once that has changed. */
  readonly subject: unknown;
}

/**
 * Puts a question to the members. The same question is put once for as long as it waits, unless what it
 * is about has changed meanwhile.
 *
 * @throws `assistant.too_many_confirmations`
 */
export async function askMembers(db: Pool, call: AskedCall, now: Date): Promise<Confirmation> {
  const callHash = callHashOf(call);
  const subjectHash = hashOf(call.subject);
  return inTransaction(db, async (tx) => {
    const { workspaceId, keyId } = call;
    const waiting = await sql.lockWaiting(tx, { keyId, callHash });
    if (waiting !== null) {
      const isSame = Buffer.from(waiting.subjectHash).equals(subjectHash);
      if (isSame && stateAt(waiting, now) === 'waiting') return waiting;
      await sql.lapse(tx, { workspaceId, id: waiting.id });
    }
    if ((await sql.countWaiting(tx, { keyId, now })) >= WAITING_MAX) {
      throw tooManyConfirmations(WAITING_MAX);
    }
    const asked = { ...confirmationOf(call, now), subjectHash, callHash };
    if (await sql.insertConfirmation(tx, asked)) return asked;
    // Two calls at once: the other one's question is as good.
    const other = await sql.lockWaiting(tx, { keyId, callHash });
    if (other === null) throw new Error(`no question of ${keyId} waits, and none can be put`);
    return other;
  });
}

function confirmationOf(call: AskedCall, now: Date): Confirmation {
  return {
    id: uuidv7(now),
    workspaceId: call.workspaceId,
    keyId: call.keyId,
    keyHint: call.keyHint,
    code: newCode(),
    tool: call.tool,
    arguments: call.arguments,
    subjectHash: hashOf(call.subject),
    words: call.words,
    peopleCount: call.peopleCount,
    role: call.role,
    state: 'waiting',
    requestedAt: now,
    expiresAt: new Date(now.getTime() + QUESTION_MS),
    decidedAt: null,
    decidedBy: null,
    usedAt: null,
    outcome: null,
  };
}

const callHashOf = ({ tool, arguments: sent }: Pick<AskedCall, 'tool' | 'arguments'>): Buffer =>
  hashOf([tool, sent]);

interface Decision {
  readonly workspaceId: string;
  readonly id: string;
  readonly member: ActorMember;
  readonly now: Date;
}

/**
 * Allows a call. The token is told only now, and stored nowhere.
 *
 * @throws `assistant.confirmation_not_found`, `assistant.confirmation_decided`, `workspace.role_required`
 */
export async function issueToken(
  db: Pool,
  decision: Decision,
): Promise<{ confirmation: Confirmation; token: string }> {
  const token = newToken();
  const expiresAt = new Date(decision.now.getTime() + TOKEN_MS);
  const confirmation = await decided(db, decision, { token, expiresAt });
  return { confirmation, token };
}

/** Refuses a call. @throws as `issueToken` */
export const refuseCall = (db: Pool, decision: Decision): Promise<Confirmation> =>
  decided(db, decision, { token: null, expiresAt: decision.now });

async function decided(
  db: Pool,
  { workspaceId, id, member, now }: Decision,
  { token, expiresAt }: { token: string | null; expiresAt: Date },
): Promise<Confirmation> {
  return inTransaction(db, async (tx) => {
    const found = await sql.lockConfirmation(tx, { workspaceId, id });
    if (found === null) throw confirmationNotFound();
    // Whoever may not allow it may still say no.
    if (token !== null && !isRoleEnough(member.role, found.role)) {
      throw roleRequired(found.role, member.role);
    }
    const state = stateAt(found, now);
    if (state !== 'waiting') throw confirmationDecided(state);
    const tokenHash = token === null ? null : hashOfToken(token);
    await sql.decide(tx, { workspaceId, id, tokenHash, by: member.email, now, expiresAt });
    const next = token === null ? ('refused' as const) : ('issued' as const);
    await recordChange(tx, {
      workspaceId,
      action: token === null ? 'confirmation.refuse' : 'confirmation.issue',
      target: { kind: 'confirmation', id, name: `${found.tool} ${found.code}` },
      before: { state },
      after: { state: next, words: [...found.words] },
    });
    const { email: decidedBy } = member;
    return { ...found, state: next, decidedAt: now, decidedBy, expiresAt };
  });
}

/** A call that brings a token along, and what it is about now. */
export interface ConfirmedCall extends Pick<
  AskedCall,
  'workspaceId' | 'keyId' | 'tool' | 'arguments' | 'subject'
> {
  readonly token: string;
}

/**
 * Uses a token up, before the call is made: whatever becomes of the call, it is made once at most.
 *
 * @throws `assistant.token_refused`
 */
export async function spendToken(
  db: Pool,
  { token, subject, ...call }: ConfirmedCall,
  now: Date,
): Promise<Confirmation> {
  const { workspaceId, keyId } = call;
  const tokenHash = hashOfToken(token);
  const fit = { tokenHash, callHash: callHashOf(call), subjectHash: hashOf(subject) };
  return inTransaction(db, async (tx) => {
    const used = await sql.useToken(tx, { workspaceId, keyId, ...fit, now });
    if (used === null) throw await refusalOf(tx, { workspaceId, keyId, ...fit, now });
    await recordChange(tx, {
      workspaceId,
      action: 'confirmation.use',
      target: { kind: 'confirmation', id: used.id, name: `${used.tool} ${used.code}` },
      before: { state: 'issued' },
      after: { state: 'used', words: [...used.words], confirmed_by: used.decidedBy },
    });
    return used;
  });
}

/** Why a token does not fit. Who does not hold the key that asked learns nothing. */
async function refusalOf(
  db: Db,
  {
    workspaceId,
    keyId,
    tokenHash,
    callHash,
    subjectHash,
    now,
  }: {
    workspaceId: string;
    keyId: string;
    tokenHash: Uint8Array;
    callHash: Uint8Array;
    subjectHash: Uint8Array;
    now: Date;
  },
): Promise<Error> {
  const found = await sql.findByToken(db, { workspaceId, tokenHash });
  if (found === null || found.keyId !== keyId) {
    return tokenRefused('This is no token that was issued to this key');
  }
  const state = stateAt(found, now);
  if (state === 'used') return tokenRefused('This token was used already; each is good once');
  if (state === 'lapsed') return tokenRefused('This token is older than ten minutes; ask again');
  if (!Buffer.from(found.callHash).equals(callHash)) {
    return tokenRefused(
      'This token was issued for another call; send exactly the arguments of then',
    );
  }
  if (!Buffer.from(found.subjectHash).equals(subjectHash)) {
    return tokenRefused('What was confirmed has changed since; ask again, without a token');
  }
  return tokenRefused('This token was just used');
}

/** Notes what a confirmed call came to: `done`, or the code of what refused it. */
export const noteOutcome = (
  db: Db,
  { workspaceId, id }: Pick<Confirmation, 'workspaceId' | 'id'>,
  outcome: string,
): Promise<void> => sql.setOutcome(db, { workspaceId, id, outcome });

/** Takes questions that name an erased person away. */
export const eraseFromConfirmations = sql.deleteNaming;

/**
 * Deletes questions older than 30 days, at most 5,000; call again while it returns that many.
 *
 * @returns how many were deleted
 */
export const tidyConfirmations = (db: Db): Promise<number> =>
  sql.deleteOld(db, { keptDays: KEPT_DAYS, limit: TIDY_BATCH_MAX });
