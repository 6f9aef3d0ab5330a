import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { connectAssistant, idIn, type Assistant } from '../support/assistant.ts';
import { startServer } from '../support/server.ts';
import { signIn } from '../support/sign-in.ts';
import { until } from '../support/until.ts';

/**
 * The list of tools and the conversation in docs/assistants.md are made here, from a running server; with
 * -u this test writes them.
 */
const server = await startServer({ settings: { postal_address: 'Tidewater Street 4, Hamburg' } });
afterAll(server.close);

const FILE = join(import.meta.dirname, '../../../docs/assistants.md');

test('docs/assistants.md lists the tools that there are, and tells a conversation that took place', async () => {
  const text = readFileSync(FILE, 'utf8');
  const written = filled(filled(text, 'tools', await tools()), 'transcript', await conversation());
  await expect(written).toMatchFileSnapshot(FILE);
});

/** The document with what is between two marks made anew. */
function filled(text: string, mark: string, content: string): string {
  const [begin, end] = [`<!-- ${mark} -->`, `<!-- /${mark} -->`];
  const [head, rest] = text.split(begin);
  const tail = rest?.split(end)[1];
  if (head === undefined || tail === undefined) throw new Error(`no ${begin} in the document`);
  return `${head}${begin}\n\n${content}\n\n${end}${tail}`;
}

async function tools(): Promise<string> {
  const assistant = await connectAssistant(server, server.live.secretKey);
  const { tools: listed } = await assistant.client.listTools();
  await assistant.close();
  const row = ({ name, description = '', inputSchema, annotations }: (typeof listed)[number]) => {
    const required = new Set(inputSchema.required ?? []);
    const names = Object.keys(inputSchema.properties ?? {})
      .filter((each) => each !== 'confirmation_token')
      .map((each) => `\`${each}\`${required.has(each) ? '' : '?'}`);
    const needs = / (On the live side a member|A member) must confirm it first\.$/;
    const free = annotations?.readOnlyHint === true ? 'reads' : 'changes';
    const asked = needs.exec(description)?.[1];
    const asks = asked === 'A member' ? 'asks a member' : 'asks a member, on the live side';
    const words = description.replace(needs, '');
    const kind = asked === undefined ? free : asks;
    return `| \`${name}\` | ${words} | ${names.join(' ')} | ${kind} |`;
  };
  const head = ['| tool | does | arguments (? may be left out) | |', '| --- | --- | --- | --- |'];
  return [...head, ...listed.map(row)].join('\n');
}

const EMAIL = {
  hello: {
    id: 'hello',
    type: 'email',
    subject: "Welcome, {{ user.name | default: 'there' }}",
    format: 'personal',
    html: '<p>Good to have you. <a href="https://app.example.com/start">This is where to begin.</a></p>',
  },
  project: {
    id: 'first_project',
    type: 'email',
    subject: 'Your first project takes two minutes',
    format: 'personal',
    html: '<p><a href="https://app.example.com/new">Make your first project</a>: a name is all that it needs.</p>',
  },
  ask: {
    id: 'how_it_goes',
    type: 'email',
    subject: 'How does it go?',
    format: 'personal',
    html: '<p>What is missing, and what works? Just answer this email.</p>',
  },
};

const DRAFT = {
  name: 'Welcome',
  settings: {
    entry_trigger: 'user_created',
    timezone: 'Europe/Berlin',
    send_window: { start: '09:00', end: '17:00' },
    business_days_only: true,
  },
  steps: [
    EMAIL.hello,
    { id: 'two_days', type: 'wait', delay: { amount: 2, unit: 'business_days' } },
    {
      id: 'has_project',
      type: 'condition',
      filter: { event: 'project_created', operator: 'at_least', count: 1 },
      yes: 'a_week',
      no: 'first_project',
    },
    EMAIL.project,
    { id: 'a_week', type: 'wait', delay: { amount: 1, unit: 'weeks' } },
    EMAIL.ask,
  ],
};

