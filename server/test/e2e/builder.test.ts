import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Role } from '../../src/workspace/index.ts';
import {
  closeBrowser,
  dashboardDir,
  openDashboard,
  type OpenDashboard,
} from '../support/dashboard.ts';
import { activeSeries, draftSeries, email, wait } from '../support/series.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

/**
 * Goal: a series is built by mouse, by keyboard alone and on a phone, undone, and changed while people
 * are in it. Method: the real server, a real browser; what counts is the series that the server has.
 */
let server: TestServer;
let opened: OpenDashboard | null = null;

beforeAll(async () => {
  server = await startServer({ dashboardDir: dashboardDir(), hasOwnUrl: true });
  for (const id of ['ada', 'linus']) {
    const traits = { email: `${id}@example.com`, name: id };
    await server.sdk('/users/identify', { user_id: id, traits }, { key: server.test.widgetKey });
  }
});

afterEach(async () => {
  await opened?.close();
  opened = null;
});

afterAll(async () => {
  await closeBrowser();
  await server.close();
});

async function open(id: string, options: { width?: number; role?: Role } = {}): Promise<Page> {
  opened = await openDashboard(server, { path: `/dashboard/automation/${id}`, ...options });
  const { page } = opened;
  const isList = options.width === 390;
  await (isList ? page.getByRole('list', { name: 'Steps' }) : stepAt(page, 'Start')).waitFor();
  return page;
}

/** A card of the canvas or the list; every `+` says after which step it is, too. */
const stepAt = (page: Page, name: string | RegExp) =>
  page.locator('[data-box]').and(page.getByRole('button', { name }));

interface ServerStep {
  readonly id: string;
  readonly type: string;
  readonly branches?: readonly { readonly next: string | null }[];
  readonly [way: string]: unknown;
}

/** Each step with the numbers of those it leads to: `condition → 2, end`. */
async function shapeOf(id: string): Promise<string[]> {
  const steps = (await server.v1('GET', `/series/${id}`)).body.steps as readonly ServerStep[];
  const number = (to: unknown): string =>
    to === null ? 'end' : String(steps.findIndex((step) => step.id === to) + 1);
  return steps.map((step) => {
    const branches = (step.branches ?? []).map(({ next }) => next);
    const ways = [step['next'], step['yes'], step['no'], step['on_timeout'], ...branches];
    const to = ways.filter((way) => way !== undefined).map(number);
    return `${step.type} → ${to.join(', ')}`;
  });
}

const isSaved = (id: string, shape: readonly string[]): Promise<void> =>
  until(async () => expect(await shapeOf(id)).toEqual(shape));

async function addAt(page: Page, plus: string, type: string): Promise<void> {
  await page.getByRole('button', { name: plus, exact: true }).click();
  await page
    .getByRole('menuitem', { name: new RegExp(`^${type}`) })
    .first()
    .click();
}

/** By drag and drop, from the middle of one thing to the middle of another. */
async function drag(page: Page, from: string | RegExp, plus: string): Promise<void> {
  const start = await stepAt(page, from).boundingBox();
  const end = await page.getByRole('button', { name: plus, exact: true }).boundingBox();
  if (start === null || end === null) throw new Error('nothing to drag, or nowhere to drop');
  await page.mouse.move(start.x + start.width / 2, start.y + start.height / 2);
  await page.mouse.down();
  await page.mouse.move(end.x + 40, end.y + 10, { steps: 8 });
  await page.mouse.move(end.x + end.width / 2, end.y + end.height / 2, { steps: 3 });
  await page.mouse.up();
}

test(
  'a branching series is built with the mouse, and the server has it',
  { timeout: 60_000 },
  async () => {
    const id = await draftSeries(server, { steps: [], name: 'Onboarding' });
    const page = await open(id);

    await addAt(page, 'Add a step at the start', 'Email');
    await page.getByText('Not saved: 2 faults').waitFor();
    await page.getByRole('textbox', { name: 'Subject' }).fill('Welcome');
    await page.getByRole('button', { name: 'Write the email' }).click();
    await page.getByRole('tab', { name: 'HTML', exact: true }).click();
    await page.locator('.cm-content').first().fill('<p>Good to have you.</p>');
    await page.getByRole('button', { name: 'Done' }).click();
    await isSaved(id, ['email → end']);

    const palette = page.getByRole('region', { name: 'Steps to add' });
    await palette
      .getByRole('button', { name: /^Split/ })
      .dragTo(page.getByRole('button', { name: 'Add a step after step 1', exact: true }));
    await addAt(page, 'Add a step after step 2, B · 50%', 'Wait For a time');
    await addAt(page, 'Add a step at the start', 'Wait For a time');
    await isSaved(id, ['wait → 2', 'email → 3', 'split → end, 4', 'wait → end']);

    await drag(page, /step 1\b/, 'Add a step after step 3, A · 50%');
    await isSaved(id, ['email → 2', 'split → 3, 4', 'wait → end', 'wait → end']);
    await page.getByText('Saved', { exact: true }).waitFor();

    await stepAt(page, /step 2\b/).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page
      .getByRole('dialog')
      .getByRole('radio', { name: /B · 50%/ })
      .check();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await isSaved(id, ['email → 2', 'wait → end']);
  },
);

