import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { TLS_CERTIFICATE, TLS_KEY } from './tls-pair.ts';

/** One request as it came. */
export interface SinkRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the provider does with a request, once all of it has arrived. */
export interface SinkAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly delayMs?: number;
  /** Instead of an answer; `breakOff` ends after the head. */
  readonly end?: 'reset' | 'close' | 'garbage' | 'breakOff';
}

/** A provider that takes messages the way the real one does. */
export interface FakeProvider {
  readonly settings: Readonly<Record<string, string>>;
  /** Our id of the message in a request; null for a request that hands none over. */
  readonly idIn: (request: SinkRequest) => string | null;
  /** The answer to a message that is taken. */
  readonly yes: (count: number) => SinkAnswer;
  /** The answer to everything else. */
  readonly account: SinkAnswer;
  /** The answers to an address that cannot be one, and to a key that is not valid. */
  readonly badRecipient: SinkAnswer;
  readonly badKey: SinkAnswer;
}

export interface ProviderSink {
  readonly url: string;
  readonly requests: readonly SinkRequest[];
  /** Ids of the messages that were taken; once each under one idempotency key. */
  readonly accepted: readonly string[];
  /** How many connections were opened. */
  readonly connectionCount: number;
  /** What the next requests are answered; null for what the provider would do. */
  answer: ((request: SinkRequest) => SinkAnswer | null) | null;
  /** Ends every connection. */
  hangUp(): void;
  close(): Promise<void>;
}

const json = (body: unknown, status = 200): SinkAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

const parsed = (body: string): Record<string, unknown> => {
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    return {};
  }
};

/** The id in a list of pairs named in the provider's own way. */
function pairIn(list: unknown, name: string, value: string): string | null {
  const pairs = Array.isArray(list) ? (list as Record<string, string>[]) : [];
  return pairs.find((pair) => pair[name] === 'milepost_id')?.[value] ?? null;
}

/** Shapes after each provider's documentation, as it is named in the transport's own file. */
export const FAKE_PROVIDERS: Readonly<Record<string, FakeProvider>> = {
  ses: {
    settings: {
      region: 'eu-central-1',
      access_key_id: 'AKIAIOSFODNN7EXAMPLE',
      secret_access_key: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      configuration_set: 'milepost',
    },
    idIn: ({ path, body }) =>
      path === '/v2/email/outbound-emails'
        ? pairIn(parsed(body)['EmailTags'], 'Name', 'Value')
        : null,
    yes: (count) => json({ MessageId: `010701234567-${count}-000000` }),
    account: json({
      ProductionAccessEnabled: true,
      SendingEnabled: true,
      SendQuota: { Max24HourSend: 50_000, MaxSendRate: 14, SentLast24Hours: 0 },
    }),
    badRecipient: {
      ...json({ message: 'Illegal address' }, 400),
      headers: { 'x-amzn-errortype': 'BadRequestException:http://internal.amazon.com/coral/' },
    },
    badKey: {
      ...json({ message: 'The security token included in the request is invalid.' }, 403),
      headers: { 'x-amzn-errortype': 'UnrecognizedClientException' },
    },
  },
  resend: {
    settings: { api_key: 're_123456789_abcdef' },
    idIn: ({ path, body }) =>
      path === '/emails' ? pairIn(parsed(body)['tags'], 'name', 'value') : null,
    yes: (count) => json({ id: `49a3999c-0ce1-4ea6-ab68-${count}` }),
    account: json({ data: [] }),
    badRecipient: json(
      { statusCode: 422, name: 'validation_error', message: 'Invalid `to` field.' },
      422,
    ),
    badKey: json({ statusCode: 401, name: 'missing_api_key', message: 'Missing API key' }, 401),
  },
  postmark: {
    settings: { server_token: '00000000-1111-2222-3333-444444444444' },
    idIn: ({ path, body }) => {
      const metadata = parsed(body)['Metadata'] as Record<string, string> | undefined;
      return path === '/email' ? (metadata?.['milepost_id'] ?? null) : null;
    },
    yes: (count) => json({ ErrorCode: 0, Message: 'OK', MessageID: `b7bc2f4a-e38e-${count}` }),
    account: json({ ID: 1, Name: 'Production' }),
    badRecipient: json({ ErrorCode: 300, Message: "Invalid 'To' address: 'x'." }, 422),
    badKey: json({ ErrorCode: 10, Message: 'No Account or Server API tokens were supplied' }, 401),
  },
  mailgun: {
    settings: { domain: 'mg.example.com', api_key: 'key-3ax6xnjp29jd6fds4gc373sgvjxteol0' },
    idIn: ({ path, body }) =>
      path === '/v3/mg.example.com/messages.mime'
        ? (/name="v:milepost_id"\r\n\r\n([^\r]+)\r\n/.exec(body)?.[1] ?? null)
        : null,
    yes: (count) => json({ id: `<${count}@mg.example.com>`, message: 'Queued. Thank you.' }),
    account: json({ message: 'from parameter is missing' }, 400),
    badRecipient: json(
      { message: 'to parameter is not a valid address. please check documentation' },
      400,
    ),
    badKey: { status: 401, body: 'Forbidden' },
  },
  sendgrid: {
    settings: { api_key: 'SG.abcdefghijklmnopqrstuv' },
    idIn: ({ path, body }) => {
      const [first] = (parsed(body)['personalizations'] ?? []) as Record<string, never>[];
      const sent = first?.['custom_args'] as Record<string, string> | undefined;
      return path === '/v3/mail/send' ? (sent?.['milepost_id'] ?? null) : null;
    },
    yes: (count) => ({
      status: 202,
      headers: { 'x-message-id': `14c5d75ce93.${count}` },
      body: '',
    }),
    account: json({ scopes: ['mail.send', 'sender_verification_eligible'] }),
    badRecipient: json(
      {
        errors: [
          {
            message: 'Does not contain a valid address.',
            field: 'personalizations.0.to.0.email',
            help: null,
          },
        ],
      },
      400,
    ),
    badKey: json(
      {
        errors: [
          { message: 'The provided authorization grant is invalid', field: null, help: null },
        ],
      },
      401,
    ),
  },
};

