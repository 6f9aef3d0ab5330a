import { hash, randomInt } from 'node:crypto';
import { canonicalJson } from '../../platform/canonical-json.ts';

/** As it is stored. What has passed its time is `lapsed`, whatever is stored: see `stateAt`. */
export type ConfirmationState = 'waiting' | 'issued' | 'refused' | 'used' | 'lapsed';

export const CONFIRMATION_STATES: readonly ConfirmationState[] = [
  'waiting',
  'issued',
  'refused',
  'used',
  'lapsed',
];

/** What a member must be at least to let a call be made. */
export type ConfirmingRole = 'editor' | 'owner';

/** A call that an assistant wants to make, and what was said to it. */
export interface Confirmation {
  readonly id: string;
  readonly workspaceId: string;
  readonly keyId: string;
  readonly keyHint: string;
  readonly code: string;
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly subjectHash: Uint8Array;
  readonly words: readonly string[];
  readonly peopleCount: number | null;
  readonly role: ConfirmingRole;
  readonly state: ConfirmationState;
  readonly requestedAt: Date;
  readonly expiresAt: Date;
  readonly decidedAt: Date | null;
  readonly decidedBy: string | null;
  readonly usedAt: Date | null;
  readonly outcome: string | null;
}

/** A day: a question that nobody has looked at by then is asked anew. */
export const QUESTION_MS = 24 * 3_600_000;
/** From being issued to being used; the assistant is told at once. */
export const TOKEN_MS = 600_000;

/** The state at an instant. */
export const stateAt = (
  { state, expiresAt }: Pick<Confirmation, 'state' | 'expiresAt'>,
  now: Date,
): ConfirmationState =>
  (state === 'waiting' || state === 'issued') && expiresAt.getTime() <= now.getTime()
    ? 'lapsed'
    : state;

/** Letters and digits that cannot be taken for each other when they are read out. */
const CLEAR = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';
const CODE_LENGTH = 6;
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const TOKEN_PREFIX = 'mp_ct_';
/** 142 bits; it lives for ten minutes and is good for one call. */
const TOKEN_LENGTH = 24;

const drawn = (letters: string, length: number): string =>
  Array.from({ length }, () => letters.charAt(randomInt(letters.length))).join('');

/** `K7M-4PQ`: to tell questions apart. It opens nothing. */
export function newCode(): string {
  const text = drawn(CLEAR, CODE_LENGTH);
  return `${text.slice(0, CODE_LENGTH / 2)}-${text.slice(CODE_LENGTH / 2)}`;
}

/** What a member gives the assistant. Only its hash is stored. */
export const newToken = (): string => TOKEN_PREFIX + drawn(BASE62, TOKEN_LENGTH);

/** A random token needs no salt. */
export const hashOfToken = (token: string): Buffer => hash('sha256', token, 'buffer');

/** The same for the same value, whatever the order of its members. */
export const hashOf = (value: unknown): Buffer => hash('sha256', canonicalJson(value), 'buffer');
