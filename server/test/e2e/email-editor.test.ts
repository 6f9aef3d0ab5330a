import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createSmtpTransport, parseSmtpUrl } from '../../src/transport/index.ts';
import {
  closeBrowser,
  dashboardDir,
  openDashboard,
  type OpenDashboard,
} from '../support/dashboard.ts';
import { email } from '../support/series.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { signIn } from '../support/sign-in.ts';
import { startSmtpSink, type SmtpSink } from '../support/smtp-sink.ts';
import { until } from '../support/until.ts';

/**
 * Goal: a marketer writes an email, sees it as two people get it, mends what the checks find, sends it to
 * a colleague and tests two variants. Method: the real server, a real browser, a real SMTP server.
 */
let server: TestServer;
let sink: SmtpSink;
let opened: OpenDashboard | null = null;

beforeAll(async () => {
  sink = await startSmtpSink({ keepsRaw: true });
  const url = parseSmtpUrl(`smtp://127.0.0.1:${sink.port}`);
  if (url.kind === 'fault') throw new Error(url.message);
  server = await startServer({
    dashboardDir: dashboardDir(),
    hasOwnUrl: true,
    transport: createSmtpTransport({ server: url.server, connections: 1 }),
  });
  for (const key of [server.live.secretKey, server.test.secretKey]) {
    for (const [id, name, plan] of [
      ['ada', 'Ada', 'pro'],
      ['linus', 'Linus', null],
    ]) {
      const traits = { email: `${id}@example.com`, name, plan };
      const known = await server.sdk('/users/identify', { user_id: id, traits }, { key });
      expect([known.status, known.text]).toEqual([200, expect.any(String)]);
    }
  }
});

afterEach(async () => {
  await opened?.close();
  opened = null;
});

afterAll(async () => {
  await closeBrowser();
  await server.close();
  await sink.close();
});

interface Made {
  readonly id: string;
  readonly page: Page;
  /** The email as the server has it. */
  readonly saved: () => Promise<Record<string, unknown>>;
}

/** A draft with one email, open in the editor. */
async function openEmail(
  step: object,
  options: { width?: number; side?: 'live' | 'test'; dark?: boolean } = {},
): Promise<Made> {
  const { side = 'test', ...view } = options;
  const { secretKey: key, id: workspaceId } = server[side];
  const steps = [{ ...email('hello'), ...step }];
  const made = await server.v1('POST', '/series', { name: 'Welcome', steps }, { key });
  expect([made.status, made.text]).toEqual([201, expect.any(String)]);
  const id: string = made.body.id;
  opened = await openDashboard(server, {
    path: `/dashboard/automation/${id}?tab=emails&email=hello`,
    workspaceId,
    ...view,
  });
  const read = await server.v1('GET', `/series/${id}`, undefined, { key });
  expect(read.status).toBe(200);
  return {
    id,
    page: opened.page,
    saved: async () => (await server.v1('GET', `/series/${id}`, undefined, { key })).body.steps[0],
  };
}

/** A machine with other work takes its time. */
const polled = <T>(look: () => T | Promise<T>) => expect.poll(look, { timeout: 15_000 });

/** Waits until something holds. */
const holds = (check: () => boolean | Promise<boolean>): Promise<void> =>
  until(async () => expect(await check()).toBe(true));

const EMPTY = { html: null, content: { type: 'doc', content: [{ type: 'paragraph' }] } };
const mail = (page: Page) => page.frameLocator('iframe[title="Email as the person gets it"]');

/** In the open picker, with the keyboard. */
async function pickValue(page: Page, name: string, fallback: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Find a value' }).fill(name);
  await page.getByRole('option', { name, selected: true }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByLabel(/Where a person has no/).fill(fallback);
  await page.keyboard.press('Enter');
}

async function previewAs(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: /^Preview as/ }).click();
  await page.getByRole('searchbox', { name: 'Find a person' }).fill(name);
  await page.getByRole('list', { name: 'People' }).getByRole('button', { name }).first().click();
}

