/** The server refused the call, or failed at it. */
export class ApiError extends Error {
  /** HTTP status. */
  readonly status: number;
  /** Stable, `folder.reason`; null where the answer carried none (everything under `/api/sdk`). */
  readonly code: string | null;
  /** What the server added for programs, such as the faults of a body; undefined without. */
  readonly details: unknown;

  constructor(status: number, code: string | null, message: string, details?: unknown) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** No answer came: the server is down, or the way to it is. Nothing is known about the call's effect. */
export class UnreachableError extends Error {
  constructor(cause: unknown) {
    super('The server did not answer.', { cause });
    this.name = 'UnreachableError';
  }
}
