import { randomBytes, randomUUID } from 'node:crypto';
import { fastify, type FastifyInstance } from 'fastify';
import { dkimVerify } from 'mailauth';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { errorHandler } from '../../src/app/error-handler.ts';
import { createDkimKeyring, type DkimKeyring } from '../../src/delivery/senders/keyring.ts';
import { senderRoutes } from '../../src/delivery/senders/routes.ts';
import { createDomainChecker } from '../../src/delivery/senders/run-check.ts';
import { createSenderBook } from '../../src/delivery/senders/sender-book.ts';
import { claimDueDomains } from '../../src/delivery/senders/sql/domains.ts';
import { signingKeys } from '../../src/delivery/senders/sql/keys.ts';
import { findDefaultSender } from '../../src/delivery/senders/sql/senders.ts';
import type { Transaction } from '../../src/platform/db.ts';
import { composeMessage } from '../../src/template/index.ts';
import { dkimSigner } from '../../src/transport/dkim.ts';
import { createSecretBox, createWorkspace, type SecretBox } from '../../src/workspace/index.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { plansOf } from '../support/explain.ts';
import { startDnsZone, type DnsZone } from '../support/dns-zone.ts';

/**
 * Goal: nothing is signed with a key that receivers do not find, keys change without one mail that fails,
 * and no side sees what is another's. Method: the routes over a real database and a name server on
 * loopback; what is signed is verified by somebody else's library, against the records that stand there.
 */
const DAY_MS = 86_400_000;

let database: TestDatabase;
let zone: DnsZone;
let box: SecretBox;
let app: FastifyInstance;
let now = new Date('2026-03-02T10:00:00Z');
let side: string;
let otherSide: string;

beforeAll(async () => {
  database = await testDatabase();
  zone = await startDnsZone();
  box = createSecretBox(randomBytes(32));
  ({ side, otherSide } = await sides());
  app = fastify();
  app.setErrorHandler(errorHandler(pino({ level: 'silent' }), 'v1'));
  app.decorateRequest('actor');
  app.addHook('onRequest', async (request) => {
    Object.assign(request, { actor: { workspaceId: request.headers['side'] } });
  });
  const { db } = database;
  const smtpUrl = 'smtp://u:p@smtp.sendgrid.net';
  await app.register(senderRoutes, {
    db,
    box,
    now: () => now,
    resolver: zone.resolver,
    smtpUrl,
  });
});
afterAll(async () => {
  await app.close();
  await zone.close();
  await database.drop();
});
afterEach(() => zone.names.clear());

async function sides() {
  const { live, test: other } = await createWorkspace(
    { pool: database.db, box },
    { name: 'Tidewater', now },
  );
  return { side: live.id, otherSide: other.id };
}

async function call(
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: object,
  as = side,
) {
  const answer = await app.inject({
    method,
    url: path,
    headers: { side: as },
    ...(body === undefined ? {} : { payload: body }),
  });
  const text = answer.body;
  return { status: answer.statusCode, text, body: text === '' ? null : JSON.parse(text) };
}

const later = (ms: number): void => void (now = new Date(now.getTime() + ms));
const newName = (): string => `d${randomUUID().slice(0, 8)}.example`;

async function newDomain(more: object = {}) {
  const domain = newName();
  const made = await call('POST', '/sender_domains', { domain, ...more });
  expect(made.status, made.text).toBe(201);
  return made.body;
}

interface Row {
  record: string;
  name: string;
  value: string;
  strings: string[];
}

/** The owner of the domain does as they are told. */
function publish({ records }: { records: Row[] }): void {
  for (const { record, name, value } of records) {
    if (record === 'dkim') zone.names.set(name, { txt: [value] });
  }
}

const check = async (id: string) => {
  later(10_000);
  const { status, body, text } = await call('POST', `/sender_domains/${id}/check`);
  expect(status, text).toBe(200);
  return body;
};

const states = (domain: { keys: { state: string }[] }): string[] =>
  domain.keys.map(({ state }) => state);

