import { choicesOf, withoutNull } from './schema.mjs';
import { resolved } from './openapi.mjs';

const ID = '0198f2a4-6c1e-7d31-9a57-3f0c2b8e4d10';
const INSTANT = '2026-11-23T14:00:00.000Z';
/** What names tend to mean; each is used only where the schema takes it. */
const BY_NAME = {
  user_id: 'ada',
  company_id: 'tidewater',
  email: 'ada@example.com',
  address: 'ada@example.com',
  name: 'Ada',
  timezone: 'Europe/London',
  url: 'https://example.com/hooks',
  subject: 'Welcome',
  html: '<p>Hello</p>',
  event_type: 'invoice_paid',
  country: 'DE',
  locale: 'en-GB',
  time: '09:00',
  start: '09:00',
  end: '17:00',
  step_id: 'welcome',
  from: 'Tidewater <hello@example.com>',
  error: 'What is wrong, and what to do',
  password: 'a long sentence nobody guesses',
  domain: 'example.com',
  id: ID,
};
const BY_FORMAT = {
  uuid: ID,
  'date-time': INSTANT,
  date: '2026-11-23',
  email: 'ada@example.com',
  uri: 'https://example.com/',
};
const DEPTH_MAX = 6;
/** Optional fields that show what a call is for. */
const SHOWN = new Set([
  'traits',
  'settings',
  'steps',
  'name',
  'subject',
  'html',
  'properties',
  'filter',
]);

/**
 * A value that the schema takes; a test holds every example of the site to its schema.
 *
 * @param whole also gives the fields that may be left out, as an answer has them
 */
export function exampleOf(given, { name = '', whole = false, depth = 0 } = {}) {
  const { schema: bare, isNullable } = withoutNull(given);
  const schema = bare.$ref === undefined ? bare : filterOf(bare);
  if (schema.example !== undefined) return schema.example;
  if (schema.const !== undefined) return schema.const;
  const choices = choicesOf(schema);
  if (choices !== null) return choices[0];
  if (schema.default !== undefined && schema.default !== null) return schema.default;
  if (depth > DEPTH_MAX && isNullable) return null;
  const inner = { name, whole, depth: depth + 1 };
  if (schema.anyOf !== undefined) return exampleOf(schema.anyOf[0] ?? {}, inner);
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object':
      return objectOf(schema, inner);
    case 'array':
      return arrayOf(schema, inner);
    case 'string':
      return stringOf(schema, name);
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 0, (schema.exclusiveMinimum ?? -1) + 1, 1) || 1;
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return schema.properties === undefined ? {} : objectOf(schema, inner);
  }
}

/** Rules refer to themselves; a small one says enough. */
function filterOf(reference) {
  const schema = resolved(reference);
  const byTitle = {
    Filter: { field: 'traits.plan', operator: 'equals', value: 'pro' },
    StepFilter: { field: 'traits.plan', operator: 'equals', value: 'pro' },
    CompanyFilter: { field: 'plan', operator: 'equals', value: 'pro' },
    EventFilter: { field: 'metadata.amount', operator: 'greater_than', value: 10 },
  };
  return schema.title in byTitle ? { example: byTitle[schema.title] } : schema;
}

function objectOf(schema, { whole, depth, name }) {
  if (name === 'traits') return { name: 'Ada', plan: 'pro' };
  const required = new Set(schema.required ?? []);
  const entries = Object.entries(schema.properties ?? {});
  const some = entries.filter(
    ([key]) => whole || required.has(key) || (depth <= 2 && SHOWN.has(key)),
  );
  const shown = some.length === 0 && depth <= 1 ? entries.slice(0, 3) : some;
  return Object.fromEntries(
    shown.map(([key, field]) => [key, exampleOf(field, { name: key, whole, depth })]),
  );
}

const arrayOf = (schema, inner) =>
  Array.from({ length: Math.max(schema.minItems ?? 1, 1) }, () =>
    exampleOf(schema.items ?? {}, { ...inner, name: inner.name.replace(/s$/, '') }),
  );

function stringOf(schema, name) {
  const fits = (text) =>
    text !== undefined &&
    (schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(text)) &&
    text.length >= (schema.minLength ?? 0) &&
    text.length <= (schema.maxLength ?? Infinity);
  const byFormat = BY_FORMAT[schema.format];
  if (byFormat !== undefined) return byFormat;
  const isInstant = /(_at|_for|^at|^now|^to)$/.test(name) && !/reply/.test(name);
  const candidates = [
    BY_NAME[name],
    isInstant ? INSTANT : undefined,
    `${name || 'text'}`,
    'a',
    '1',
  ];
  return (
    candidates.find(fits) ??
    ['09:00', '2026-11', '2026-11-23', 'x'.repeat(schema.minLength ?? 1)].find(fits) ??
    '…'
  );
}