test('an email is written with toolbar and keyboard, and values are merged in', async () => {
  const { page, saved } = await openEmail({ ...EMPTY, subject: 'Hello' });
  const body = page.getByRole('textbox', { name: 'Body' });
  await body.click();
  await page.getByRole('combobox', { name: 'Kind of text' }).selectOption({ label: 'Heading 1' });
  await page.keyboard.type('Welcome');
  await page.keyboard.press('Enter');
  await page.keyboard.type('Dear ');
  await page.getByRole('button', { name: 'Merge a value into the text' }).click();
  await pickValue(page, 'user.plan', 'free');
  await polled(() => body.locator('[data-merge-tag]').count()).toBe(1);
  await page.keyboard.type(' reader, {{ user.name | default: "you" }} are ');
  await page.getByRole('button', { name: 'Bold' }).click();
  expect(await page.getByRole('button', { name: 'Bold' }).getAttribute('aria-pressed')).toBe(
    'true',
  );
  await page.keyboard.type('first');
  await page.keyboard.press('Control+b');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Button', exact: true }).click();
  const panel = page.getByRole('form', { name: 'Button' });
  await panel.getByRole('textbox', { name: 'Words' }).fill('Start');
  await panel.getByRole('textbox', { name: 'Address' }).fill('example.com/start');
  await panel.getByRole('button', { name: 'Insert' }).click();
  await page.getByRole('button', { name: 'Image' }).click();
  const image = page.getByRole('form', { name: 'Image' });
  await image.getByRole('textbox', { name: 'Address' }).fill('https://example.com/a.png');
  await image.getByRole('button', { name: 'Insert' }).click();
  expect(await image.getByRole('alert').textContent()).toMatch(/What it shows/);
  await image.getByRole('textbox', { name: 'What it shows' }).fill('A lighthouse');
  await image.getByRole('button', { name: 'Insert' }).click();

  await page.getByRole('button', { name: 'Merge a value into the subject' }).click();
  await pickValue(page, 'user.name', 'there');

  await holds(async () => JSON.stringify(await saved()).includes('A lighthouse'));
  await holds(async () => String((await saved())['subject']).includes('user.name'));
  const step = await saved();
  expect(step['subject']).toContain('{{ user.name | default: "there" }}');
  expect(writtenIn(step['content'])).toEqual([
    { type: 'heading', attrs: { level: 1 }, content: [{ type: 'text', text: 'Welcome' }] },
    {
      type: 'paragraph',
      content: [
        { type: 'text', text: 'Dear ' },
        { type: 'mergeTag', attrs: { name: 'user.plan', fallback: 'free' } },
        { type: 'text', text: ' reader, ' },
        { type: 'mergeTag', attrs: { name: 'user.name', fallback: 'you' } },
        { type: 'text', text: ' are ' },
        { type: 'text', text: 'first', marks: [{ type: 'bold' }] },
      ],
    },
    { type: 'button', attrs: { text: 'Start', href: 'https://example.com/start' } },
    { type: 'image', attrs: { src: 'https://example.com/a.png', alt: 'A lighthouse' } },
  ]);
});

/** The blocks of rich text without empty lines between them. */
const writtenIn = (content: unknown): object[] =>
  (content as { content: { type?: string; content?: unknown }[] }).content.filter(
    (node) => node.type !== 'paragraph' || node.content !== undefined,
  );

