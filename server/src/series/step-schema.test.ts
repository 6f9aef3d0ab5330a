import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Fastify from 'fastify';
import { afterAll, expect, test } from 'vitest';
import { FILTER_SCHEMAS } from '../audience/index.ts';
import { faultsOfSteps } from './graph.ts';
import { StepSchema } from './step-schema.ts';
import { STEP_TYPES } from './steps/index.ts';

const customOptions = { removeAdditional: false, coerceTypes: false, strict: false } as const;
const app = Fastify({ ajv: { customOptions } });
for (const schema of FILTER_SCHEMAS) app.addSchema(schema);
app.post('/', { schema: { body: StepSchema } }, async () => ({}));
afterAll(() => app.close());
const passes = async (payload: object): Promise<boolean> =>
  (await app.inject({ method: 'POST', url: '/', payload })).statusCode === 200;

const DOCS = readFileSync(join(import.meta.dirname, '../../../docs/steps.md'), 'utf8');
const examples = [...DOCS.matchAll(/^```json\n(.*?)^```/gms)].map(
  ([, json = '']) => JSON.parse(json) as Record<string, unknown>,
);

test('every type has an example in the documents, which the rules and the schema let through', async () => {
  const types = new Set(examples.map(({ type }) => type));
  expect([...types].toSorted()).toEqual(STEP_TYPES.map(({ type }) => type).toSorted());
  for (const example of examples) {
    const named = JSON.stringify(example).matchAll(/"(?:next|yes|no|on_timeout)":"(\w+)"/g);
    const ends = [...new Set([...named].map(([, id]) => id))].map((id) => ({ id, type: 'end' }));
    expect(faultsOfSteps([example, ...ends]), JSON.stringify(example)).toEqual([]);
    expect(await passes(example), JSON.stringify(example)).toBe(true);
  }
});

test('the schema knows a step by its type', async () => {
  const [email = {}] = examples;
  const refused: object[] = [
    {},
    { ...email, type: 'wait_for_event' },
    { ...email, type: 'dance' },
    { ...email, id: 'no blanks' },
    { id: 'c', type: 'condition' },
    { id: 's', type: 'split', branches: [{ weight: 0 }, { weight: 1 }] },
  ];
  for (const step of refused) expect(await passes(step), JSON.stringify(step)).toBe(false);
});