/** A provider on loopback. */
export async function startProviderSink(
  provider: FakeProvider,
  { isTls = false }: { isTls?: boolean } = {},
): Promise<ProviderSink> {
  const requests: SinkRequest[] = [];
  const accepted: string[] = [];
  const answered = new Map<string, SinkAnswer>();

  /** As the provider would: what has been answered under a key is answered again. */
  const own = (request: SinkRequest): SinkAnswer => {
    const id = provider.idIn(request);
    if (id === null) return provider.account;
    const key = request.headers['idempotency-key'];
    const before = typeof key === 'string' ? answered.get(key) : undefined;
    if (before !== undefined) return before;
    accepted.push(id);
    const answer = provider.yes(accepted.length);
    if (typeof key === 'string') answered.set(key, answer);
    return answer;
  };

  const listen = (message: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const { method = '', url: path = '', headers } = message;
      const request = { method, path, headers, body: Buffer.concat(chunks).toString('latin1') };
      requests.push(request);
      void give(response, sink.answer?.(request) ?? own(request));
    });
  };
  const server = isTls
    ? createTlsServer({ key: TLS_KEY, cert: TLS_CERTIFICATE }, listen)
    : createServer({ keepAliveTimeout: 20_000 }, listen);
  let connectionCount = 0;
  server.on('connection', () => (connectionCount += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const sink: ProviderSink = {
    url: isTls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    requests,
    accepted,
    get connectionCount() {
      return connectionCount;
    },
    answer: null,
    hangUp: () => server.closeAllConnections(),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return sink;
}

async function give(response: ServerResponse, answer: SinkAnswer): Promise<void> {
  const { status = 200, headers = {}, body = '', delayMs = 0, end } = answer;
  if (delayMs > 0) await sleep(delayMs);
  const socket = response.socket;
  if (socket === null) return;
  if (end === 'reset') socket.resetAndDestroy();
  else if (end === 'close') socket.end();
  else if (end === 'garbage') socket.end('\u0000\u0001 250 OK, taken\r\n\r\n');
  else if (end === 'breakOff') {
    response.writeHead(status, { 'content-length': '1000' });
    response.write('{"id":', () => socket.resetAndDestroy());
  } else response.writeHead(status, headers).end(body);
}
