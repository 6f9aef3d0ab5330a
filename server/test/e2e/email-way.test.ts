import { setTimeout as sleep } from 'node:timers/promises';
import { dkimVerify } from 'mailauth';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDnsZone, type DnsZone } from '../support/dns-zone.ts';
import { startEmailWorld, type EmailWorld, type Mail } from '../support/email-world.ts';
import { activeSeries, email } from '../support/series.ts';
import { signIn } from '../support/sign-in.ts';
import { until } from '../support/until.ts';

/**
 * Goal: an email leaves as it should, what its recipient does with it is known, and who says no gets
 * no more. Method: the whole way over real sockets: calls of the API, a worker, an SMTP server, and
 * an independent reader of what arrived there.
 */
let world: EmailWorld;
let list: { id: string; name: string };
let zone: DnsZone;

const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36';
const SHOP = 'https://shop.example/sale?a=1&b=2';
/** Nobody follows a link sooner after the handover. Milliseconds. */
const TOO_SOON_MS = 1_600;
/** What workers know of keys is older at no time. Milliseconds. */
const KEYS_KNOWN_MS = 5_100;
const ONE_CLICK = {
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: 'List-Unsubscribe=One-Click',
};

beforeAll(async () => {
  zone = await startDnsZone();
  const settings = {
    postal_address: '1 Harbour Way, Berlin',
    brand: { colour: '#7a1fa2', footer: 'Thank you for reading.' },
  };
  world = await startEmailWorld(settings, zone.resolver);
  await world.v1('POST', '/inboxes', { address: 'back@tidewater.example' });
  await signIn(world.server, { role: 'viewer', email: 'member@tidewater.example' });
  list = await world.v1('POST', '/lists', { name: 'Offers', kind: 'opt_out' });
});
afterAll(async () => {
  await world.close();
  await zone.close();
});

const news = (id: string, more: object = {}) =>
  email(id, {
    format: 'branded',
    list_id: list.id,
    html: `<p>Hello {{ user.name }}, <a href="${SHOP.replace('&', '&amp;')}">look</a></p>`,
    ...more,
  });
const receipt = (id: string) => email(id, { purpose: 'transactional' });
const waitFor = (id: string, event: string) => ({
  id,
  type: 'wait_for_event',
  event_type: event,
  timeout: { amount: 9, unit: 'days' },
});

const linksIn = ({ html = '' }: Mail): string[] =>
  [...html.matchAll(/<a\b[^>]*href="([^"]+)"/g)].map(([, href = '']) =>
    href.replaceAll('&amp;', '&'),
  );
/** The link that people see with that text. */
const linkNamed = ({ html = '' }: Mail, text: string): string =>
  new RegExp(`<a\\b[^>]*href="([^"]+)"[^>]*>${text}</a>`).exec(html)?.[1] ?? '';
const pixelIn = ({ html = '' }: Mail): string =>
  /<img\b[^>]*src="(https:\/\/milepost\.example\/o\/[^"]+)"/.exec(html)?.[1] ?? '';

/** What is known of a message, once it is as many as these. */
const eventsOf = (id: string, count: number) =>
  until(async () => {
    const { events } = await world.v1('GET', `/messages/${id}`);
    const visits = events.filter(({ kind }: { kind: string }) => /^(opened|clicked)$/.test(kind));
    expect(visits, JSON.stringify(events)).toHaveLength(count);
    return visits as {
      kind: string;
      detail: { machine?: boolean; reason?: string; url?: string };
    }[];
  });

