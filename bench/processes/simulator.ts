import { trialKit } from '../../server/src/delivery/index.ts';
import { renderInline } from '../../server/src/template/index.ts';
import { requestOf, simulateScenario, syntheticPeople } from '../../server/src/enrollment/index.ts';
import { NIL_UUID } from '../../server/src/platform/ids.ts';
import { draftOf, publishedOf } from '../../server/src/series/index.ts';
import { answerCalls } from '../child.ts';

const START = new Date('2026-01-05T08:00:00Z');
const END = new Date('2027-01-05T08:00:00Z');
const delay = (amount: number, unit: string) => ({ amount, unit });
const email = (id: string) => ({
  id,
  type: 'email',
  subject: 'Hello {{ user.name }}',
  html: '<p>You are on <b>{{ traits.plan }}</b>. <a href="https://example.com">More</a></p>',
});

const STEPS = [
  email('welcome'),
  { id: 'settle', type: 'wait', delay: delay(10, 'business_days') },
  { id: 'pro', type: 'condition', filter: isPro(), yes: 'thanks', no: 'order' },
  email('thanks'),
  {
    id: 'order',
    type: 'wait_for_event',
    event_type: 'order_placed',
    timeout: delay(60, 'days'),
    on_timeout: 'half',
  },
  email('ordered'),
  { id: 'half', type: 'split', branches: [{ weight: 1 }, { weight: 1, next: 'mark' }] },
  email('offer'),
  { id: 'mark', type: 'update_user', set: { stage: 'late {{ user.name }}' } },
  { id: 'monday', type: 'wait', until: { weekday: [1], time: '09:00' } },
  email('last'),
  { id: 'rest', type: 'wait', delay: delay(20, 'weeks') },
];

function isPro() {
  return { field: 'traits.plan', operator: 'equals', value: 'pro' };
}

answerCalls({
  /** @returns milliseconds */
  simulate: async ({ people: count, isTimed }: { people: number; isTimed: boolean }) => {
    const often = { event: 'order_placed', operator: 'at_least', count: 5 };
    const goal = { filter: { ...often, within: delay(30, 'days') } };
    const settings = {
      timezone: 'Europe/Berlin',
      send_window: { start: '09:00', end: '17:00' },
      business_days_only: true,
      holidays: { country: 'DE' },
      ...(isTimed ? { goal } : {}),
    };
    const { draft } = draftOf({ name: 'A year', settings, steps: STEPS });
    const request = requestOf({
      days: 365,
      people: {
        count,
        zones: ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Sydney'],
        traits: [{ plan: 'pro' }, { plan: 'free' }],
      },
      enter_over: delay(30, 'days'),
      events: [20, 200].map((days) => ({ after: delay(days, 'days'), event_type: 'order_placed' })),
    });
    if (request.people.kind !== 'synthetic') throw new Error('these people exist');
    const startedMs = performance.now();
    const scenario = {
      series: publishedOf({ automationId: NIL_UUID, number: 0, ...draft }, 'UTC'),
      workspace: { id: NIL_UUID, timezone: 'UTC' },
      sender: { workspaceName: 'Bench', from: 'Bench <bench@example.com>', replyTo: null },
      kit: trialKit(renderInline().render),
      cap: null,
      from: START,
      to: END,
    };
    const { totals, truncated } = await simulateScenario(
      scenario,
      syntheticPeople(request.people),
      request,
    );
    const ms = performance.now() - startedMs;
    const { entered, completed } = totals.counts;
    if (entered !== count || completed !== count || truncated !== null) {
      throw new Error(`${entered} entered, ${completed} completed, truncated: ${truncated}`);
    }
    return ms;
  },
});
