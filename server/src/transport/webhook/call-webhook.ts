import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { version } from '../../platform/version.ts';
import { verdictOf, type RawAnswer, type WebhookAnswer } from './answer.ts';
import { createNameLookup, type HostAddress, type NameLookup } from './name-lookup.ts';
import { NO_PRIVATE_HOSTS, type PrivateHosts } from './private-hosts.ts';
import { signedHeaders } from './signature.ts';
import { addressesOf, targetOf, type WebhookTarget } from './target.ts';

/** One attempt. */
export interface WebhookCall {
  readonly url: string;
  /** The same at every attempt. */
  readonly id: string;
  readonly timestamp: Date;
  /** JSON. */
  readonly body: string;
  /** `whsec_…`; two while the older one still counts. */
  readonly secrets: readonly string[];
  /** Whether `{"traits": {…}}` is looked for in the answer. */
  readonly wantsTraits: boolean;
  /** How many bytes of the answer are given back as text, whatever it says; none unless given. */
  readonly keptBytes?: number;
}

export interface WebhookOptions {
  /** Servers of the operator's own network that may be called. None unless given. */
  readonly privateHosts?: PrivateHosts;
  /** Gives up at once. */
  readonly signal?: AbortSignal;
  readonly lookup?: NameLookup;
  readonly timeoutMs?: number;
  /** Certificates to trust instead of the well-known ones, as PEM. */
  readonly ca?: string;
}

/** Looking the name up, connecting, and the whole answer. Source: the contract of webhook steps. */
const WEBHOOK_TIMEOUT_MS = 10_000;
/** Far over the traits that a user may have. */
const ANSWER_BYTES_MAX = 65_536;

const sharedLookup = createNameLookup();

/**
 * Makes one signed POST and says what became of it. Never throws for what a name or a server does.
 *
 * The name is resolved once, every address is checked, and the connection goes to one of the checked
 * addresses: a name that changes its answer in between leads nowhere else. Each call has a connection
 * of its own, proxies named in the environment are not used, and redirects are not followed.
 */
export async function callWebhook(
  call: WebhookCall,
  options: WebhookOptions = {},
): Promise<WebhookAnswer> {
  const target = targetOf(call.url);
  if ('kind' in target) return target;
  const { lookup = sharedLookup, privateHosts = NO_PRIVATE_HOSTS } = options;
  const deadline = deadlineOf(options);
  try {
    const found = await orGivenUp(addressesOf(target, { lookup, privateHosts }), deadline.signal);
    if ('kind' in found) return found;
    if (found.length === 0) return failed('the name of the host has no address');
    const answer = await exchange(call, {
      target,
      addresses: found,
      signal: deadline.signal,
      ca: options.ca,
    });
    const { wantsTraits, timestamp: now, keptBytes = 0 } = call;
    const verdict = verdictOf(answer, { wantsTraits, now, bytesMax: ANSWER_BYTES_MAX });
    if (keptBytes === 0) return verdict;
    return { ...verdict, text: answer.start.subarray(0, keptBytes).toString('utf8') };
  } catch (error) {
    return failed(deadline.reason() ?? `no answer: ${codeOf(error)}`);
  } finally {
    deadline.end();
  }
}

const failed = (reason: string): WebhookAnswer => ({
  kind: 'failed',
  reason,
  status: null,
  isTemporary: true,
});

/** The error's code, such as ECONNREFUSED: its message may name addresses. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown error';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.name;
}

/** Fires when the time is up, or when the caller gives up; `reason` tells which. */
function deadlineOf({ timeoutMs = WEBHOOK_TIMEOUT_MS, signal }: WebhookOptions) {
  const controller = new AbortController();
  let reason: string | null = null;
  const give = (why: string): void => {
    reason ??= why;
    controller.abort();
  };
  const giveUp = (): void => give('given up: this process is stopping');
  const timer = setTimeout(() => give(`no answer within ${timeoutMs / 1_000} s`), timeoutMs);
  signal?.addEventListener('abort', giveUp);
  if (signal?.aborted === true) giveUp();
  return {
    signal: controller.signal,
    reason: () => reason,
    end: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    },
  };
}

/** A lookup cannot be ended, but need not be waited for. */
function orGivenUp<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new Error('given up'));
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

interface Exchange {
  readonly target: WebhookTarget;
  readonly addresses: readonly HostAddress[];
  readonly signal: AbortSignal;
  readonly ca: string | undefined;
}

/** @throws Error when no answer came, or when a wanted body did not come whole */
async function exchange(
  call: WebhookCall,
  wire: Exchange,
): Promise<RawAnswer & { readonly start: Buffer }> {
  const { agent, response } = await post(call, wire);
  try {
    const { statusCode: status = 0, headers } = response;
    const isWanted = call.wantsTraits && status >= 200 && status < 300;
    const { whole: body, start } = await bodyOf(response, isWanted);
    return { status, retryAfter: headers['retry-after'], body, start };
  } finally {
    agent.destroy();
  }
}

async function post(
  call: WebhookCall,
  { target: { url, host }, addresses, signal, ca }: Exchange,
): Promise<{ agent: HttpAgent; response: IncomingMessage }> {
  const isTls = url.protocol === 'https:';
  const agent = isTls ? new HttpsAgent({ keepAlive: false }) : new HttpAgent({ keepAlive: false });
  const bytes = Buffer.from(call.body);
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    const request = (isTls ? requestHttps : requestHttp)({
      method: 'POST',
      agent,
      signal,
      host,
      port: url.port === '' ? (isTls ? 443 : 80) : Number(url.port),
      path: url.pathname + url.search,
      lookup: only(addresses),
      headers: {
        host: url.host,
        'content-type': 'application/json',
        'content-length': bytes.length,
        accept: 'application/json',
        'accept-encoding': 'identity',
        'user-agent': `Milepost/${version}`,
        ...signedHeaders(call),
      },
      // Said outright, for a variable of the environment can turn the default off.
      ...(isTls ? { rejectUnauthorized: true, servername: isIP(host) === 0 ? host : '' } : {}),
      ...(isTls && ca !== undefined ? { ca } : {}),
    });
    request.on('response', resolve);
    request.on('error', reject);
    // Such as a switch of protocols: the connection ends, and no answer comes.
    request.on('close', () => reject(new Error('closed')));
    request.end(bytes);
  });
  try {
    return { agent, response: await response };
  } catch (error) {
    agent.destroy();
    throw error;
  }
}

/** Answers every question for a name with the addresses that were checked. */
function only(addresses: readonly HostAddress[]): LookupFunction {
  return (_host, options, answer) => {
    const [first] = addresses;
    if (options.all === true) answer(null, [...addresses]);
    else answer(null, first?.address ?? '', first?.family ?? 0);
  };
}

/** The body up to its bound, and how it began; when nobody wants it, what became of it does not matter. */
async function bodyOf(
  response: IncomingMessage,
  isWanted: boolean,
): Promise<{ whole: Buffer | null; start: Buffer }> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > ANSWER_BYTES_MAX) return { whole: null, start: Buffer.concat(chunks) };
      chunks.push(chunk);
    }
  } catch (error) {
    if (isWanted) throw error;
    return { whole: null, start: Buffer.concat(chunks) };
  }
  const whole = Buffer.concat(chunks);
  return { whole, start: whole };
}
