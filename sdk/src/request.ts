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

/** One call: method, path from the root, and what goes with it. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: object | undefined;
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
  const response = await send(url, {
    method: call.method,
    headers: headersOf(options, call),
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  }).catch((cause: unknown) => {
    if (call.signal?.aborted === true) throw cause;
    throw new UnreachableError(cause);
  });
  const answer = await bodyOf(response);
  if (!response.ok) throw refusalOf(response, answer);
  return answer as Answer;
}

function headersOf(options: ClientOptions, call: Call): Record<string, string> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (call.body !== undefined) headers['Content-Type'] = 'application/json';
  if (options.apiKey !== undefined) headers['Authorization'] = `Bearer ${options.apiKey}`;
  if (options.workspaceId !== undefined) headers['Milepost-Workspace'] = options.workspaceId;
  return headers;
}

function queryOf(query: NonNullable<Call['query']>): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

/** The parsed body, or the text of a CSV; undefined where it is empty or a proxy's error page. */
async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text().catch((cause: unknown) => {
    throw new UnreachableError(cause);
  });
  if (response.ok && text === '') return undefined;
  if (response.ok && response.headers.get('Content-Type')?.startsWith('text/csv') === true) {
    return text;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (!response.ok) return undefined;
    throw new ApiError(response.status, null, `The answer is not JSON: ${String(error)}`);
  }
}

function refusalOf(response: Response, answer: unknown): ApiError {
  const { error, code, details } = (answer ?? {}) as {
    error?: unknown;
    code?: unknown;
    details?: unknown;
  };
  return new ApiError(
    response.status,
    typeof code === 'string' ? code : null,
    typeof error === 'string' ? error : `The server answered ${response.status}.`,
    details,
  );
}