/** Drafts on a test side, goes over it there, and then publishes it on the live side with a token. */
async function conversation(): Promise<string> {
  const said: string[] = [];
  const trial = await connectAssistant(server, server.test.secretKey);
  const onTest = speaker(trial, said);
  await onTest('describe_steps', { topic: 'settings' });
  // A slip, as assistants make them: the server says all that is wrong with it.
  const slip = {
    ...DRAFT,
    settings: { ...DRAFT.settings, send_window: { start: '9', end: '17' } },
  };
  await onTest('create_series_draft', slip);
  const again = 'again, with a `send_window` from `09:00` to `17:00`';
  const made = await onTest('create_series_draft', DRAFT, again);
  const series_id: string = made.series_id;
  await onTest('simulate_series', {
    series_id,
    people: 1,
    timezones: ['America/New_York'],
    start: '2025-03-27T20:00:00Z',
  });
  said.push('On the test side nothing leaves, so the assistant may go on by itself.');
  await onTest('publish_series', { series_id });
  await server.sdk('/users/identify', {
    user_id: 'ada',
    traits: { email: 'ada@example.com', name: 'Ada', timezone: 'Europe/Berlin' },
  });
  const isIn = async () => (await trial.done('get_user', { user_id: 'ada' })).series.length > 0;
  await until(async () => expect(await isIn()).toBe(true));
  said.push('Somebody signs up there: `ada`.');
  await onTest('advance_test_clock', { by: { days: 3 } });
  await onTest('explain_user', { user_id: 'ada', series_id });
  await trial.close();

  said.push(
    '> **Member:** That is it. Put it on the live side.',
    'With the live key the assistant makes the same draft, and asks for it to be published.',
  );
  const live = await connectAssistant(server, server.live.secretKey);
  const onLive = speaker(live, said);
  const copy = await live.done('create_series_draft', DRAFT);
  const publish = { series_id: copy.series_id as string };
  const asked = await onLive('publish_series', publish);
  said.push(
    '> **Assistant:** I have not published it yet. It would send 3 emails to everybody who signs up from then on. ' +
      'Please look at it under this address; the code there is `…`.',
    'The member reads the page, allows it once, and hands the token over.',
  );
  const editor = await signIn(server, { role: 'editor', workspaceId: server.live.id });
  const { body } = await editor.call('POST', `/confirmations/${idIn(asked)}/issue`);
  await onLive('publish_series', { ...publish, confirmation_token: body.token });
  said.push('The token is used up, and so is the question:');
  await onLive('publish_series', { ...publish, confirmation_token: body.token });
  await live.close();
  return said.join('\n\n');
}

/** Calls a tool, and writes down what was said. */
function speaker(assistant: Assistant, said: string[]) {
  return async (tool: string, args: object, inWords?: string) => {
    const { body, isError } = await assistant.call(tool, args);
    const call = inWords === undefined ? [`**\`${tool}\`**`, json(args)] : [];
    const again = inWords === undefined ? '' : `**\`${tool}\`** ${inWords}, `;
    said.push(...call, `${again}${isError ? 'is refused:' : 'answers:'}`, json(body));
    return body;
  };
}

const json = (value: unknown): string => `\`\`\`json\n${laidOut(masked(value), 0)}\n\`\`\``;

const VOLATILE =
  /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}|mp_ct_\w+|\b[A-HJ-NP-Z2-9]{3}-[A-HJ-NP-Z2-9]{3}\b/g;

/** Without what differs from run to run. */
function masked(value: unknown, name = ''): unknown {
  // Real time, and how much of it was done before the clock was moved.
  if (name === 'handled' || (name === 'until' && !String(value).startsWith('2025'))) return '…';
  if (typeof value === 'string') return value.replaceAll(VOLATILE, '…');
  if (Array.isArray(value)) return value.map((each) => masked(each));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, each]) => [key, masked(each, key)]);
  return Object.fromEntries(members);
}

const WIDTH = 110;

/** JSON in which what fits on a line stands on one. */
function laidOut(value: unknown, depth: number): string {
  const line = JSON.stringify(value, null, 1).replaceAll(/\n\s*/g, ' ');
  if (typeof value !== 'object' || value === null || depth + line.length <= WIDTH) return line;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const inner = Array.isArray(value)
    ? value.map((each) => laidOut(each, depth + 2))
    : Object.entries(value).map(
        ([name, each]) => `${JSON.stringify(name)}: ${laidOut(each, depth + 2)}`,
      );
  const pad = ' '.repeat(depth + 2);
  return `${open}\n${pad}${inner.join(`,\n${pad}`)}\n${' '.repeat(depth)}${close}`;
}