test('marketing mail carries everything by which one leaves it, and transactional mail none', async () => {
  const user = await world.identify('ada');
  await world.enroll(user, await world.series([news('offer'), receipt('receipt')]));
  const mail = await world.mailTo(user, 'Subject of offer');
  const [https = '', mailto = ''] = mail.header('list-unsubscribe').split(', ');
  expect(https).toMatch(/^<https:\/\/milepost\.example\/u\/[\w-]+>$/);
  expect(mailto).toMatch(/^<mailto:back\+[a-z2-7]{45}@tidewater\.example\?subject=unsubscribe>$/);
  expect(mail.header('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
  expect(mail.header('list-id')).toBe(`"Offers" <${list.id}.milepost.example>`);
  expect(mail.returnPath).toMatch(/^back\+[a-z2-7]{45}@tidewater\.example$/);
  expect(mail.html).toContain('Hello ada');
  expect(mail.html).toContain('1 Harbour Way, Berlin');
  expect(mail.text).toContain('1 Harbour Way, Berlin');
  expect(mail.html).toContain('#7a1fa2');
  expect(mail.html).not.toContain('shop.example');
  expect(linkNamed(mail, 'look')).toMatch(/^https:\/\/milepost\.example\/c\/[\w-]+$/);
  expect(pixelIn(mail)).not.toBe('');
  // Its own pages are left as they are: they must work when nothing else does.
  expect(linksIn(mail).filter((url) => url.startsWith('https://milepost.example/u/'))).toHaveLength(
    1,
  );
  expect(mail.raw).not.toMatch(/[^\r]\n/);
  expect(Math.max(...mail.raw.split('\r\n').map(({ length }) => length))).toBeLessThanOrEqual(998);

  const bill = await world.mailTo(user, 'Subject of receipt');
  expect(bill.headers.filter(({ key }) => key.startsWith('list-'))).toEqual([]);
  expect(bill.html).not.toContain('/u/');
});

test('a click leads on and is a person; a scanner and a pixel are told apart; conditions see it', async () => {
  const user = await world.identify('grace');
  const steps = [
    news('offer'),
    waitFor('later', 'came back'),
    {
      id: 'interested',
      type: 'condition',
      filter: { email: 'offer', operator: 'clicked' },
      yes: 'liked',
      no: 'quiet',
    },
    { ...receipt('liked'), next: null },
    receipt('quiet'),
  ];
  const series = await world.series(steps);
  const scanned = await world.identify('scanned');
  for (const one of [user, scanned]) await world.enroll(one, series);
  const mails = await Promise.all(
    [user, scanned].map((one) => world.mailTo(one, 'Subject of offer')),
  );
  const [mail, other] = mails as [Mail, Mail];
  const { id } = await world.message(user, 'offer', 'accepted');
  await sleep(TOO_SOON_MS);

  const link = linkNamed(mail, 'look');
  const headers = { 'user-agent': CHROME };
  const head = await world.visit(link, { method: 'HEAD', headers });
  expect([head.status, head.headers['location']]).toEqual([302, SHOP]);
  expect(await eventsOf(id, 1)).toMatchObject([
    { kind: 'clicked', detail: { machine: true, reason: 'head_request' } },
  ]);
  const click = await world.visit(link, { headers });
  expect([click.status, click.headers['location']]).toEqual([302, SHOP]);
  const pixel = await world.visit(pixelIn(mail), { headers });
  expect([pixel.status, pixel.headers['content-type']]).toEqual([200, 'image/gif']);
  const visits = await eventsOf(id, 3);
  const byPeople = visits.filter(({ detail }) => detail.machine !== true);
  // Both may be of one millisecond.
  expect(byPeople.toSorted((one, two) => one.kind.localeCompare(two.kind))).toMatchObject([
    { kind: 'clicked', detail: { url: SHOP } },
    { kind: 'opened' },
  ]);
  const scanner = { method: 'HEAD', headers: { 'user-agent': 'Mimecast' } };
  await world.visit(linkNamed(other, 'look'), scanner);
  await eventsOf((await world.message(scanned, 'offer', 'accepted')).id, 1);
  for (const one of [user, scanned]) await world.track(one, 'came back');
  await world.mailTo(user, 'Subject of liked');
  await world.mailTo(scanned, 'Subject of quiet');
});

test('one click: no more of that list, with the reason; other mail goes on, and exit rules hold', async () => {
  const user = await world.identify('joan');
  const listening = await world.series([waitFor('long', 'never')], {
    exit: [{ on: 'unsubscribe' }],
  });
  await world.enroll(user, listening);
  const series = await world.series([
    news('offer'),
    waitFor('later', 'came back'),
    news('more'),
    receipt('receipt'),
  ]);
  await world.enroll(user, series);
  const mail = await world.mailTo(user, 'Subject of offer');
  const [, url = ''] = /<(https:[^>]+)>/.exec(mail.header('list-unsubscribe')) ?? [];
  expect((await world.visit(url)).status).toBe(200);
  const { all, lists } = await world.v1('GET', `/users/${user}/preferences`);
  expect([all, lists[0].state]).toEqual(['subscribed', 'subscribed']);
  const answer = await world.visit(url, ONE_CLICK);
  expect([answer.status, answer.headers['location'], answer.headers['set-cookie']]).toEqual([
    200,
    undefined,
    undefined,
  ]);

  await world.track(user, 'came back');
  await world.mailTo(user, 'Subject of receipt');
  expect(await world.subjectsTo(user)).toEqual(['Subject of offer', 'Subject of receipt']);
  const explained = await world.v1('GET', `/users/${user}/explain?series_id=${series}`);
  const more = explained.steps.find(({ step_id: id }: { step_id: string }) => id === 'more');
  expect(more).toMatchObject({ outcome: 'skipped', code: 'skipped_left_list' });
  await until(async () => {
    const { data } = await world.v1('GET', `/series/${listening}/enrollments?user_id=${user}`);
    expect(data).toMatchObject([{ state: 'exited' }]);
  });
});

test('double opt-in: the wish sends a mail, its link confirms, and then the list may write', async () => {
  const user = await world.identify('mary');
  const letter = await world.v1('POST', '/lists', {
    name: 'Letter',
    kind: 'opt_in',
    double_opt_in: true,
  });
  const series = await world.series([
    news('early', { list_id: letter.id }),
    waitFor('later', 'confirmed'),
    news('letter', { list_id: letter.id }),
  ]);
  await world.v1('POST', `/lists/${letter.id}/subscribers`, { user_ids: [user] });
  const asked = await world.mailTo(user, 'Please confirm: Letter');
  const link = linksIn(asked).find((url) => url.includes('/confirm/')) ?? '';
  await world.enroll(user, series);
  await until(async () => {
    const { steps } = await world.v1('GET', `/users/${user}/explain?series_id=${series}`);
    expect(steps[0]).toMatchObject({
      step_id: 'early',
      outcome: 'skipped',
      code: 'skipped_not_confirmed',
    });
  });

  const page = await world.visit(link);
  expect([page.status, page.text]).toEqual([200, expect.stringContaining('Yes, subscribe me')]);
  const form = { ...ONE_CLICK, body: 'action=confirm' };
  expect((await world.visit(link, form)).text).toContain('You are subscribed');
  await world.track(user, 'confirmed');
  await world.mailTo(user, 'Subject of letter');
  expect(await world.subjectsTo(user)).toHaveLength(2);
});

test('a test goes to members, and to nobody else', async () => {
  const series = await world.series([news('offer')]);
  const { live, test: testSide } = world.server;
  const sendTo = (to: string, { key, id } = { key: live.secretKey, id: series }) =>
    world.server.v1(
      'POST',
      `/series/${id}/test_send`,
      { step_id: 'offer', to, user: { name: 'Ada' } },
      { key },
    );
  const refused = await sendTo('stranger@tidewater.example');
  expect([refused.status, refused.body.code]).toEqual([403, 'series.test_recipient']);
  expect((await sendTo('member@tidewater.example')).status).toBe(200);
  const mail = await world.mailTo('member', '[Test] Subject of offer');
  expect(mail.html).toContain('Hello Ada');
  expect(mail.html).toContain('shop.example');
  expect(await world.subjectsTo('stranger')).toEqual([]);
  // Of a test side nothing leaves, not even a test.
  const key = testSide.secretKey;
  const id = await activeSeries(world.server, { key, steps: [email('offer')] });
  const kept = await sendTo('member@tidewater.example', { key, id });
  expect([kept.status, kept.body.code]).toEqual([409, 'series.test_side']);
  expect(await world.subjectsTo('member')).toHaveLength(1);
});

interface DnsRecord {
  readonly type: 'TXT' | 'MX';
  readonly name: string;
  readonly value: string | null;
}

test('once the records of a domain are seen, mail from it is signed, with both ways out', async () => {
  const domain = 'mail.tidewater.example';
  const added = await world.v1('POST', '/sender_domains', {
    domain,
    algorithms: ['rsa-2048', 'ed25519'],
    spf_mechanisms: ['ip4:192.0.2.1'],
  });
  const { id: senderId } = await world.v1('POST', '/senders', {
    name: 'Ada of Tidewater',
    address: `ada@${domain}`,
  });
  const series = await world.series([
    news('unsigned', { sender_id: senderId }),
    waitFor('later', 'signed now'),
    news('signed', { sender_id: senderId }),
  ]);
  const user = await world.identify('margaret');
  await world.enroll(user, series);
  const early = await world.mailTo(user, 'Subject of unsigned');
  expect(early.from).toEqual({ name: 'Ada of Tidewater', address: `ada@${domain}` });
  expect(early.header('dkim-signature')).toBe('');

  for (const { type, name, value } of added.records as DnsRecord[]) {
    if (value === null) continue;
    const set = zone.names.get(name);
    const before = typeof set === 'object' ? set : {};
    zone.names.set(name, {
      ...before,
      ...(type === 'TXT' ? { txt: [value] } : { mx: [[10, value.split(' ').at(-1) ?? '']] }),
    });
  }
  const checked = await world.v1('POST', `/sender_domains/${added.id}/check`);
  expect(checked.state, JSON.stringify(checked.findings)).toBe('verified');
  expect(checked.keys.map(({ state }: { state: string }) => state)).toEqual(['active', 'active']);
  await sleep(KEYS_KNOWN_MS);
  await world.track(user, 'signed now');
  const mail = await world.mailTo(user, 'Subject of signed');
  const { results } = await dkimVerify(Buffer.from(mail.raw, 'latin1'), {
    strict: true,
    resolver: (name: string) => zone.resolver.resolveTxt(name),
  });
  expect(results.map(({ status }) => status.result)).toEqual(['pass', 'pass']);
  for (const { signingDomain, signingHeaders } of results) {
    expect(signingDomain).toBe(domain);
    const keys = signingHeaders?.keys.toLowerCase().split(': ');
    expect(keys).toEqual(expect.arrayContaining(['list-unsubscribe', 'list-unsubscribe-post']));
  }
});

test('mail comes back to the inbox of its sender’s domain, else to the oldest', async () => {
  await world.v1('POST', '/inboxes', { address: 'bounces@letters.example' });
  const by = (id: string, domain: string) =>
    email(id, { from: `Acme <news@${domain}>`, purpose: 'transactional' });
  const user = await world.identify('mary');
  const steps = [by('own', 'letters.example'), by('other', 'elsewhere.example')];
  await world.enroll(user, await world.series(steps));
  const own = await world.mailTo(user, 'Subject of own');
  expect(own.returnPath).toMatch(/^bounces\+[a-z2-7]{45}@letters\.example$/);
  const other = await world.mailTo(user, 'Subject of other');
  expect(other.returnPath).toMatch(/^back\+[a-z2-7]{45}@tidewater\.example$/);
});
