/** What kind of refusal a `DomainError` is; the edge maps each to one HTTP status. */
export type ErrorKind =
  | 'invalid'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'too_many'
  | 'too_large'
  | 'unsupported'
  | 'unprocessable';

/** An expected refusal. Programmer errors are plain `Error`s and end as 500s. */
export class DomainError extends Error {
  readonly code: `${string}.${string}`;
  readonly kind: ErrorKind;
  readonly details: Readonly<Record<string, unknown>>;

  /**
   * @param code stable, documented in docs/errors.md, never reused
   * @param details extra members of the answer's body; never a stack, SQL or an address
   */
  constructor(
    code: `${string}.${string}`,
    kind: ErrorKind,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'DomainError';
    this.code = code;
    this.kind = kind;
    this.details = details;
  }
}