test('the same with the keyboard alone', { timeout: 60_000 }, async () => {
  const id = await draftSeries(server, { steps: [], name: 'By keys' });
  const page = await open(id);
  const nameOfFocused = (): Promise<string> =>
    page.evaluate(
      "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent",
    );
  const focused = (name: RegExp) => until(async () => expect(await nameOfFocused()).toMatch(name));
  const go = async (key: string, name: RegExp): Promise<void> => {
    await page.keyboard.press(key);
    await focused(name);
  };
  /** Keys come at once, whether or not the canvas has placed the step that was added before. */
  const add = async (key: string, type: string): Promise<void> => {
    await page.keyboard.press(key);
    await page.getByRole('menu').waitFor();
    await page.keyboard.type(type);
    // The menu moves to what was typed a moment later.
    await focused(new RegExp(`^${type}`));
    await page.keyboard.press('Enter');
  };
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    if ((await nameOfFocused()).startsWith('Start')) break;
  }
  await focused(/^Start/);
  await add('a', 'Wait');
  await add('a', 'Split');
  await add('1', 'Update');
  await focused(/^Update user.*step 3/);
  await go('ArrowUp', /step 2/);
  await add('2', 'Wait');
  await focused(/step 4/);

  // Into the inspector and back.
  await go('ArrowLeft', /step 3/);
  await page.keyboard.press('Enter');
  await focused(/Add a trait/);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Shift+Tab');
  await page.getByRole('textbox', { name: 'Name of trait 1' }).focus();
  await page.keyboard.type('stage');
  await page.keyboard.press('Escape');
  await focused(/step 3/);
  const built = ['wait → 2', 'split → 3, 4', 'update_user → end', 'wait → end'];
  await isSaved(id, built);

  // Copy the wait of the other branch behind it, move it before the split, and take both back.
  await go('ArrowRight', /step 4/);
  await page.keyboard.press('ControlOrMeta+c');
  await page.keyboard.press('ControlOrMeta+v');
  await focused(/step 5/);
  await page.keyboard.press('Alt+ArrowUp');
  await page.keyboard.press('ControlOrMeta+x');
  await page.keyboard.press('Home');
  await page.keyboard.press('ControlOrMeta+v');
  await focused(/step 1/);
  const moved = ['wait → 2', 'wait → 3', 'split → 4, 5', 'update_user → end', 'wait → end'];
  await isSaved(id, moved);
  for (let times = 0; times < 3; times += 1) await page.keyboard.press('ControlOrMeta+z');
  await isSaved(id, built);
  for (let times = 0; times < 3; times += 1) await page.keyboard.press('ControlOrMeta+Shift+z');
  await isSaved(id, moved);
  // The step that was selected went and came back; the focus waits at the start.
  await focused(/^Start/);
  await page.keyboard.press('ArrowDown');
  await focused(/step 1/);
  await page.keyboard.press('Delete');
  await isSaved(id, built);
});

