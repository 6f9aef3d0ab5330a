import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Accepted, type SmtpSink, startSmtpSink } from './smtp-sink.ts';
import { setUpOwner } from './sign-in.ts';
import { until } from './until.ts';

const MAIN = join(import.meta.dirname, '../../src/app/main.ts');
const PERSON = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

interface Side {
  readonly id: string;
  readonly side: 'live' | 'test';
  readonly widget_key: string;
}

/**
 * The real `milepost start` on a new data directory, with a mail server beside it that knows nobody
 * whose address begins with `nobody`; and the calls of whoever sits at the machine.
 */
export interface LiveInbox {
  readonly url: string;
  /** Of the owner, who is signed in. */
  readonly cookie: string;
  readonly live: Side;
  call<Answer>(method: string, path: string, body?: object): Promise<Answer>;
  /** Creates and activates a series of emails, of one unless told otherwise, and gives its id. */
  series(name: string, ...emails: object[]): Promise<string>;
  /** @returns the id of the message, once the mail server has answered */
  send(userId: string, seriesId: string): Promise<string>;
  identify(userId: string): Promise<void>;
  /** What the mail server took for somebody. */
  taken(userId: string): Accepted;
  /** Posts a report as a mail server sends it to the return-path of what somebody was sent. */
  report(userId: string, report: 'delivered' | 'failed' | 'abuse'): Promise<void>;
  /** Presses the unsubscribe button of a mail program (RFC 8058). */
  unsubscribe(userId: string): Promise<void>;
  /** Loads the picture and follows the first link, as a browser or as the program named. */
  visit(userId: string, userAgent?: string): Promise<void>;
  close(): Promise<void>;
}

