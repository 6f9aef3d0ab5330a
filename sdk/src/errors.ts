/** What is wrong with one field of a body. */
export interface Fault {
  /** Where: `steps/0/subject`. */
  readonly path: string;
  readonly message: string;
}

/** The server refused the call, or failed at it. */
export class ApiError extends Error {
  /** HTTP status. */
  readonly status: number;
  /** Stable, `folder.reason`; null where the answer carried none (everything under `/api/sdk`). */
  readonly code: string | null;
  /** What the server added for programs, such as the faults of a body; undefined without. */
  readonly details: unknown;
  /** Names the call in the server's log; null where the answer carried none. */
  readonly requestId: string | null;
  /** How long the server asks to wait before the next try; null when it does not say. */
  readonly retryAfterMs: number | null;

  constructor(
    status: number,
    code: string | null,
    message: string,
    details?: unknown,
    more: { readonly requestId?: string | null; readonly retryAfterMs?: number | null } = {},
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.details = details;
    this.requestId = more.requestId ?? null;
    this.retryAfterMs = more.retryAfterMs ?? null;
  }

  /** What is wrong with the body, field by field; empty when that is not why. */
  get faults(): readonly Fault[] {
    return Array.isArray(this.details) ? this.details.filter(isFault) : [];
  }
}

/** No answer came: the server is down, or the way to it is. Nothing is known about the call's effect. */
export class UnreachableError extends Error {
  /** Whether it was the time limit that ended the wait. */
  readonly isTimeout: boolean;

  constructor(cause: unknown, isTimeout = false) {
    super('The server did not answer.', { cause });
    this.name = 'UnreachableError';
    this.isTimeout = isTimeout;
  }
}

function isFault(value: unknown): value is Fault {
  const { path, message } = (value ?? {}) as Partial<Fault>;
  return typeof path === 'string' && typeof message === 'string';
}