test('what is pasted is cleaned, and what rich text cannot say is left out', async () => {
  const { page, saved } = await openEmail({ ...EMPTY, subject: 'Hello' });
  await page.getByRole('textbox', { name: 'Body' }).click();
  const html =
    '<style>p{color:red}</style><p class="MsoNormal" style="color:red">Dear <b>reader</b> ' +
    '{{ user.name }}<script>alert(1)</script><img src="data:image/gif;base64,R0lGOD"></p>' +
    '<table><tr><td><a href="javascript:alert(1)">One</a></td></tr></table>';
  await page.evaluate(`{
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/html', ${JSON.stringify(html).replaceAll('</', String.raw`<\/`)});
    document.activeElement.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData, bubbles: true }),
    );
  }`);
  await holds(async () => JSON.stringify(await saved()).includes('One'));
  expect(writtenIn((await saved())['content'])).toEqual([
    {
      type: 'paragraph',
      content: [
        { type: 'text', text: 'Dear ' },
        { type: 'text', text: 'reader', marks: [{ type: 'bold' }] },
        { type: 'text', text: ' ' },
        { type: 'mergeTag', attrs: { name: 'user.name' } },
      ],
    },
    { type: 'paragraph', content: [{ type: 'text', text: 'One' }] },
  ]);
});

test('the body becomes HTML and MJML, and is asked about once where something is lost', async () => {
  const { page, saved } = await openEmail({ html: '<table><tr><td>Hello</td></tr></table>' });
  const code = page.getByRole('textbox', { name: 'HTML of the body' });
  await polled(() => code.textContent()).toContain('<table>');
  await code.click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('{{ user.');
  await page
    .getByRole('list', { name: 'Faults in the HTML' })
    .getByText(/line 1/)
    .waitFor();
  await page.keyboard.type('name }}');
  await holds(async () => String((await saved())['html']).endsWith('{{ user.name }}'));

  await page.getByRole('tab', { name: 'Rich text' }).click();
  const asking = page.getByRole('dialog');
  expect(await asking.textContent()).toMatch(/layout, colours and styles are lost/);
  await asking.getByRole('button', { name: 'Cancel' }).click();
  expect((await saved())['html']).toContain('<table>');
  await page.getByRole('tab', { name: 'Rich text' }).click();
  await asking.getByRole('button', { name: 'Turn' }).click();
  await page.getByRole('textbox', { name: 'Body' }).locator('[data-merge-tag]').waitFor();
  await page.getByRole('tab', { name: 'MJML' }).click();
  await polled(() =>
    page.getByRole('textbox', { name: 'MJML of the body' }).textContent(),
  ).toContain('<mj-text>');
  await holds(async () => (await saved())['mjml'] !== undefined);
  await mail(page).getByText('Hello').waitFor();
});

/** What is asked of an element in the page; the tests are checked without the browser's types. */
interface Node {
  readonly ownerDocument: {
    readonly activeElement: unknown;
    readonly defaultView: {
      readonly innerWidth: number;
      readonly getComputedStyle: (node: unknown) => { readonly color: string };
    };
  };
}

test('a preview shows each person their own, on a phone and a desktop, in light and dark', async () => {
  const { page } = await openEmail({
    subject: 'For {{ user.name }}',
    html: '<p>Your plan: {{ user.plan }}</p>',
    format: 'branded',
  });
  await previewAs(page, 'Ada');
  await mail(page).getByText('Your plan: pro').waitFor();
  const device = page.locator('[data-device]');
  expect(await device.textContent()).toContain('For Ada');
  await previewAs(page, 'Linus');
  await page.getByText('Missing for this person').waitFor();
  expect(await page.getByText('user.plan').first().isVisible()).toBe(true);

  const widthOf = () =>
    mail(page)
      .locator('body')
      .evaluate((node) => (node as unknown as Node).ownerDocument.defaultView.innerWidth);
  expect(await widthOf()).toBeLessThanOrEqual(390);
  await page.getByRole('radio', { name: 'Desktop' }).click();
  await polled(widthOf).toBeGreaterThan(600);
  const colourOf = () =>
    mail(page)
      .getByText('Your plan')
      .evaluate(
        (node) => (node as unknown as Node).ownerDocument.defaultView.getComputedStyle(node).color,
      );
  const inLight = await colourOf();
  await page.getByRole('radio', { name: 'Dark' }).click();
  await polled(colourOf).not.toBe(inLight);
  await page.getByRole('radio', { name: 'Text' }).click();
  expect(await page.getByLabel('Plain text of the email').textContent()).toContain('Your plan:');
});

