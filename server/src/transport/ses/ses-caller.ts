import type { SESv2Client } from '@aws-sdk/client-sesv2';
import type { HttpAttempt, HttpRequest } from '../http-attempt.ts';

/** Whose account, and where. */
export interface SesAccount {
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** For tests; else the region's own. */
  readonly endpoint?: string;
}

type Call = (sdk: SESv2Client, abortSignal: AbortSignal) => Promise<unknown>;

export interface SesCaller {
  /** Makes one call of the SDK, whose one request goes through `attempt`. */
  call(call: Call, attempt: (request: HttpRequest) => Promise<HttpAttempt>): Promise<HttpAttempt>;
}

/** What the SDK gives to what makes its requests, as far as it is read here. */
interface SdkRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface Running {
  readonly attempt: (request: HttpRequest) => Promise<HttpAttempt>;
  made: HttpAttempt | null;
}

/**
 * Calls of the AWS SDK over connections that are ours.
 *
 * The SDK makes and signs the request; what became of it is told by the attempt and never by the SDK,
 * which cannot say how far a request came. It is loaded at the first call.
 */
export function createSesCaller(account: SesAccount): SesCaller {
  // Each call has a signal of its own, by which its request is known again.
  const running = new WeakMap<AbortSignal, Running>();
  let sdk: Promise<SESv2Client> | null = null;
  return {
    call: async (call, attempt) => {
      sdk ??= clientOf(account, (request, signal) => handle(request, running.get(signal)));
      const client = await sdk;
      const { signal } = new AbortController();
      const state: Running = { attempt, made: null };
      running.set(signal, state);
      const failure = await call(client, signal).then(
        () => null,
        (error: unknown) => error,
      );
      if (state.made !== null) return state.made;
      // It never came to a request: nothing left.
      const reason = failure instanceof Error ? failure.message : 'the SDK made no request';
      return { kind: 'unsent', phase: 'content', reason };
    },
  };
}

async function handle(request: SdkRequest, state: Running | undefined) {
  if (state === undefined || state.made !== null) throw new Error('a second request for one call');
  state.made = await state.attempt(requestOf(request));
  if (state.made.kind !== 'answered') throw new Error(state.made.reason);
  const { status, headers, body } = state.made.answer;
  const flat = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return {
    response: {
      statusCode: status,
      headers: Object.fromEntries(flat) as Record<string, string>,
      body: new Uint8Array(body ?? []),
    },
  };
}

function requestOf(request: SdkRequest): HttpRequest {
  const port = request.port === undefined ? '' : `:${request.port}`;
  const url = new URL(`${request.protocol}//${request.hostname}${port}${request.path}`);
  for (const [name, value] of Object.entries(request.query ?? {})) {
    url.searchParams.set(name, String(value ?? ''));
  }
  const { method, body } = request;
  return {
    method: method === 'POST' ? 'POST' : 'GET',
    url,
    // The length is written by whoever writes the body.
    headers: Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => name.toLowerCase() !== 'content-length'),
    ),
    body: bytesOf(body),
  };
}

function bytesOf(body: unknown): Buffer | null {
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return null;
}

async function clientOf(
  { region, accessKeyId, secretAccessKey, endpoint }: SesAccount,
  handler: (request: SdkRequest, signal: AbortSignal) => ReturnType<typeof handle>,
): Promise<SESv2Client> {
  const { SESv2Client: Client } = await import('@aws-sdk/client-sesv2');
  return new Client({
    region,
    credentials: { accessKeyId, secretAccessKey },
    ...(endpoint === undefined ? {} : { endpoint }),
    // One attempt: whether there is another is for those who know what the first one did.
    maxAttempts: 1,
    retryMode: 'standard',
    defaultsMode: 'standard',
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    requestHandler: {
      handle: (request: SdkRequest, options?: { abortSignal?: unknown }) =>
        handler(request, options?.abortSignal as AbortSignal),
      updateHttpClientConfig: () => {},
      httpHandlerConfigs: () => ({}),
      destroy: () => {},
    },
  });
}