export async function startLiveInbox(): Promise<LiveInbox> {
  const dataDir = mkdtempSync(join(tmpdir(), 'milepost-live-inbox-'));
  chmodSync(dataDir, 0o755);
  const sink = await startSmtpSink({
    keepsRaw: true,
    faultAt: ({ phase, to }) =>
      phase === 'rcpt' && to.startsWith('nobody')
        ? { answer: '550 5.1.1 The email account that you tried to reach does not exist' }
        : null,
  });
  const server = spawn(process.execPath, [MAIN, 'start'], {
    env: {
      ...process.env,
      MILEPOST_PORT: '0',
      MILEPOST_DATA_DIR: dataDir,
      MILEPOST_SMTP_URL: `smtp://127.0.0.1:${sink.port}`,
      MILEPOST_FROM: 'Milepost <hello@mail.example.com>',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { url, banner } = await addressOf(server);
  const cookie = await setUpOwner(url, banner);
  const asked = { cookie, 'content-type': 'application/json', origin: url };
  const session = await fetch(`${url}/api/v1/session`, { headers: { cookie } });
  const { workspaces } = (await session.json()) as { workspaces: Side[] };
  const live = workspaces.find(({ side }) => side === 'live');
  if (live === undefined) throw new Error('there is no live side');

  const call = async <Answer>(method: string, path: string, body?: object): Promise<Answer> => {
    const ofSdk = path.startsWith('/api/sdk');
    const response = await fetch(url + path, {
      method,
      headers: ofSdk
        ? { authorization: `Bearer ${live.widget_key}`, 'content-type': 'application/json' }
        : { ...asked, 'milepost-workspace': live.id },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    expect(response.ok, `${method} ${path} answered ${response.status} ${text}`).toBe(true);
    return JSON.parse(text) as Answer;
  };
  // Whoever sits at the machine speaks for the application; it has no tokens of its users.
  await call('PATCH', '/api/v1/settings', { identity_verification: { enabled: false } });
  const { post_url: postUrl } = await call<{ post_url: string }>('POST', '/api/v1/inboxes', {
    address: 'bounces@mail.example.com',
  });
  const taken = (userId: string): Accepted => {
    const found = sink.accepted.find(({ to }) => to === `${userId}@example.com`);
    if (found === undefined) throw new Error(`nothing was taken for ${userId}`);
    return found;
  };

  const identify = async (userId: string): Promise<void> => {
    const traits = { email: `${userId}@example.com`, name: userId, timezone: 'Europe/Berlin' };
    await call('POST', '/api/sdk/users/identify', { user_id: userId, traits });
  };

  return {
    url,
    cookie,
    live,
    call,
    identify,
    taken,
    async series(name, ...emails) {
      const html = '<p>Hello</p><p><a href="https://example.com/start">Start here</a></p>';
      const email = { id: 'hello', type: 'email', subject: `${name}: hello`, html };
      const steps = [{}, ...emails.slice(1)].map((_, n) => ({ ...email, ...emails[n] }));
      const { id } = await call<{ id: string }>('POST', '/api/v1/series', { name, steps });
      await call('POST', `/api/v1/series/${id}/activate`, {});
      return id;
    },
    async send(userId, seriesId) {
      await identify(userId);
      const body = { action: 'enroll', user_id: userId, series_id: seriesId };
      await call('POST', '/api/sdk/series', body);
      return until(async () => {
        const path = `/api/v1/messages?user_id=${userId}&series_id=${seriesId}`;
        const { data } = await call<{ data: { id: string; status: string }[] }>('GET', path);
        const found = data.find(({ status }) => status === 'accepted' || status === 'rejected');
        if (found === undefined) throw new Error(`the mail server says nothing of ${userId}`);
        return found.id;
      });
    },
    async report(userId, report) {
      const raw = reportOf(taken(userId), report);
      const headers = { 'content-type': 'message/rfc822' };
      const response = await fetch(postUrl, { method: 'POST', headers, body: raw });
      expect(response.status, await response.text()).toBe(200);
    },
    async unsubscribe(userId) {
      const raw = (taken(userId).raw ?? Buffer.alloc(0))
        .toString('latin1')
        .replaceAll(/\r\n[ \t]+/g, ' ');
      const link = /^List-Unsubscribe: .*<(https?:[^>]+)>/im.exec(raw)?.[1] ?? '';
      const response = await fetch(url + new URL(link).pathname, {
        method: 'POST',
        body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
      });
      expect(response.status).toBe(200);
    },
    async visit(userId, userAgent = PERSON) {
      const raw = (taken(userId).raw ?? Buffer.alloc(0)).toString('latin1');
      const text = raw.replaceAll('=\r\n', '').replaceAll('=3D', '=');
      const paths = [/\/o\/[\w.-]+\.gif/, /\/c\/[\w.-]+/].flatMap(
        (one) => one.exec(text)?.[0] ?? [],
      );
      expect(paths).toHaveLength(2);
      for (const path of paths) {
        const headers = { 'user-agent': userAgent };
        await fetch(url + path, { headers, redirect: 'manual' });
      }
    },
    close: () => close(server, sink, dataDir),
  };
}

async function close(server: ChildProcess, sink: SmtpSink, dataDir: string): Promise<void> {
  server.kill('SIGTERM');
  if (server.exitCode === null) await once(server, 'exit');
  await sink.close();
  rmSync(dataDir, { recursive: true, force: true });
}

/** Where the server listens, once it has said its last word of welcome. */
function addressOf(child: ChildProcess): Promise<{ url: string; banner: string }> {
  let text = '';
  return new Promise((resolve, reject) => {
    child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const url = /ready at (\S+)/.exec(text)?.[1];
      if (url !== undefined && text.includes('move the clock.')) resolve({ url, banner: text });
    });
    child.once('exit', (code) => reject(new Error(`start ended with ${code}: ${text}`)));
  });
}

/** An RFC 3464 report, or an RFC 5965 one, about a mail that was taken. */
function reportOf({ from, to, message_id: messageId }: Accepted, report: string): string {
  const isAbuse = report === 'abuse';
  const kind = isAbuse ? 'feedback-report' : 'delivery-status';
  const fields = isAbuse
    ? [
        'Feedback-Type: abuse',
        'User-Agent: SomeProvider/1.0',
        'Version: 1',
        `Original-Rcpt-To: ${to}`,
      ]
    : [
        'Reporting-MTA: dns; mx.example.com',
        '',
        `Final-Recipient: rfc822; ${to}`,
        `Action: ${report}`,
        `Status: ${report === 'failed' ? '5.1.1' : '2.0.0'}`,
        report === 'failed'
          ? 'Diagnostic-Code: smtp; 550 5.1.1 The email account that you tried to reach does not exist'
          : 'Diagnostic-Code: smtp; 250 2.0.0 OK, in the mailbox',
      ];
  return [
    'From: Mail Delivery System <mailer-daemon@mx.example.com>',
    `To: <${from}>`,
    'Subject: Report',
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=${kind}; boundary="b"`,
    '',
    '--b',
    'Content-Type: text/plain',
    '',
    'This is a report about mail of yours.',
    '',
    '--b',
    `Content-Type: message/${kind}`,
    '',
    ...fields,
    '',
    '--b',
    'Content-Type: text/rfc822-headers',
    '',
    `Return-Path: <${from}>`,
    `Message-ID: ${messageId}`,
    `To: ${to}`,
    '',
    '--b--',
    '',
  ].join('\r\n');
}