test('checks lead to the place that they are about', async () => {
  const { page } = await openEmail({ ...EMPTY, subject: 'Hello {{ usr.name }}' });
  await page
    .getByRole('list', { name: 'Checks' })
    .getByRole('button', { name: /usr\.name/ })
    .click();
  await polled(() =>
    page
      .getByLabel('Subject', { exact: true })
      .evaluate((field) => field === (field as unknown as Node).ownerDocument.activeElement),
  ).toBe(true);
  await page.getByLabel('Subject', { exact: true }).fill('Hello {{ user.name');
  await page.getByRole('list', { name: 'Checks' }).getByRole('button', { name: /Error/ }).waitFor();
});

test('a test goes to a member of the workspace, with the values of the person that is looked at', async () => {
  await signIn(server, {
    role: 'editor',
    workspaceId: server.live.id,
    email: 'grace@tidewater.example',
  });
  const { page } = await openEmail({ subject: 'For {{ user.name }}' }, { side: 'live' });
  await previewAs(page, 'Ada');
  await page.getByRole('button', { name: 'Send a test' }).click();
  await page.getByLabel('To', { exact: true }).selectOption('grace@tidewater.example');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText('The test was sent').first().waitFor();
  await holds(() => sink.accepted.length === 1);
  expect(sink.accepted[0]!.to).toBe('grace@tidewater.example');
  expect(sink.accepted[0]!.raw!.toString()).toContain('Subject: [Test] For Ada');
});

test('variants are said, weighed and saved, with a rule for the winner', async () => {
  const { page, saved } = await openEmail({ subject: 'One' });
  await page.getByRole('button', { name: 'Test variants' }).click();
  await page.getByRole('tab', { name: /^B \d/ }).waitFor();
  await page.getByLabel('Subject', { exact: true }).fill('Two');
  await page.getByLabel('Weight').fill('150');
  await page.getByRole('checkbox', { name: /Decide by itself/ }).check();
  await page.getByRole('tab', { name: /^A 25%/ }).click();
  expect(await page.getByLabel('Subject', { exact: true }).inputValue()).toBe('One');
  await holds(async () => (await saved())['winner'] !== undefined);
  const { subject, variants, winner } = await saved();
  expect({ subject, variants, winner }).toEqual({
    subject: 'One',
    variants: [
      { name: 'A', weight: 50 },
      { name: 'B', weight: 150, subject: 'Two' },
    ],
    winner: { metric: 'clicked', after: 1000 },
  });
});

test('on a phone writing and looking are two tabs, and nothing goes sideways', async () => {
  const { page } = await openEmail({ subject: 'Hello', html: '<p>Hi</p>' }, { width: 390 });
  await page.getByLabel('Subject', { exact: true }).waitFor();
  await page.getByRole('radio', { name: /^Preview/ }).click();
  await mail(page).getByText('Hi').waitFor();
  const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
  expect(wide).toBeLessThanOrEqual(390);
});

test('a template is created, written, saved as a version and taken up in an email', async () => {
  opened = await openDashboard(server, { path: '/dashboard/templates' });
  const { page } = opened;
  await page.getByRole('button', { name: 'New', exact: true }).click();
  await page.getByLabel('Name').fill('Letter');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { level: 1, name: 'Letter' }).waitFor();
  await page.getByRole('textbox', { name: 'Body' }).click();
  await page.keyboard.type('Dear reader');
  await page.getByRole('button', { name: 'Save as version 2' }).click();
  await page.getByText('Template · version 2').waitFor();
  await opened.close();
  const { page: editor, saved } = await openEmail({ ...EMPTY, subject: 'Hello' });
  await editor.getByRole('tab', { name: 'Template', exact: true }).click();
  await editor.getByRole('combobox', { name: 'Template' }).selectOption({ label: 'Letter' });
  await mail(editor).getByText('Dear reader').waitFor();
  await holds(async () => typeof (await saved())['template_id'] === 'string');
});
