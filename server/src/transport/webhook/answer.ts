/** What became of one call; `text` is how the answer began, where the call asked for it. */
export type WebhookAnswer = { readonly text?: string } & Verdict;

type Verdict =
  /** A 2xx. `note` says why wanted traits could not be read. */
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly traits: Readonly<Record<string, unknown>> | null;
      readonly note: string | null;
    }
  /** Nothing was sent: its URL is not one that may be called. Trying again cannot help. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** No answer, or one that is not a yes. */
  | {
      readonly kind: 'failed';
      readonly reason: string;
      /** Null when there was no answer. */
      readonly status: number | null;
      /** Whether another attempt may help. */
      readonly isTemporary: boolean;
      readonly retryAfterMs?: number;
    };

/** An answer as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** Null when it was too long to be read. */
  readonly body: Uint8Array | null;
}

/** Time-out, too early, too many requests: the request is right, and the moment is wrong. */
const TEMPORARY_STATUS: ReadonlySet<number> = new Set([408, 425, 429]);
const SERVER_ERROR = 500;

/** Says what an answer means. A redirect is a no: what was checked is where the URL leads, and nothing else. */
export function verdictOf(
  answer: RawAnswer,
  { wantsTraits, now, bytesMax }: { wantsTraits: boolean; now: Date; bytesMax: number },
): Verdict {
  const { status, retryAfter, body } = answer;
  if (status >= 200 && status < 300) {
    if (!wantsTraits) return { kind: 'answered', status, traits: null, note: null };
    if (body !== null) return { kind: 'answered', status, ...traitsIn(body) };
    const note = `the answer is longer than ${bytesMax} bytes: no traits were read`;
    return { kind: 'answered', status, traits: null, note };
  }
  if (status >= 300 && status < 400) {
    const reason = `answered ${status}: redirects are not followed`;
    return { kind: 'failed', reason, status, isTemporary: false };
  }
  const isTemporary = TEMPORARY_STATUS.has(status) || status >= SERVER_ERROR;
  const asked = isTemporary ? retryAfterMsOf(retryAfter, now) : null;
  return {
    kind: 'failed',
    reason: `answered ${status}`,
    status,
    isTemporary,
    ...(asked === null ? {} : { retryAfterMs: asked }),
  };
}

/**
 * `Retry-After`: seconds or a date. Null when there is none that can be read.
 *
 * Source: RFC 9110 section 10.2.3
 */
export function retryAfterMsOf(text: string | undefined, now: Date): number | null {
  if (text === undefined) return null;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  // Only the form that the RFC has senders write: other texts parse as some date, too.
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}

interface TraitsRead {
  readonly traits: Readonly<Record<string, unknown>> | null;
  readonly note: string | null;
}

/** `{"traits": {…}}`; an answer without body or without `traits` sets none. */
function traitsIn(body: Uint8Array): TraitsRead {
  if (body.length === 0) return { traits: null, note: null };
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return { traits: null, note: 'the answer is not JSON: no traits were read' };
  }
  const traits = isRecord(json) && Object.hasOwn(json, 'traits') ? json['traits'] : null;
  if (traits === null) return { traits: null, note: null };
  if (isRecord(traits)) return { traits, note: null };
  return { traits: null, note: 'traits of the answer is not an object: no traits were read' };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
