import { trialKit } from '../../delivery/index.ts';
import { renderInline } from '../../template/index.ts';
import { expect, test } from 'vitest';
import { NIL_UUID } from '../../platform/ids.ts';
import { draftOf, publishedOf } from '../../series/index.ts';
import { mermaidOf } from './mermaid.ts';
import { syntheticPeople } from './people.ts';
import { requestOf } from './request.ts';
import { endOf, simulateScenario } from './simulate-series.ts';
import { tableOf } from './table.ts';

const START = '2026-03-27T10:15:00.000Z';
const EMAIL = { type: 'email', subject: 'Hello {{ user.name }}', html: '<p>Hello</p>' };

function simulated(series: { settings?: object; steps: object[] }, body: object, cap = 0) {
  const { draft } = draftOf({ name: 'Any', ...series });
  const request = requestOf({ start: START, ...body });
  if (request.people.kind !== 'synthetic' || request.start === null) throw new Error('not these');
  const scenario = {
    series: publishedOf({ automationId: NIL_UUID, number: 0, ...draft }, 'UTC'),
    workspace: { id: NIL_UUID, timezone: 'UTC' },
    sender: { workspaceName: 'Any', from: 'a@example.com', replyTo: null },
    kit: trialKit(renderInline().render),
    cap: cap === 0 ? null : { count: cap, days: 7 },
    from: request.start,
    to: endOf(request.start, request),
  };
  return simulateScenario(scenario, syntheticPeople(request.people), request);
}

test('the same simulation says the same, chance of splits and spreads included', async () => {
  const series = {
    settings: { send_window: { start: '09:00', end: '10:00' }, spread_minutes: 30 },
    steps: [
      { id: 'half', type: 'split', branches: [{ weight: 1 }, { weight: 1, next: null }] },
      { id: 'mail', ...EMAIL },
    ],
  };
  const one = await simulated(series, { people: { count: 50 } });
  expect(await simulated(series, { people: { count: 50 } })).toEqual(one);
  expect(one.totals.steps.get('half')?.branches).toEqual({ 0: 28, 1: 22 });
});

test('who leaves by the clock alone leaves at the next full hour', async () => {
  const trial = { field: 'traits.trial_ends_at', operator: 'more_than_ago' };
  const series = {
    settings: { exit: [{ filter: { ...trial, value: { amount: 2, unit: 'days' } } }] },
    steps: [{ id: 'long', type: 'wait', delay: { amount: 30, unit: 'days' } }],
  };
  const people = { count: 1, traits: { trial_ends_at: '2026-03-28T12:30:00Z' } };
  const { timeline } = await simulated(series, { people });
  expect(timeline.at(-1)).toMatchObject({
    at: new Date('2026-03-30T13:00:00Z'),
    what: 'exited',
    reason: 'filter',
  });
});

test('a frequency cap holds emails back, or skips them, as the series says', async () => {
  const steps = [
    { id: 'one', ...EMAIL },
    { id: 'two', ...EMAIL },
  ];
  const late = await simulated({ steps }, { people: { count: 1 } }, 1);
  expect(late.timeline.find(({ stepId, what }) => stepId === 'two' && what === 'sent')?.at).toEqual(
    new Date('2026-04-03T10:15:00Z'),
  );
  const settings = { over_cap: 'skip' };
  const skipped = await simulated({ settings, steps }, { people: { count: 1 } }, 1);
  expect(skipped.timeline.find(({ what }) => what === 'skipped')?.reason).toBe('frequency_cap');
});

test('a step called end, and quotes in subjects, are drawn as what they are', async () => {
  const steps = [{ id: 'end', ...EMAIL, subject: 'So-called "<offer>"' }];
  const { totals } = await simulated({ steps }, { people: { count: 2 } });
  expect(mermaidOf(totals).split('\n')).toEqual([
    'flowchart TD',
    '  enter(["enter"])',
    `  s0["end: sends the email 'So-called #34;#60;offer#62;#34;'"]`,
    '  leave(["end"])',
    '  enter -->|"2"| s0',
    '  s0 -->|"2"| leave',
    '',
  ]);
});

test('a table tells totals first, and how many lines it leaves out', async () => {
  const simulation = await simulated(
    { steps: [{ id: 'mail', ...EMAIL }] },
    { people: { count: 2 } },
  );
  const table = tableOf(simulation, { linesMax: 1 });
  expect(table.split('\n')[0]).toBe(
    '2 people; 2 entered, 2 sent, 2 completed; 0 waiting at the end',
  );
  expect(table).toContain('… and 5 more lines');
});
