import { ApiError, UnreachableError } from './errors.ts';

/** Where the server is and as whom to call it. */
export interface ClientOptions {
  /** Origin of the server, without a trailing slash; `''` in a browser means the page's own. */
  readonly baseUrl: string;
  /** With the dashboard's session only: the workspace side that calls are about. */
  readonly workspaceId?: string;
  /** A secret or widget key. Without one, the dashboard's session cookie speaks. */
  readonly apiKey?: string;
  /** Replaces the runtime's `fetch`. */
  readonly fetch?: typeof fetch;
}

/** A file, sent as it is. */
export interface FileBody {
  readonly type: string;
  readonly content: string | Blob | Uint8Array<ArrayBuffer>;
}

/** One call: method, path from the root, and what goes with it. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON. */
  readonly body?: object | undefined;
  /** Instead of a body. */
  readonly file?: FileBody | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes one call and gives the parsed answer. Never retries.
 *
 * @throws ApiError for every status but 2xx; UnreachableError when no answer came
 */
export async function request<Answer>(options: ClientOptions, call: Call): Promise<Answer> {
  const send = options.fetch ?? globalThis.fetch;
  const url = `${options.baseUrl}${call.path}${queryOf(call.query ?? {})}`;
  const body = call.file === undefined ? jsonOf(call.body) : call.file.content;
  const response = await send(url, {
    method: call.method,
    headers: headersOf(options, call),
    ...(body === undefined ? {} : { body }),
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  }).catch((cause: unknown) => silence(cause, call));
  const answer = await bodyOf(response, call);
  if (!response.ok) throw refusalOf(response, answer);
  return answer as Answer;
}

/** The caller's own decision to wait no longer is theirs to handle. */
function silence(cause: unknown, { signal }: Call): never {
  if (signal?.aborted === true) throw cause;
  throw new UnreachableError(cause);
}

const jsonOf = (body: object | undefined): string | undefined =>
  body === undefined ? undefined : JSON.stringify(body);

function headersOf(options: ClientOptions, call: Call): Record<string, string> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (call.file !== undefined) headers['Content-Type'] = call.file.type;
  else if (call.body !== undefined) headers['Content-Type'] = 'application/json';
  if (options.apiKey !== undefined) headers['Authorization'] = `Bearer ${options.apiKey}`;
  if (options.workspaceId !== undefined) headers['Milepost-Workspace'] = options.workspaceId;
  if (call.idempotencyKey !== undefined) headers['Idempotency-Key'] = call.idempotencyKey;
  return headers;
}

function queryOf(query: NonNullable<Call['query']>): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

/** What a file of the API is made of; everything else is JSON. */
const FILE_TYPES = /^(text\/csv|application\/jsonl)/;

/** The parsed body, or the text of a file; undefined where it is empty or a proxy's error page. */
async function bodyOf(response: Response, call: Call): Promise<unknown> {
  const text = await response.text().catch((cause: unknown) => silence(cause, call));
  if (response.ok && text === '') return undefined;
  if (response.ok && FILE_TYPES.test(response.headers.get('Content-Type') ?? '')) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (!response.ok) return undefined;
    throw new ApiError(response.status, null, `The answer is not JSON: ${String(error)}`);
  }
}

function refusalOf(response: Response, answer: unknown): ApiError {
  const { error, code, details, request_id } = (answer ?? {}) as Record<string, unknown>;
  return new ApiError(
    response.status,
    textOf(code),
    textOf(error) ?? `The server answered ${response.status}.`,
    details,
    {
      requestId: textOf(request_id),
      retryAfterMs: retryAfterMsOf(response.headers.get('Retry-After')),
    },
  );
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** `Retry-After` in seconds; its other form, a date, is not one that the server or proxies of note send. */
function retryAfterMsOf(header: string | null): number | null {
  return header !== null && /^\d+$/.test(header) ? Number(header) * 1_000 : null;
}