/** Another process, which knows nothing yet. */
const freshRing = (): DkimKeyring => createDkimKeyring({ db: database.db, box });
const keysFor = (domain: string, workspaceId = side) =>
  freshRing().keysFor({ workspaceId, fromAddress: `Ada <ada@${domain}>` });

async function signedMail(domain: string): Promise<Buffer> {
  const composed = composeMessage({
    from: { address: `ada@${domain}` },
    to: { address: 'bob@example.org' },
    replyTo: null,
    subject: 'Hello',
    html: '<p>Hello</p>',
    text: 'Hello',
    headers: {
      'List-Unsubscribe': '<https://example.com/u/1>',
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
    messageId: `<${randomUUID()}@${domain}>`,
    date: now,
  });
  if (composed.kind === 'failed') throw new Error(composed.reason);
  let { raw } = composed;
  for (const key of await keysFor(domain)) raw = await dkimSigner(key)(raw);
  return raw;
}

async function verify(raw: Buffer) {
  const { results } = await dkimVerify(raw, {
    resolver: (name) => zone.resolver.resolveTxt(name),
  });
  return results;
}

test('a domain is added with the records to set, and signs once they are seen', async () => {
  const made = await newDomain();
  expect(made).toMatchObject({
    state: 'pending',
    rotation: 'none',
    checked_at: null,
    findings: [],
  });
  const byRecord = Object.fromEntries(made.records.map((row: Row) => [row.record, row]));
  expect(byRecord.dkim.value).toMatch(/^v=DKIM1; k=rsa; p=[A-Za-z0-9+/]{392}$/);
  expect(byRecord.dkim.strings.map((one: string) => one.length)).toEqual([255, 155]);
  expect(byRecord.dkim.strings.join('')).toBe(byRecord.dkim.value);
  expect(byRecord.return_path_spf).toMatchObject({
    type: 'TXT',
    name: `bounces.${made.domain}`,
    value: 'v=spf1 include:sendgrid.net ~all',
    required: true,
  });
  expect(byRecord.return_path_mx).toMatchObject({ type: 'MX', value: null });
  expect(byRecord.dmarc.value).toBe(`v=DMARC1; p=none; rua=mailto:dmarc@${made.domain}`);
  expect(byRecord.spf.required).toBe(false);

  const before = await check(made.id);
  expect(before.state).toBe('pending');
  expect(states(before)).toEqual(['pending']);
  expect(await keysFor(made.domain)).toEqual([]);

  publish(before);
  const after = await check(made.id);
  expect(after.state).toBe('verified');
  expect(states(after)).toEqual(['active']);
  const mail = await signedMail(made.domain);
  const [result] = await verify(mail);
  expect(result?.status).toMatchObject({ result: 'pass', aligned: made.domain });
  const [, h = ''] = /\sh=([^;]+);/.exec(mail.toString()) ?? [];
  const names = h.split(':').map((name) => name.trim());
  // Once for the field, once more so that none can be added.
  for (const name of ['list-unsubscribe', 'list-unsubscribe-post']) {
    expect(names.filter((one) => one === name)).toHaveLength(2);
  }
});

test('a rotation: the old key signs until the record of the new one is seen, and its own may go a week later', async () => {
  const { id, domain, ...made } = await newDomain();
  publish(made);
  await check(id);
  const mail = await signedMail(domain);
  const [old] = await keysFor(domain);

  const rotated = await call('POST', `/sender_domains/${id}/rotate`);
  expect(rotated.status, rotated.text).toBe(200);
  expect(rotated.body.rotation).toBe('under_way');
  expect(states(rotated.body)).toEqual(['pending', 'active']);
  const again = await call('POST', `/sender_domains/${id}/rotate`, { algorithms: ['rsa-2048'] });
  expect(again.body.keys).toEqual(rotated.body.keys);
  expect(states(await check(id))).toEqual(['pending', 'active']);
  expect(await keysFor(domain)).toEqual([old]);

  publish(rotated.body);
  const done = await check(id);
  expect(states(done)).toEqual(['active', 'retiring']);
  const [present, ...others] = await keysFor(domain);
  expect(others).toEqual([]);
  expect(present?.selector).not.toBe(old?.selector);
  expect((await verify(await signedMail(domain)))[0]?.status?.result).toBe('pass');
  // What was signed before and is still on its way stays valid.
  expect((await verify(mail))[0]?.status?.result).toBe('pass');
  const kept = done.records.find((row: Row) => row.name.startsWith(`${old?.selector}.`));
  expect(kept.purpose).toContain('leave its record until 2026-03-');

  later(6 * DAY_MS);
  expect(states(await check(id))).toEqual(['active', 'retiring']);
  later(DAY_MS + 60_000);
  const over = await check(id);
  expect(states(over)).toEqual(['active', 'retired']);
  expect(over.records.filter((row: Row) => row.record === 'dkim')).toHaveLength(1);
  const [row] = await database.db<{ gone: boolean }[]>`
    select private_key is null as gone from dkim_keys where selector = ${old?.selector ?? ''}
  `;
  expect(row?.gone).toBe(true);
});

test('two algorithms sign together, and both signatures are valid', async () => {
  const made = await newDomain({ algorithms: ['rsa-2048', 'ed25519'] });
  publish(made);
  await check(made.id);
  const results = await verify(await signedMail(made.domain));
  expect(results.map(({ status, algo }) => [algo, status?.result]).toSorted()).toEqual([
    ['ed25519-sha256', 'pass'],
    ['rsa-sha256', 'pass'],
  ]);
});

test('a record that goes away ends the signing at the second look, a revoked one at once', async () => {
  const made = await newDomain();
  publish(made);
  await check(made.id);
  zone.names.clear();
  const once = await check(made.id);
  expect(once.state).toBe('verified');
  expect(await keysFor(made.domain)).toHaveLength(1);
  const twice = await check(made.id);
  expect(twice.state).toBe('failing');
  expect(await keysFor(made.domain)).toEqual([]);
  publish(made);
  expect((await check(made.id)).state).toBe('verified');
  const [{ name }] = made.records;
  zone.names.set(name, { txt: ['v=DKIM1; p='] });
  expect((await check(made.id)).state).toBe('failing');
  expect(await keysFor(made.domain)).toEqual([]);
});

test('a check that could not be made changes nothing, and keeps what was found before', async () => {
  const made = await newDomain();
  publish(made);
  await check(made.id);
  const [{ name, value }] = made.records;
  zone.names.set(name, 'servfail');
  for (let i = 0; i < 3; i += 1) {
    const checked = await check(made.id);
    expect(checked.state).toBe('verified');
    expect(checked.findings[0]).toMatchObject({ verdict: 'unknown', found: [value] });
  }
  expect(await keysFor(made.domain)).toHaveLength(1);
});

test('a new key that is seen while the old record is gone takes over all the same', async () => {
  const made = await newDomain();
  publish(made);
  await check(made.id);
  const { body } = await call('POST', `/sender_domains/${made.id}/rotate`);
  zone.names.clear();
  await check(made.id);
  expect(states(await check(made.id))).toEqual(['pending', 'retiring']);
  publish(body);
  const after = await check(made.id);
  expect(states(after)).toEqual(['active', 'retiring']);
  expect(after.state).toBe('verified');
});

test('pressing the button twice asks the DNS once', async () => {
  const made = await newDomain();
  const first = await check(made.id);
  zone.asked.length = 0;
  later(1_000);
  const second = await call('POST', `/sender_domains/${made.id}/check`);
  expect(second.body.checked_at).toBe(first.checked_at);
  expect(zone.asked).toEqual([]);
});

test('a key that has signed for more than 180 days is to be rotated', async () => {
  const made = await newDomain();
  publish(made);
  await check(made.id);
  later(180 * DAY_MS);
  const read = async () => (await call('GET', `/sender_domains/${made.id}`)).body;
  expect((await read()).rotation).toBe('none');
  later(DAY_MS);
  expect(await read()).toMatchObject({ rotation: 'due', keys: [{ days_in_use: 181 }] });
});

test('the worker checks what is due, once, and then rests', async () => {
  const made = await newDomain();
  publish(made);
  const faults: unknown[] = [];
  const { db } = database;
  // What is due is judged by the clock of the database.
  const atNow = new Date();
  const tick = createDomainChecker({
    db,
    box,
    now: () => atNow,
    resolver: zone.resolver,
    smtpUrl: null,
    onFault: (error) => faults.push(error),
  });
  await db`update sender_domains set next_check_at = 'infinity' where id <> ${made.id}`;
  await db`update sender_domains set next_check_at = 'epoch' where id = ${made.id}`;
  const handled = await Promise.all([tick(), tick()]);
  expect(handled.toSorted()).toEqual([0, 1]);
  expect(faults).toEqual([]);
  const read = await call('GET', `/sender_domains/${made.id}`);
  expect(read.body.state).toBe('verified');
  const [row] = await db<{ next: Date }[]>`
    select next_check_at as next from sender_domains where id = ${made.id}
  `;
  expect(row?.next).toEqual(new Date(atNow.getTime() + DAY_MS));
});

test('private keys are sealed for their row, and no answer holds one', async () => {
  const made = await newDomain({ algorithms: ['rsa-2048', 'ed25519'] });
  publish(made);
  const checked = await check(made.id);
  expect(JSON.stringify([made, checked])).not.toMatch(/PRIVATE|private/);
  const rows = await database.db<{ id: string; sealed: Uint8Array }[]>`
    select id, private_key as sealed from dkim_keys where domain_id = ${made.id} order by id
  `;
  const [one, other] = rows;
  if (one === undefined || other === undefined) throw new Error('there are two keys');
  expect(Buffer.from(one.sealed).toString('latin1')).not.toContain('PRIVATE KEY');
  expect(box.open(one.sealed, one.id)).toContain('BEGIN PRIVATE KEY');
  expect(() => box.open(one.sealed, other.id)).toThrow(/does not open/);
});

test('the database lets no key sign whose record was not seen', async () => {
  const made = await newDomain();
  const activate = database.db`update dkim_keys set state = 'active' where domain_id = ${made.id}`;
  await expect(activate).rejects.toMatchObject({ constraint_name: 'dkim_keys_seen' });
});

test('mail from below a domain is signed by it; mail from beside it is not', async () => {
  const made = await newDomain();
  publish(made);
  await check(made.id);
  expect(await keysFor(`news.${made.domain}`)).toMatchObject([{ domain: made.domain }]);
  expect(await keysFor(`x${made.domain}`)).toEqual([]);
  expect(await keysFor('example')).toEqual([]);
});

test('senders are made, read, changed and deleted', async () => {
  const { domain, id: domainId } = await newDomain();
  const made = await call('POST', '/senders', {
    name: 'Ada from Acme',
    address: `Hello@${domain.toUpperCase()}`,
    reply_to: 'Help <help@example.com>',
    is_default: true,
  });
  expect(made.status, made.text).toBe(201);
  expect(made.body).toMatchObject({
    name: 'Ada from Acme',
    address: `Hello@${domain}`,
    reply_to: 'Help <help@example.com>',
    is_default: true,
    domain: { name: domain, id: domainId, state: 'pending' },
  });
  const path = `/senders/${made.body.id}`;
  const changed = await call('PATCH', path, { name: 'Ada, Acme', reply_to: null });
  expect(changed.body).toMatchObject({ name: 'Ada, Acme', reply_to: null, is_default: true });
  expect((await call('GET', path)).body).toEqual(changed.body);
  expect((await call('GET', '/senders')).body.data).toContainEqual(changed.body);

  const next = await call('POST', '/senders', { address: `next@${domain}`, is_default: true });
  expect((await call('GET', path)).body.is_default).toBe(false);
  const book = createSenderBook({ db: database.db });
  expect(await book.defaultOf(side)).toEqual({ from: `next@${domain}`, replyTo: null });
  expect(await book.senderOf(side, made.body.id)).toEqual({
    kind: 'found',
    from: `"Ada, Acme" <Hello@${domain}>`,
    replyTo: null,
  });

  const refused = await call('DELETE', `/sender_domains/${domainId}`);
  expect(refused.body).toMatchObject({ code: 'delivery.sender_domain_in_use' });
  expect(refused.body.used_by).toHaveLength(2);
  for (const one of [made, next]) {
    expect((await call('DELETE', `/senders/${one.body.id}`)).status).toBe(204);
  }
  expect((await call('GET', path)).body.code).toBe('delivery.sender_not_found');
  expect((await call('DELETE', `/sender_domains/${domainId}`)).status).toBe(204);
  expect((await call('GET', `/sender_domains/${domainId}`)).status).toBe(404);
});

test.each([
  [{ address: 'Ada <ada@example.com>' }, 'address'],
  [{ address: 'ada@localhost' }, 'address'],
  [{ address: 'a@b.example, c@d.example' }, 'address'],
  [{ address: 'ada@example.com\r\nBcc: eve@example.com' }, 'address'],
  [{ address: 'ada@example.com', name: 'Ada\r\nBcc: eve@example.com' }, 'name'],
  [{ address: 'ada@example.com', name: 'Ada \u202e' }, 'name'],
  [{ address: 'ada@example.com', reply_to: 'nobody' }, 'reply_to'],
])('a sender that is not a plain mailbox is refused: %j', async (body, path) => {
  const { status, body: answer } = await call('POST', '/senders', body);
  expect(status).toBe(400);
  expect(answer).toMatchObject({ code: 'delivery.sender_invalid', details: [{ path }] });
});

test.each([
  [{ domain: 'localhost' }, 'domain'],
  [{ domain: 'ada@example.com' }, 'domain'],
  [{ domain: '192.0.2.1' }, 'domain'],
  [{ domain: 'a.example', return_path_host: 'not a host' }, 'return_path_host'],
  [{ domain: 'a.example', spf_mechanisms: ['ip4:192.0.2.1', '+all'] }, 'spf_mechanisms/1'],
  [{ domain: 'a.example', spf_mechanisms: ['mx ~all'] }, 'spf_mechanisms/0'],
])('a domain that cannot be one is refused: %j', async (body, path) => {
  const { status, body: answer } = await call('POST', '/sender_domains', body);
  expect(status).toBe(400);
  expect(answer).toMatchObject({ code: 'delivery.sender_domain_invalid', details: [{ path }] });
});

test('a domain is kept in ASCII and lower case, and is there once', async () => {
  const made = await call('POST', '/sender_domains', { domain: 'Bücher.Example.' });
  expect(made.body.domain).toBe('xn--bcher-kva.example');
  const twice = await call('POST', '/sender_domains', { domain: 'XN--BCHER-KVA.example' });
  expect(twice.body).toMatchObject({ code: 'delivery.sender_domain_taken' });
  expect(twice.status).toBe(409);
  const changed = await call('PATCH', `/sender_domains/${made.body.id}`, {
    return_path_host: null,
    spf_mechanisms: ['IP4:192.0.2.1'],
  });
  expect(changed.body).toMatchObject({ return_path_host: null, spf_mechanisms: ['ip4:192.0.2.1'] });
  const spf = changed.body.records.find((row: Row) => row.record === 'spf');
  expect(spf).toMatchObject({
    value: 'v=spf1 ip4:192.0.2.1 include:sendgrid.net ~all',
    required: true,
  });
});

test('a sender that a running series names cannot be deleted, and the answer says where', async () => {
  const { body: sender } = await call('POST', '/senders', { address: 'ada@acme.example' });
  const { db } = database;
  const series = randomUUID();
  const steps = [{ id: 's', type: 'email', subject: 'Hi', sender_id: sender.id }];
  await db`
    insert into automations (id, workspace_id, type, name, status, draft, created_at, updated_at)
    values (${series}, ${side}, 'series', 'Welcome', 'active', '{}', ${now}, ${now})
  `;
  await db`
    insert into series_versions (automation_id, number, settings, steps, published_at)
    values (${series}, 1, '{}', ${db.json(steps)}, ${now})
  `;
  const refused = await call('DELETE', `/senders/${sender.id}`);
  expect(refused.status).toBe(409);
  expect(refused.body).toMatchObject({
    code: 'delivery.sender_in_use',
    error: 'Emails of "Welcome" are from this sender; give them another one first',
    used_by: [{ id: series, name: 'Welcome' }],
  });
  expect((await call('GET', `/senders/${sender.id}`)).status).toBe(200);
  await db`update automations set status = 'archived' where id = ${series}`;
  expect((await call('DELETE', `/senders/${sender.id}`)).status).toBe(204);
});

test('nothing of one side is another side’s', async () => {
  const made = await newDomain();
  publish(made);
  await check(made.id);
  const { body: sender } = await call('POST', '/senders', { address: `ada@${made.domain}` });
  const asOther = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string) =>
    call(method, path, method === 'PATCH' ? {} : undefined, otherSide);
  for (const [method, path] of [
    ['GET', `/sender_domains/${made.id}`],
    ['PATCH', `/sender_domains/${made.id}`],
    ['DELETE', `/sender_domains/${made.id}`],
    ['POST', `/sender_domains/${made.id}/check`],
    ['POST', `/sender_domains/${made.id}/rotate`],
    ['GET', `/senders/${sender.id}`],
    ['PATCH', `/senders/${sender.id}`],
    ['DELETE', `/senders/${sender.id}`],
  ] as const) {
    expect((await asOther(method, path)).status, `${method} ${path}`).toBe(404);
  }
  expect((await asOther('GET', '/sender_domains')).body.data).toEqual([]);
  expect((await asOther('GET', '/senders')).body.data).toEqual([]);
  expect(await keysFor(made.domain)).toHaveLength(1);
  expect(await keysFor(made.domain, otherSide)).toEqual([]);
  const book = createSenderBook({ db: database.db });
  const missing = { kind: 'missing', reason: 'sender_missing' };
  expect(await book.senderOf(otherSide, sender.id)).toEqual(missing);
  expect(await book.senderOf(side, 'not an id')).toEqual(missing);
  // The other side may have the same domain, with keys of its own that need records of their own.
  const theirs = await call('POST', '/sender_domains', { domain: made.domain }, otherSide);
  expect(theirs.status).toBe(201);
  expect(await keysFor(made.domain, otherSide)).toEqual([]);
});

