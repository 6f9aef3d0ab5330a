import { expect } from 'vitest';
import { demoUsers } from '../../src/app/demo-data.ts';
import { consentLinks } from '../../src/consent/index.ts';
import { userIdOf } from '../../src/platform/ids.ts';
import { foldReports, recordReturned } from '../../src/tracking/index.ts';
import type { Handover, Returned, Transport } from '../../src/transport/index.ts';
import { newQuestion } from './assistant.ts';
import { BROADCAST_EMAIL, ONBOARDING, ONBOARDING_DRAFT, TRIAL_ENDING } from './dashboard-series.ts';
import { dashboardDir } from './dashboard.ts';
import type { Answer } from './http.ts';
import { startServer, type TestServer } from './server.ts';
import { signIn, type SignedInCaller } from './sign-in.ts';
import { until } from './until.ts';

/**
 * A workspace that has been in use for four weeks: people of many zones, series under way, broadcasts
 * before, in and after their sending, and mail in every state. What is shown and looked at everywhere.
 */
export interface DashboardWorld {
  readonly server: TestServer;
  readonly owner: SignedInCaller;
  readonly editor: SignedInCaller;
  readonly viewer: SignedInCaller;
  /** What the addresses of its pages name. */
  readonly ids: WorldIds;
  readonly close: () => Promise<void>;
}

export interface WorldIds {
  readonly onboarding: string;
  readonly emptySeries: string;
  readonly draftBroadcast: string;
  readonly halfWay: string;
  readonly sentBroadcast: string;
  readonly list: string;
  readonly template: string;
  readonly person: string;
  readonly company: string;
  readonly message: string;
  readonly inDoubt: string;
  /** What an assistant asks. */
  readonly question: string;
  readonly invitation: string;
  /** Paths of the pages for recipients. */
  readonly unsubscribe: string;
  readonly preferences: string;
}

/** A Monday. */
const START = new Date('2026-09-28T06:30:00.000Z');
const DAYS = 24;
const DAY_MS = 86_400_000;
/** People who join on each day of a week, Monday first. */
const ARRIVALS = [6, 5, 4, 5, 3, 1, 1];
/** A first name each with so many last names, and companies. */
const GENERATIONS = 4;
/** So many come after somebody until they subscribe, if they do. */
const TRIED = 14;
const CONCURRENCY = 5;
const BOUNCING = 'samir';
const LIVE_IN_DOUBT = 'kavya@';
const LIVE_REFUSED = 'rosa@';

/** Starts it; `close` ends everything. Takes some seconds. */
export async function startDashboardWorld(): Promise<DashboardWorld> {
  const server = await startServer({
    dashboardDir: dashboardDir(),
    hasOwnUrl: true,
    now: START,
    transport: faultyTransport(),
    settings: { timezone: 'Europe/Berlin', postal_address: 'Tidewater Street 4, 20457 Hamburg' },
  });
  const [owner, editor, viewer] = [
    await signIn(server, { role: 'owner', name: 'Ada Brandt', email: 'ada@tidewater.example' }),
    await signIn(server, { role: 'editor', name: 'Grace Okoye', email: 'grace@tidewater.example' }),
    await signIn(server, { role: 'viewer', name: 'Linus Vogel', email: 'linus@tidewater.example' }),
  ];
  const call = callOf(server);
  const test = await liveOnTestSide(server, call);
  const inDoubt = await liveOnLiveSide(server, call);
  const question = await newQuestion(server, server.test.secretKey, test.emptySeries);
  const invited = await owner.call('POST', '/invitations', {
    email: 'margaret@tidewater.example',
    role: 'editor',
  });
  expect(invited.status, invited.text).toBe(201);
  const invitation = /#token=[\w-]+/.exec(invited.text)?.[0] ?? '';
  await until(async () => expect(await foldReports(server.services)).toBe(0));
  return {
    server,
    owner,
    editor,
    viewer,
    ids: { ...test, ...recipientPages(server, test.person), inDoubt, invitation, question },
    close: server.close,
  };
}

type Arrival = ReturnType<typeof demoUsers>[number];

