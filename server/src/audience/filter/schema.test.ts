import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Fastify from 'fastify';
import { Type } from 'typebox';
import { afterAll, expect, test } from 'vitest';
import {
  EventFilterRef,
  faultsOfEventFilter,
  faultsOfFilter,
  faultsOfStepFilter,
  FILTER_SCHEMAS,
  FilterRef,
  StepFilterRef,
} from './index.ts';
import { RULES } from './operators/index.ts';

/** As the server's own validator: one that coerces or removes would change filters. */
const customOptions = { removeAdditional: false, coerceTypes: false, strict: false } as const;
const app = Fastify({ ajv: { customOptions } });
for (const schema of FILTER_SCHEMAS) app.addSchema(schema);
const body = Type.Object({ filter: EventFilterRef });
app.post('/step', { schema: { body: Type.Object({ filter: StepFilterRef }) } }, async () => ({}));
app.post('/event', { schema: { body } }, async () => ({}));
app.post('/', { schema: { body: Type.Object({ filter: FilterRef }) } }, async () => ({}));
afterAll(() => app.close());

const PRO = { field: 'traits.plan', operator: 'equals', value: 'pro' };

const FILTERS: [boolean, object][] = [
  [true, PRO],
  [true, { not: { and: [{ or: [PRO] }] } }],
  [true, { field: 'user.created_at', operator: 'on', value: '2026-05-01', timezone: 'UTC' }],
  [true, { field: 'traits.tags', operator: 'contains_any', value: ['a', 1, true] }],
  [true, { field: 'traits.n', operator: 'between', value: [1, 2] }],
  [true, { field: 'traits.n', operator: 'is_set' }],
  [
    true,
    {
      event: 'paid',
      operator: 'at_least',
      count: 3,
      within: { amount: 30, unit: 'days' },
      where: [{ not: { field: 'metadata.amount', operator: 'greater_than', value: 10 } }],
    },
  ],
  [false, { and: [] }],
  [false, { ...PRO, operator: 'is' }],
  [false, { ...PRO, extra: 1 }],
  [false, { field: 'traits.n', operator: 'greater_than', value: { a: 1 } }],
  [false, { event: 'paid', operator: 'at_least' }],
  [false, { event: 'paid', operator: 'never', where: [{ event: 'x', operator: 'never' }] }],
];

test.each(FILTERS)('the schema says %s to %j, as the faults do', async (isRight, filter) => {
  const { statusCode } = await app.inject({ method: 'POST', url: '/', payload: { filter } });
  expect(statusCode).toBe(isRight ? 200 : 400);
  expect(faultsOfFilter(filter, '').length === 0).toBe(isRight);
});

test('a filter over one event has a schema of its own', async () => {
  const statusOf = async (filter: object) =>
    (await app.inject({ method: 'POST', url: '/event', payload: { filter } })).statusCode;
  const paid = { field: 'metadata.amount', operator: 'at_least', value: 10 };
  expect(faultsOfEventFilter(paid, '')).toEqual([]);
  expect(await statusOf({ not: paid })).toBe(200);
  expect(await statusOf({ event: 'paid', operator: 'never' })).toBe(400);
});

test('a filter of a step has a schema of its own, which knows emails', async () => {
  const opened = { not: { email: 'welcome', operator: 'opened' } };
  const statusOf = async (url: string, filter: object) =>
    (await app.inject({ method: 'POST', url, payload: { filter } })).statusCode;
  expect(faultsOfStepFilter(opened, '')).toEqual([]);
  expect(await statusOf('/step', opened)).toBe(200);
  expect(await statusOf('/step', { email: 'welcome', operator: 'read' })).toBe(400);
  expect(await statusOf('/', opened)).toBe(400);
});

test('the documentation names every operator', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/filters.md'), 'utf8');
  const missing = RULES.filter(({ operator }) => !page.includes(`\`${operator}\``));
  expect(missing.map(({ operator }) => operator)).toEqual([]);
});
