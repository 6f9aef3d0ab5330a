import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { expect } from 'vitest';
import type { NameResolver } from '../../src/delivery/index.ts';
import { createSmtpTransport, parseSmtpUrl } from '../../src/transport/index.ts';
import { activeSeries } from './series.ts';
import { startServer, type Answer, type TestServer } from './server.ts';
import { startSmtpSink, type Accepted, type SmtpSink } from './smtp-sink.ts';
import { until } from './until.ts';

/** What the SMTP server answers to `RCPT` for addresses that begin so. */
const REFUSED: Readonly<Record<string, string>> = {
  gone: '550 5.1.1 <gone> user unknown',
  policy: '550 5.7.1 refused by policy',
};

/** A mail as its recipient's software reads it. */
export interface Mail extends Email {
  readonly raw: string;
  /** The envelope's sender. */
  readonly returnPath: string;
  /** One header; empty for one that is not there. */
  readonly header: (name: string) => string;
}

/** A whole server whose live side sends to a real SMTP server of this process. */
export interface EmailWorld {
  readonly server: TestServer;
  readonly sink: SmtpSink;
  /** `<method> /api/v1<path>` of the live side; fails on anything but a 2xx. */
  readonly v1: (method: string, path: string, body?: unknown) => Promise<Answer['body']>;
  /** A request to a link of an email. */
  readonly visit: (url: string, call?: Visit) => Promise<Answer>;
  readonly series: (steps: readonly object[], settings?: object) => Promise<string>;
  /** Identifies somebody, by what stands before the @ of their address. */
  readonly identify: (name: string) => Promise<string>;
  readonly enroll: (userId: string, seriesId: string) => Promise<void>;
  readonly track: (userId: string, event: string) => Promise<void>;
  /** Waits for a mail to somebody with that subject. */
  readonly mailTo: (userId: string, subject: string) => Promise<Mail>;
  /** All that came for somebody. */
  readonly subjectsTo: (userId: string) => Promise<string[]>;
  /** Waits for a message to somebody of one step, in that state. */
  readonly message: (userId: string, stepId: string, status: string) => Promise<Answer['body']>;
  readonly close: () => Promise<void>;
}

interface Visit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Where links of emails lead to, as test servers say. */
const PUBLIC = 'https://milepost.example';

/**
 * @param settings of the live side, in wire form
 * @param resolver answers questions about names; none has a record, if left out
 */
export async function startEmailWorld(
  settings: object = {},
  resolver?: NameResolver,
): Promise<EmailWorld> {
  const sink = await startSmtpSink({
    keepsRaw: true,
    faultAt: ({ phase, to }) => {
      const answer = phase === 'rcpt' ? REFUSED[to.split(/[-@]/)[0] ?? ''] : undefined;
      return answer === undefined ? null : { answer };
    },
  });
  const parsed = parseSmtpUrl(`smtp://127.0.0.1:${sink.port}`);
  if (parsed.kind === 'fault') throw new Error(parsed.message);
  const transport = createSmtpTransport({ server: parsed.server, connections: 4 });
  const server = await startServer({
    transport,
    settings,
    ...(resolver === undefined ? {} : { resolver }),
  });
  const who = { key: server.live.secretKey };

  const call = async (method: string, path: string, body?: unknown): Promise<Answer['body']> => {
    const answer = await server.v1(method, path, body, who);
    expect([method, path, answer.status], answer.text).toEqual([
      method,
      path,
      expect.toSatisfy((status: number) => status < 300),
    ]);
    return answer.body;
  };
  const addressOf = (userId: string): string => `${userId}@tidewater.example`;
  const acceptedFor = (userId: string): Promise<Mail[]> =>
    Promise.all(sink.accepted.filter(({ to }) => to === addressOf(userId)).map(mailOf));

  return {
    server,
    sink,
    v1: call,
    visit: (url, more = {}) => {
      if (!url.startsWith(PUBLIC)) throw new Error(`no link of ours: ${url}`);
      return server.send({ path: url.slice(PUBLIC.length), ...more });
    },
    series: (steps, given = {}) => activeSeries(server, { ...who, steps, settings: given }),
    async identify(name) {
      const traits = { email: addressOf(name), name };
      const answer = await server.sdk('/users/identify', { user_id: name, traits }, who);
      expect(answer.status, answer.text).toBe(200);
      return name;
    },
    async enroll(userId, seriesId) {
      const body = { action: 'enroll', user_id: userId, series_id: seriesId };
      const answer = await server.sdk('/series', body, who);
      expect(answer.body, answer.text).toMatchObject({ enrolled: true });
    },
    async track(userId, event) {
      const body = { user_id: userId, events: [{ event_type: event }] };
      const answer = await server.sdk('/events', body, who);
      expect(answer.status, answer.text).toBe(200);
    },
    mailTo: (userId, subject) =>
      until(async () => {
        const mails = await acceptedFor(userId);
        const found = mails.find((mail) => mail.subject === subject);
        if (found === undefined) {
          throw new Error(`only came: ${mails.map((mail) => mail.subject).join(', ')}`);
        }
        return found;
      }),
    subjectsTo: async (userId) => (await acceptedFor(userId)).map(({ subject = '' }) => subject),
    message: (userId, stepId, status) =>
      until(async () => {
        const { data } = await call('GET', `/messages?user_id=${userId}`);
        const row = data.find((one: { step_id: string }) => one.step_id === stepId);
        expect(row?.status, JSON.stringify(data)).toBe(status);
        return call('GET', `/messages/${row.id}`);
      }),
    close: async () => {
      await server.close();
      await sink.close();
    },
  };
}

async function mailOf({ raw = Buffer.alloc(0), from }: Accepted): Promise<Mail> {
  const mail = await PostalMime.parse(raw);
  return Object.assign(mail, {
    raw: raw.toString('latin1'),
    returnPath: from,
    header: (name: string) =>
      mail.headers.find(({ key }) => key === name.toLowerCase())?.value ?? '',
  });
}

/** A call that a receiver got. */
export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver of webhooks on this machine, which says yes to all. */
export async function startReceiver(): Promise<{
  readonly url: string;
  readonly received: readonly Received[];
  readonly close: () => void;
}> {
  const received: Received[] = [];
  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.end('{}');
    });
  });
  await once(http.listen(0, '127.0.0.1'), 'listening');
  const { port } = http.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/alerts`, received, close: () => void http.close() };
}