/** The people of the demo, and others who share a first name with them. */
function peopleOf(now: Date): Arrival[] {
  const known = demoUsers(now);
  return Array.from({ length: GENERATIONS }, (_, generation) => generation).flatMap((generation) =>
    known.map(({ patch }, index) => {
      const other = known[(index + generation * 7) % known.length]?.patch ?? patch;
      const [first = ''] = String(patch.own['name']).split(' ');
      const last = String(other.own['name']).split(' ').at(-1) ?? '';
      const email = `${first}.${last}@example.com`.toLowerCase();
      const number = generation * known.length + index + 1;
      return {
        externalId: `user_${String(number).padStart(3, '0')}`,
        patch: {
          own: { ...patch.own, name: `${first} ${last}`, email },
          traits: { ...other.traits },
          context: {},
        },
      };
    }),
  );
}

type WorldCall = (
  path: string,
  body?: unknown,
  more?: { method?: string; key?: string; sdk?: boolean },
) => Promise<Answer['body']>;

/** Calls the API and expects a yes. */
const callOf =
  (server: TestServer): WorldCall =>
  async (path, body, { method = 'POST', key = server.test.secretKey, sdk = false } = {}) => {
    const answer = sdk
      ? await server.sdk(path, body, { key })
      : await server.v1(method, path, body, { key });
    expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(300);
    return answer.body;
  };

async function liveOnTestSide(server: TestServer, call: WorldCall) {
  await call('/settings', BRAND, { method: 'PATCH' });
  const people = peopleOf(START);
  const list = await call('/lists', {
    name: 'Product news',
    description: 'What is new, once a month',
    kind: 'opt_in',
    double_opt_in: true,
  });
  await call('/lists', {
    name: 'Tips and tricks',
    description: 'Short hints while you get started',
    kind: 'opt_out',
  });
  const onboarding = (await call('/series', ONBOARDING)).id;
  const trial = (await call('/series', TRIAL_ENDING)).id;
  await call(`/series/${onboarding}/activate`);
  await call(`/series/${trial}/activate`);
  const templates = await addTemplates(call);
  const emptySeries = (await call('/series', { name: 'Win-back', steps: [], settings: {} })).id;

  let arrived = 0;
  for (let day = 0; day < DAYS; day += 1) {
    const joining = people.slice(arrived, arrived + (ARRIVALS[day % ARRIVALS.length] ?? 0));
    arrived += joining.length;
    await arrive(call, { joining, onboarding, trial, day });
    for (const { externalId } of people.slice(0, Math.max(0, arrived - TRIED)).slice(-1)) {
      await happens(call, externalId, { event_type: 'subscribed', metadata: { plan: 'team' } });
    }
    await call('/test_clock/advance', { by: { days: 1 } });
    await hearBack(server);
  }
  await call(`/lists/${list.id}/subscribers`, {
    user_ids: people.slice(0, 14).map(({ externalId }) => externalId),
    confirmed: true,
  });
  await call(`/lists/${list.id}/subscribers`, {
    user_ids: people.slice(14, 18).map(({ externalId }) => externalId),
  });
  const broadcasts = await sendBroadcasts(server, call);
  await addSuppressions(call);
  await call('/filters', {
    name: 'On a paid plan',
    filter: { field: 'user.plan', operator: 'one_of', value: ['team', 'business'] },
    columns: ['user.plan', 'user.company'],
  });
  await call(`/series/${onboarding}`, ONBOARDING_DRAFT, { method: 'PUT' });
  const { data } = await call('/messages?user_id=user_007', undefined, { method: 'GET' });
  return {
    onboarding,
    emptySeries,
    list: list.id,
    template: templates,
    person: 'user_007',
    company: 'lion-city-labs',
    message: data.at(-1).id,
    ...broadcasts,
  };
}

const BRAND = {
  brand: {
    logo_url: null,
    colour: '#1f6f54',
    website_url: 'https://tidewater.example',
    footer: 'You get this mail because you have an account with Tidewater.',
  },
};

/** New people, with their companies, who enter a series; and what the older ones do that day. */
async function arrive(
  call: WorldCall,
  {
    joining,
    onboarding,
    trial,
    day,
  }: {
    joining: readonly Arrival[];
    onboarding: string;
    trial: string;
    day: number;
  },
): Promise<void> {
  for (const { externalId, patch } of joining) {
    const traits = { ...patch.own, ...patch.traits };
    await call('/users/identify', { user_id: externalId, traits }, { sdk: true });
    const { company, plan } = patch.traits;
    const name = String(company);
    const company_id = name.toLowerCase().replaceAll(/[^a-z]+/g, '-');
    const about = { name, plan, employee_count: 3 + name.length * 4 };
    await call(
      '/companies/identify',
      { company_id, user_id: externalId, traits: about },
      { sdk: true },
    );
  }
  const users = joining.map(({ externalId }) => externalId);
  await call(`/series/${onboarding}/enroll`, { users });
  if (day % 3 === 0) await call(`/series/${trial}/enroll`, { users: users.slice(0, 1) });
  for (const { externalId } of joining.filter((_, index) => (day + index) % 2 === 0)) {
    await happens(call, externalId, {
      event_type: 'signed_up',
      page_url: 'https://tidewater.example/start',
    });
    await happens(call, externalId, {
      event_type: 'project_created',
      metadata: { template: 'blank' },
    });
  }
}