test('what workers ask often is found by an index', async () => {
  const { db } = database;
  await db`
    insert into sender_domains (id, workspace_id, domain, next_check_at, created_at, updated_at)
    select gen_random_uuid(), ${otherSide}, 'n' || n || '.example', '2100-01-01', now(), now()
      from generate_series(1, 5000) n
  `;
  await db`
    insert into dkim_keys (id, domain_id, selector, algorithm, public_key, private_key, created_at)
    select gen_random_uuid(), id, 's', 'rsa-2048', 'x', 'x', now() from sender_domains
     where domain like 'n%.example' and workspace_id = ${otherSide}
  `;
  await db`analyze sender_domains`;
  await db`analyze dkim_keys`;
  const asked = [
    (tx: Transaction) => claimDueDomains(tx, { limit: 5, putOffSeconds: 600 }),
    (tx: Transaction) =>
      signingKeys(tx, { workspaceId: otherSide, domains: ['a.n1.example', 'n1.example'] }),
    (tx: Transaction) => findDefaultSender(tx, { workspaceId: otherSide }),
  ];
  for (const run of asked) {
    for (const { kind, text, scanned } of await plansOf(db, run)) {
      const large = [...scanned].filter((table) => table !== 'senders');
      expect(large, `${kind}: ${text}`).toEqual([]);
    }
  }
});
