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
  readonly content: string | Blob | Uint8Array;
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
  // A view of memory that threads share is a BodyInit to no compiler, and to every runtime.
  const body = call.file === undefined ? jsonOf(call.body) : (call.file.content as string);
  const response = await send(url, {
    method: call.method,
    headers: headersOf(options, call),
    // Of a POST a redirect may make a GET, whose answer would look like a success.
    redirect: 'manual',
    ...(body === undefined ? {} : { body }),
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  }).catch((cause: unknown) => silence(cause, call));
  const answer = await bodyOf(response, call);
  if (!response.ok) throw refusalOf(response, answer);
  return answer as Answer;
}

/** The caller's own decision to wait no longer is theirs to handle. */
function silence(cause: unknown, { signal }: Call): never {
  if (signal?.aborted === true) throw signal.reason ?? cause;
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
  // Throws for what no header can hold: a mistake of the caller, and not a server that is silent.
  void new Headers(headers);
  return headers;
}

function queryOf(query: NonNullable<Call['query']>): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

/**
 * One part of a path.
 *
 * @throws TypeError for what would make the path another one: an address loses empty parts and dots
 */
export function segmentOf(name: string, value: string | number | undefined): string {
  const text = String(value ?? '');
  if (['', '.', '..'].includes(text)) {
    throw new TypeError(`${name} may not be ${text === '' ? 'empty' : `"${text}"`}.`);
  }
  return encodeURIComponent(text);
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
  return new ApiError(response.status, textOf(code), textOf(error) ?? saidBy(response), details, {
    requestId: textOf(request_id),
    retryAfterMs: retryAfterMsOf(response.headers.get('Retry-After')),
  });
}

function saidBy({ status, type, headers }: Response): string {
  if (type !== 'opaqueredirect' && (status < 300 || status >= 400)) {
    return `The server answered ${status}.`;
  }
  const place = headers.get('Location') ?? 'another address';
  return `Redirects are not followed, and this one leads to ${place}. Is \`url\` right?`;
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** `Retry-After`: seconds, or the date that some proxies send. Null when there is none that can be read. */
function retryAfterMsOf(header: string | null): number | null {
  if (header === null) return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? null : Math.max(ms, 0);
}