const happens = (call: WorldCall, userId: string, event: object): Promise<unknown> =>
  call('/events', { user_id: userId, session_id: 's-1', events: [event] }, { sdk: true });

interface SentRow {
  readonly id: string;
  readonly to: string;
  readonly sentAt: Date;
}

/** What receiving servers and people told about the mail of the day. */
async function hearBack(server: TestServer): Promise<void> {
  const { db, test, services } = server;
  const rows = await db<SentRow[]>`
    select id, to_address as "to", sent_at as "sentAt" from messages
     where workspace_id = ${test.id} and state = 'accepted' and sent_at is not null
     order by sent_at, id
  `;
  const [clock] = await db<{ now: Date }[]>`
    select clock_now as now from workspaces where id = ${test.id}
  `;
  if (clock === undefined) throw new Error('the test side has no clock');
  const returned = rows.flatMap((row) => answersTo(row));
  await recordReturned({ db, consent: services.consent }, test.id, returned, {
    now: clock.now,
    source: 'ses',
  });
}

/** By a number that follows from the message, so that every world is alike in kind. */
function answersTo({ id, to, sentAt }: SentRow): Returned[] {
  const lot = Number.parseInt(id.replaceAll('-', '').slice(4, 10), 16) % 100;
  const told = (
    kind: Returned['kind'],
    afterMs: number,
    more: Partial<Returned> = {},
  ): Returned => ({
    key: `${id} ${kind} ${afterMs}`,
    kind,
    at: new Date(sentAt.getTime() + afterMs),
    messageId: id,
    recipient: null,
    bounce: null,
    detail: {},
    ...more,
  });
  if (to.includes(BOUNCING)) {
    const diagnostic = 'smtp; 550 5.1.1 The email account that you tried to reach does not exist.';
    return [told('bounced', 4_000, { bounce: { class: 'hard', code: '5.1.1', diagnostic } })];
  }
  const delivered = told('delivered', 2_000);
  const agent = (name: string) => ({ detail: { user_agent: name } });
  const opened = told('opened', 5_400_000, agent('Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15'));
  const clicked = told('clicked', 5_460_000, {
    detail: {
      url: 'https://example.com/projects/new',
      user_agent: 'Mozilla/5.0 (X11; Linux x86_64)',
    },
  });
  if (lot < 2) return [delivered, told('complained', 7_200_000)];
  if (lot < 4) return [delivered, opened, told('unsubscribed', 5_500_000)];
  if (lot < 26) return [delivered, opened, clicked];
  if (lot < 60) return [delivered, opened];
  if (lot < 78) return [delivered, told('opened', 9_000, agent('Mozilla/5.0'))];
  return [delivered];
}

/** One that is sent, one half-way, one to come, and a draft. */
async function sendBroadcasts(server: TestServer, call: WorldCall) {
  const make = async (name: string): Promise<string> => {
    const made = await call('/broadcasts', {
      name,
      email: BROADCAST_EMAIL,
      audience: { filter: { field: 'user.email', operator: 'is_set' } },
    });
    return made.id as string;
  };
  const clock = async (): Promise<number> =>
    Date.parse((await call('/test_clock', undefined, { method: 'GET' })).now);
  const sentBroadcast = await make('October news');
  await call(`/broadcasts/${sentBroadcast}/send`);
  await call('/test_clock/advance', { by: { hours: 2 } });
  await hearBack(server);
  const halfWay = await make('Autumn release');
  await call(`/broadcasts/${halfWay}/schedule`, {
    at: new Date((await clock()) + 60_000).toISOString(),
    spread_minutes: 600,
  });
  await call('/test_clock/advance', { by: { hours: 4 } });
  await hearBack(server);
  const scheduled = await make('November news');
  await call(`/broadcasts/${scheduled}/schedule`, {
    at: new Date((await clock()) + 6 * DAY_MS).toISOString(),
  });
  return { sentBroadcast, halfWay, draftBroadcast: await make('Customer survey') };
}