test(
  'several steps are chosen, copied, duplicated and deleted as one',
  { timeout: 60_000 },
  async () => {
    const ids = ['one', 'two', 'three', 'four'];
    const steps = ids.map((id, index) => wait(id, index + 1, 'days'));
    const id = await draftSeries(server, { steps, name: 'Several' });
    const page = await open(id);
    const chosen = (count: number) => page.getByText(`${count} steps chosen`).waitFor();

    await stepAt(page, /step 1\b/).click();
    await stepAt(page, /step 3\b/).click({ modifiers: ['Shift'] });
    await chosen(2);
    expect(await stepAt(page, /step 3\b/).getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('button', { name: 'Duplicate' }).click();
    await chosen(2);
    await isSaved(id, straight(6));

    // Both copies go at once, and come back at once.
    await page.keyboard.press('ControlOrMeta+z');
    await isSaved(id, straight(4));

    // With the keys: the last three, without leaving the canvas.
    await stepAt(page, /step 4\b/).focus();
    await stepAt(page, /step 4\b/).press('ArrowUp');
    await page.keyboard.press('Shift+ArrowDown');
    await chosen(2);
    await page.keyboard.press('ControlOrMeta+c');
    await page.getByText('Copied 2 steps', { exact: true }).waitFor();
    await page.keyboard.press('Delete');
    await isSaved(id, straight(2));
    await page.keyboard.press('ControlOrMeta+v');
    await isSaved(id, straight(4));
    await page.keyboard.press('ControlOrMeta+a');
    await chosen(4);
    await page.keyboard.press('ControlOrMeta+d');
    await isSaved(id, straight(8));
    await page.keyboard.press('Delete');
    await isSaved(id, straight(4));

    // Shift and a drag over the canvas.
    const first = await stepAt(page, /step 1\b/).boundingBox();
    const second = await stepAt(page, /step 2\b/).boundingBox();
    if (first === null || second === null) throw new Error('no steps');
    await page.keyboard.down('Shift');
    await page.mouse.move(first.x - 60, first.y + 5);
    await page.mouse.down();
    await page.mouse.move(second.x + 30, second.y + 5, { steps: 4 });
    await page.mouse.up();
    await page.keyboard.up('Shift');
    await chosen(2);
    await page.keyboard.press('Escape');
    await page.getByText('2 steps chosen').waitFor({ state: 'detached' });
  },
);

test('of a long series there is an overview', { timeout: 60_000 }, async () => {
  const steps = Array.from({ length: 200 }, (_, index) => wait(`wait-${index}`, 1, 'days'));
  const id = await draftSeries(server, { steps, name: 'Long' });
  const page = await open(id);
  const overview = page.getByRole('img', { name: 'Overview of the series' });
  await overview.waitFor();
  const last = stepAt(page, /step 200\b/);
  const isInView = async (): Promise<boolean> => {
    const [box, frame] = [await last.boundingBox(), await canvasOf(page).boundingBox()];
    if (box === null || frame === null) return false;
    return box.y >= frame.y - 1 && box.y + box.height <= frame.y + frame.height + 1;
  };
  expect(await isInView()).toBe(false);
  await stepAt(page, 'Start').focus();
  await page.keyboard.press('f');
  await until(async () => expect(await isInView()).toBe(true));
});

const canvasOf = (page: Page) => page.getByRole('region', { name: 'Canvas' });

/** So many waits, one after the other. */
const straight = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `wait → ${at + 1 === count ? 'end' : at + 2}`);

