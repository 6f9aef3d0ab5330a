import {
  factsNeeded,
  filterOf,
  matches,
  type Facts,
} from '../../server/src/audience/filter/index.ts';
import { loadFacts, usersByIds } from '../../server/src/audience/index.ts';
import { connect, type Pool } from '../../server/src/platform/db.ts';
import { answerCalls } from '../child.ts';
import { perSecond } from '../measure.ts';

const within = { amount: 30, unit: 'days' };
/** Conditions of every kind, each a filter, so that none spares another. */
const CONDITIONS = [
  { field: 'user.plan', operator: 'one_of', value: ['team', 'pro'] },
  { field: 'user.email', operator: 'ends_with', value: '@example.org' },
  { field: 'user.seats', operator: 'at_least', value: 10 },
  { field: 'traits.address.city', operator: 'equals', value: 'Berlin' },
  { field: 'user.trial_ends_at', operator: 'within_next', value: within },
  { field: 'user.created_at', operator: 'more_than_ago', value: within },
  { field: 'user.tags', operator: 'contains_any', value: ['beta', 'vip'] },
  { field: 'company.employee_count', operator: 'between', value: [10, 50] },
  { field: 'user.phone', operator: 'is_not_set' },
  { event: 'paid', operator: 'at_least', count: 3, within },
];
const FILTERS = CONDITIONS.map((json) => filterOf(json, { timezone: 'Europe/Berlin' }));
const PEOPLE = 1_000;
const NOW = new Date('2027-03-01T12:00:00Z');
const DAY_MS = 86_400_000;

/** What a series may ask of many people at once. */
const LOADED = filterOf({
  and: [
    { event: 'paid', operator: 'at_least', count: 3, within },
    { event: 'opened', operator: 'never' },
    { field: 'company.plan', operator: 'is_set' },
  ],
});

const countKey = FILTERS.flatMap((filter) => factsNeeded(filter).events)[0]?.key ?? '';
const people: readonly Facts[] = Array.from({ length: PEOPLE }, (_, i) => factsOf(i));

let db: Pool;

answerCalls({
  start: async ({ url }: { url: string }) => {
    db = connect(url, { max: 4 });
  },

  /** @returns conditions per second */
  judge: ({ count }: { count: number }) => {
    let held = 0;
    const startedMs = performance.now();
    for (let i = 0; i < count; i += 1) {
      const filter = FILTERS[i % FILTERS.length];
      const facts = people[Math.floor(i / FILTERS.length) % PEOPLE];
      if (filter !== undefined && facts !== undefined && matches(filter, facts, NOW)) held += 1;
    }
    const ms = performance.now() - startedMs;
    if (held === 0 || held === count) throw new Error(`${held} of ${count} hold`);
    return perSecond(count, ms);
  },

  /** @returns milliseconds for one batch of people */
  load: async ({ people: limit, times }: { people: number; times: number }) => {
    const refs = await db<{ bucket: number; id: string }[]>`
      select bucket, id from users order by random() limit ${limit}
    `;
    const needs = factsNeeded(LOADED);
    const now = new Date();
    const startedMs = performance.now();
    for (let i = 0; i < times; i += 1) {
      const users = await usersByIds(db, refs);
      const asks = [...users].map(([key, user]) => ({ key, user, needs, now }));
      const facts = await loadFacts(db, asks);
      if (facts.size !== limit) throw new Error(`${facts.size} of ${limit} people`);
    }
    return (performance.now() - startedMs) / times;
  },
});

function factsOf(index: number): Facts {
  const at = new Date(NOW.getTime() - (index % 90) * DAY_MS);
  return {
    user: {
      externalId: `user_${index}`,
      email: `user_${index}@example.${index % 2 === 0 ? 'org' : 'com'}`,
      name: 'Ada',
      timezone: null,
      locale: null,
      signedUpAt: at,
      traits: {
        plan: index % 3 === 0 ? 'pro' : 'free',
        seats: index % 40,
        address: { city: index % 5 === 0 ? 'Berlin' : 'Paris' },
        trial_ends_at: new Date(NOW.getTime() + (index % 60) * DAY_MS).toISOString(),
        tags: index % 4 === 0 ? ['a', 'beta'] : ['a'],
      },
      context: {},
      firstSeen: at,
      lastSeen: at,
      createdAt: at,
      updatedAt: at,
    },
    company:
      index % 2 === 0
        ? null
        : {
            externalId: 'acme',
            name: 'Acme',
            domain: 'acme.example',
            industry: null,
            plan: 'team',
            employeeCount: index % 100,
            signedUpAt: null,
            traits: {},
            firstSeen: at,
            lastSeen: at,
            createdAt: at,
            updatedAt: at,
          },
    events: [],
    counts: new Map([[countKey, index % 5]]),
  };
}