async function addTemplates(call: WorldCall): Promise<string> {
  const made = await call('/templates', {
    kind: 'template',
    name: 'Product letter',
    content: BROADCAST_EMAIL.content,
    format: 'branded',
  });
  await call('/templates', {
    kind: 'snippet',
    name: 'Signature',
    html: '<p>Your Tidewater team</p>',
  });
  return made.id as string;
}

async function addSuppressions(call: WorldCall): Promise<void> {
  for (const [email, note] of [
    ['billing@hudsondental.example', 'asked by phone'],
    ['info@fjordmedia.example', 'a shared mailbox'],
  ]) {
    await call('/suppressions', { email, reason: 'manual', note });
  }
}

/** The live side: a domain, transports, and a welcome of which one message is in doubt. */
async function liveOnLiveSide(server: TestServer, callAny: WorldCall): Promise<string> {
  const { secretKey: key } = server.live;
  const call: WorldCall = (path, body, more = {}) => callAny(path, body, { key, ...more });
  await call('/settings', BRAND, { method: 'PATCH' });
  const welcome = {
    name: 'Welcome',
    settings: {},
    steps: [
      { id: 'welcome', type: 'email', subject: 'Welcome aboard', ...WELCOME },
      { id: 'week', type: 'wait', delay: { amount: 7, unit: 'days' } },
      { id: 'how', type: 'email', subject: 'How is it going?', ...WELCOME },
    ],
  };
  const { id } = await call('/series', welcome);
  await call(`/series/${id}/activate`);
  const people = demoUsers(START).slice(0, 20);
  for (const { externalId, patch } of people) {
    const traits = { ...patch.own, ...patch.traits };
    await call('/users/identify', { user_id: externalId, traits }, { sdk: true });
  }
  await call(`/series/${id}/enroll`, { users: people.map(({ externalId }) => externalId) });
  const inDoubt = await until(async () => {
    const { data } = await call('/messages?limit=50', undefined, { method: 'GET' });
    const ended = data.filter(
      ({ status }: { status: string }) => status !== 'scheduled' && status !== 'sending',
    );
    expect(ended).toHaveLength(people.length);
    return ended.find(({ status }: { status: string }) => status === 'in_doubt').id as string;
  });
  await call('/sender_domains', { domain: 'tidewater.example' });
  await call('/senders', {
    address: 'hello@tidewater.example',
    name: 'Tidewater',
    is_default: true,
  });
  await call('/transports', {
    kind: 'smtp',
    name: 'Our own mail server',
    settings: { url: 'smtp://mail.tidewater.example:587' },
    is_enabled: false,
  });
  await call('/transports', {
    kind: 'postmark',
    name: 'Postmark',
    settings: { server_token: '0a1b2c3d-0000-4000-8000-0123456789ab' },
    is_enabled: false,
  });
  await call('/inboxes', { address: 'bounces@tidewater.example' });
  return inDoubt;
}

const WELCOME = { html: '<h1>Welcome</h1><p>Good to have you, {{ user.name }}.</p>' };

/** Takes everything but two: of one nobody knows, and one is refused. */
const faultyTransport = (): Transport => ({
  name: 'smtp',
  concurrency: CONCURRENCY,
  send: ({ envelope: { to } }) => Promise.resolve(answerFor(to.join(' '))),
  verify: () => Promise.resolve({ ok: true, answer: '250 ready' }),
  close: () => Promise.resolve(),
});

function answerFor(to: string): Handover {
  if (to.includes(LIVE_IN_DOUBT)) {
    return { kind: 'in_doubt', phase: 'end', answer: 'the connection broke before the reply' };
  }
  if (to.includes(LIVE_REFUSED)) {
    return { kind: 'rejected', phase: 'rcpt', answer: '550 5.1.1 no such user' };
  }
  return { kind: 'accepted', answer: '250 2.0.0 queued' };
}

/** Where the links of an email to somebody lead. */
function recipientPages({ services, test, url }: TestServer, externalId: string) {
  const userId = userIdOf(test.id, externalId);
  const { unsubscribeUrl, preferencesUrl } = consentLinks(
    { signer: services.signer, publicUrl: url },
    { workspaceId: test.id, userId, listId: null, messageId: NO_MESSAGE },
  );
  return {
    unsubscribe: unsubscribeUrl.slice(url.length),
    preferences: preferencesUrl.slice(url.length),
  };
}

const NO_MESSAGE = '018f0000-0000-5000-8000-000000000001';
