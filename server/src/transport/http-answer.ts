import type { AnswerRule, Idempotency } from './transport-kind.ts';
import type { HttpAnswer, HttpAttempt } from './http-attempt.ts';
import type { Handover, OutgoingMessage } from './transport.ts';
import { retryAfterMsOf } from './webhook/answer.ts';

/** What a provider says when it says no. */
export interface ProviderError {
  /** Its own code or name for the error; '' when it gives none. */
  readonly code: string;
  readonly message: string;
}

/** The end of every provider's table: what its status says where nothing else is known. */
export const COMMON_ANSWERS: readonly AnswerRule[] = [
  { status: '3xx', outcome: 'deferred', phase: 'connect', means: 'a redirect, never followed' },
  { status: 401, outcome: 'deferred', phase: 'auth', means: 'the key is not valid' },
  { status: 402, outcome: 'deferred', phase: 'auth', means: 'the account has to be paid for' },
  { status: 403, outcome: 'deferred', phase: 'auth', means: 'the account may not do this' },
  { status: 404, outcome: 'deferred', phase: 'auth', means: 'the account lacks what is named' },
  { status: 405, outcome: 'deferred', phase: 'auth', means: 'the wrong address was called' },
  { status: 407, outcome: 'deferred', phase: 'connect', means: 'a proxy is in the way' },
  { status: 408, outcome: 'deferred', phase: 'end', means: 'the request did not arrive whole' },
  { status: 421, outcome: 'deferred', phase: 'end', means: 'the wrong server was called' },
  { status: 425, outcome: 'deferred', phase: 'end', means: 'too early' },
  { status: 429, outcome: 'deferred', phase: 'end', means: 'too many at once' },
  { status: '4xx', outcome: 'rejected', phase: 'end', means: 'the message is not wanted' },
  { status: 503, outcome: 'deferred', phase: 'end', means: 'the provider takes nothing now' },
  { status: '5xx', outcome: 'in_doubt', phase: 'end', means: 'the provider failed over it' },
];

const UNKNOWN: AnswerRule = {
  status: '5xx',
  outcome: 'in_doubt',
  phase: 'end',
  means: 'an answer that nobody knows',
};

/** The rule for an answer that is not a yes: the first that fits. */
export function ruleFor(
  rules: readonly AnswerRule[],
  status: number,
  { code, message }: ProviderError,
): AnswerRule {
  const words = message.toLowerCase();
  const fits = (rule: AnswerRule): boolean =>
    (rule.status === status || rule.status === `${Math.floor(status / 100)}xx`) &&
    (rule.codes === undefined || rule.codes.includes(code)) &&
    (rule.words === undefined || rule.words.some((word) => words.includes(word)));
  return rules.find(fits) ?? UNKNOWN;
}

/** How one provider's answers are read. */
export interface AnswerReader {
  readonly answers: readonly AnswerRule[];
  readonly idempotency: Idempotency | null;
  /** The provider's id of a message it has taken; null when the answer is not its yes. */
  readonly acceptedId: (answer: HttpAnswer) => string | null;
  readonly errorIn: (answer: HttpAnswer) => ProviderError;
  /** How long the provider asks to wait, where it does not say it with `Retry-After`. */
  readonly waitMsIn?: (answer: HttpAnswer, now: Date) => number | null;
}

/** What became of a message, by what became of its request. */
export function handoverOf(
  attempt: HttpAttempt,
  reader: AnswerReader,
  { message, startedAt, now }: { message: OutgoingMessage; startedAt: Date; now: Date },
): Handover {
  const inDoubt = (answer: string): Handover => ({
    kind: 'in_doubt',
    answer,
    phase: 'end',
    ...retrySafe(reader.idempotency, { message, startedAt }),
  });
  if (attempt.kind === 'unsent') {
    // A message in doubt stays in doubt when its repetition could not leave.
    if (message.retrySafeUntil !== undefined) return inDoubt(attempt.reason);
    return { kind: 'deferred', answer: attempt.reason, phase: attempt.phase };
  }
  if (attempt.kind === 'unanswered') return inDoubt(attempt.reason);
  const { answer } = attempt;
  const isYes = answer.status >= 200 && answer.status < 300;
  if (isYes) {
    const id = reader.acceptedId(answer);
    if (id !== null) return { kind: 'accepted', answer: `${answer.status} ${cut(id)}`.trim() };
    return inDoubt(`${answer.status}, and not what the provider says when it takes a message`);
  }
  return refusalOf(answer, reader, { message, now, inDoubt });
}

function refusalOf(
  answer: HttpAnswer,
  reader: AnswerReader,
  {
    message,
    now,
    inDoubt,
  }: { message: OutgoingMessage; now: Date; inDoubt: (answer: string) => Handover },
): Handover {
  const error = reader.errorIn(answer);
  const { outcome, phase, means } = ruleFor(reader.answers, answer.status, error);
  const said = [error.code, error.message].filter((part) => part !== '').join(': ');
  const text = `${answer.status} ${cut(said === '' ? means : said)}`;
  // Only a yes ends a doubt: what is refused now may have been taken before.
  if (outcome === 'in_doubt' || message.retrySafeUntil !== undefined) return inDoubt(text);
  if (outcome === 'rejected') return { kind: 'rejected', answer: text, phase };
  const asked =
    retryAfterMsOf(answer.headers['retry-after'], now) ?? reader.waitMsIn?.(answer, now) ?? null;
  return {
    kind: 'deferred',
    answer: text,
    phase,
    ...(asked === null ? {} : { retryAfterMs: asked }),
  };
}

/** Under a minute of the key's life is not worth a race with the provider's clock. */
const MARGIN_MS = 60_000;

/** The end of the key's life counts from its first use, which an earlier attempt has noted. */
function retrySafe(
  idempotency: Idempotency | null,
  { message, startedAt }: { message: OutgoingMessage; startedAt: Date },
): { retrySafeUntil?: Date } {
  if (idempotency === null) return {};
  const own = new Date(startedAt.getTime() + idempotency.lifetimeMs - MARGIN_MS);
  const earlier = message.retrySafeUntil;
  return { retrySafeUntil: earlier !== undefined && earlier < own ? earlier : own };
}

const ANSWER_LENGTH_MAX = 500;

/** One line of bounded length. */
const cut = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()
    .slice(0, ANSWER_LENGTH_MAX);

/** The body as a JSON object; empty when it is something else. */
export function jsonIn({ body }: HttpAnswer): Readonly<Record<string, unknown>> {
  if (body === null || body.length === 0) return {};
  try {
    const json: unknown = JSON.parse(body.toString('utf8'));
    return typeof json === 'object' && json !== null && !Array.isArray(json)
      ? (json as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}

/** A text or a number as a text; '' for anything else. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}