test('on a phone the series is a list that does all of it', { timeout: 60_000 }, async () => {
  const steps = [wait('one', 1, 'days'), email('two'), wait('three', 3, 'days')];
  const id = await draftSeries(server, { steps, name: 'Small' });
  const page = await open(id, { width: 390 });
  const overflow = (): Promise<number> =>
    page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  expect(await overflow()).toBe(0);

  await addAt(page, 'Add a step after step 3', 'Split');
  await stepAt(page, /step 4/).waitFor();
  await page.getByRole('button', { name: 'Step 1: more' }).click();
  await page.getByRole('menuitem', { name: 'Move down' }).click();
  await isSaved(id, ['email → 2', 'wait → 3', 'wait → 4', 'split → end, end']);
  await stepAt(page, /Wait 1 day.*step 2/).click();
  await page.getByRole('spinbutton', { name: 'Wait' }).fill('5');
  await page.getByRole('button', { name: 'Delete', exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await stepAt(page, /Wait 5 days.*step 2/).waitFor();
  await page.getByRole('button', { name: 'Step 1: more' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await isSaved(id, ['wait → 2', 'wait → 3', 'split → end, end']);
  expect(await overflow()).toBe(0);
});

test(
  'a change is published with people in it: what it does to them is said, and then done',
  { timeout: 60_000 },
  async () => {
    const steps = [
      email('hi'),
      wait('pause', 3, 'days'),
      email('bye'),
      wait('rest', 9, 'days'),
      email('again'),
    ];
    const id = await activeSeries(server, { steps, name: 'In use', settings: {} });
    const enrolled = await server.v1('POST', `/series/${id}/enroll`, { users: ['ada', 'linus'] });
    expect(enrolled.status, enrolled.text).toBeLessThan(300);
    await server.v1('POST', '/test_clock/advance', { by: { hours: 1 } });

    const page = await open(id);
    const waiting = stepAt(page, /step 2, .*2 waiting/);
    await page.getByRole('button', { name: /People at this step: 2 waiting/ }).click();
    await page.getByRole('dialog').getByRole('link', { name: 'ada' }).waitFor();
    await page.keyboard.press('Escape');
    await waiting.click();
    await page.keyboard.press('Delete');
    await isSaved(id, ['email → 2', 'email → 3', 'wait → 4', 'email → end']);

    await page.getByRole('button', { name: 'Publish changes' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Removed:').waitFor();
    await dialog.getByText('People in flight: 2').waitFor();
    await dialog.getByRole('radio', { name: 'They are moved to this version' }).check();
    await dialog.getByText(/2 people at pause \(version 1\) which is gone/).waitFor();
    await dialog.getByText('2 people are due at an email at once.').waitFor();
    await dialog.getByRole('button', { name: 'Publish' }).click();
    await page.getByText('Active · version 2').waitFor();
    await until(async () => {
      const button = page.getByRole('button', { name: 'Publish changes' });
      expect(await button.isDisabled()).toBe(true);
    });

    await page.getByRole('button', { name: 'Pause' }).click();
    await page
      .getByRole('dialog')
      .getByText(/2 people stand still/)
      .waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Paused · version 2').waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
    await page.getByText('Active · version 2').waitFor();

    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Archive' }).click();
    await page
      .getByRole('dialog')
      .getByText(/Removes 2 pending steps: 2 people leave/)
      .waitFor();
    expect(await dialog.getByRole('button', { name: 'Archive' }).isDisabled()).toBe(true);
    await dialog.getByRole('textbox').fill('In use');
    await dialog.getByRole('button', { name: 'Archive' }).click();
    await page.getByText('Archived · version 2').waitFor();
  },
);

test(
  'what somebody else saved meanwhile is never overwritten without a word',
  { timeout: 60_000 },
  async () => {
    const id = await draftSeries(server, { name: 'Shared' });
    const page = await open(id);
    const refused: string[] = [];
    page.on('response', (answer) => {
      if (answer.status() === 400) refused.push(answer.url());
    });
    await stepAt(page, /step 2\b/).click();
    // A draft with a fault stays here.
    await page.getByRole('spinbutton', { name: 'Wait' }).fill('');
    await page.getByText(/Not saved: 1 fault/).waitFor();
    const steps = [email('welcome'), wait('day', 1, 'days'), email('second'), email('third')];
    const put = await server.v1('PUT', `/series/${id}`, { name: 'Shared', steps });
    expect(put.status, put.text).toBe(200);
    await page.getByRole('spinbutton', { name: 'Wait' }).fill('2');
    const dialog = page.getByRole('dialog', { name: 'Somebody else changed this series' });
    await dialog.getByText('Subject of third').waitFor();
    expect(await shapeOf(id)).toHaveLength(4);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Decide…' }).click();
    await dialog.getByRole('button', { name: 'Keep mine, overwrite theirs' }).click();
    await isSaved(id, ['email → 2', 'wait → 3', 'email → end']);
    // Nothing was ever asked for that the server had to refuse.
    expect(refused).toEqual([]);

    // Nor is it published unseen, when it comes after the last look at it.
    await page.route(
      '**/activate*',
      async (route) => {
        const theirs = [...steps, email('fourth')];
        await server.v1('PUT', `/series/${id}`, { name: 'Shared', steps: theirs });
        await route.continue();
      },
      { times: 1 },
    );
    await page.getByRole('button', { name: 'Activate', exact: true }).click();
    const asked = page.getByRole('dialog', { name: 'Activate Shared?' });
    await asked.getByRole('button', { name: 'Activate' }).click();
    await dialog.getByText('Subject of fourth').waitFor();
    expect((await server.v1('GET', `/series/${id}`)).body.status).toBe('draft');
    await dialog.getByRole('button', { name: 'Take theirs' }).click();
    await stepAt(page, /step 5\b/).waitFor();
    await page.getByRole('button', { name: 'Activate', exact: true }).click();
    await asked.getByRole('button', { name: 'Activate' }).click();
    await page.getByText('Shared is active', { exact: true }).waitFor();
  },
);

test(
  'what the server refuses is kept in the browser, and is there again',
  { timeout: 60_000 },
  async () => {
    const id = await draftSeries(server, { name: 'Kept' });
    const page = await open(id);
    await addAt(page, 'Add a step after step 3', 'Webhook');
    await page.getByText(/Not saved: 1 fault/).waitFor();
    expect(await shapeOf(id)).toHaveLength(3);
    page.on('dialog', (asked) => void asked.accept());
    await page.reload();
    await stepAt(page, /step 4/).click();
    await page.getByRole('textbox', { name: 'Address' }).fill('https://example.com/hook');
    await isSaved(id, ['email → 2', 'wait → 3', 'email → 4', 'webhook → end']);
  },
);

test('a viewer sees everything and changes nothing', { timeout: 60_000 }, async () => {
  const id = await draftSeries(server, { name: 'Seen' });
  const page = await open(id, { role: 'viewer' });
  await page.getByText('You may look, not change').waitFor();
  await stepAt(page, /step 2\b/).click();
  expect(await page.getByRole('spinbutton', { name: 'Wait' }).isDisabled()).toBe(true);
  for (const name of ['Delete', 'Activate', 'Add a step at the start']) {
    expect(await page.getByRole('button', { name, exact: true }).count(), name).toBe(0);
  }
  await page.keyboard.press('Delete');
  expect(await shapeOf(id)).toHaveLength(3);
});
