import { isAbsent, type Fault } from '../../../schedule/fault.ts';
import { canonicalZone } from '../../../schedule/zone.ts';
import type { Condition, ConditionKind } from '../condition.ts';
import { NOTHING_TOUCHED } from '../facts.ts';
import { fieldNamed, neededOf, type Field, type FieldKind } from '../field.ts';
import { FIELD_LENGTH_MAX } from '../limits.ts';
import { RULES } from '../operators/index.ts';
import { below, faultsOfUnknown } from '../paths.ts';
import type { Rule, RuleContext } from '../rule.ts';
import { mayHold, type ColumnType } from '../stored.ts';
import type { JsonSchema } from '../value-shape.ts';
import { valueWords } from '../value-words.ts';

type Members = Readonly<Record<string, unknown>>;

const MEMBERS = ['field', 'operator', 'value', 'timezone'];

/** Conditions over fields: `{"field":"user.plan","operator":"equals","value":"pro"}`. */
export function fieldConditions<S>(kinds: readonly FieldKind<S>[]): ConditionKind<S> {
  return {
    key: 'field',
    faults: (json, { path }) => {
      const field = fieldNamed(kinds, json['field']);
      const faults = faultsOfUnknown(json, MEMBERS, path);
      if (typeof field === 'string') faults.push({ path: below(path, 'field'), message: field });
      const column = typeof field === 'string' ? 'json' : field.column;
      const rules = rulesFor(json['operator'], column);
      if (rules.length === 0) {
        faults.push({ path: below(path, 'operator'), message: operatorFault(column) });
      } else {
        faults.push(...faultsOfValue(json['value'], rules, below(path, 'value')));
      }
      return [...faults, ...faultsOfZone(json['timezone'], rules, below(path, 'timezone'))];
    },
    compile: (json, context) => {
      const field = fieldNamed(kinds, json['field']);
      if (typeof field === 'string') throw new Error(`field ${String(json['field'])} ${field}`);
      return compile(field, json, context);
    },
    schemas: schemasOf(kinds),
  };
}

const rulesFor = (operator: unknown, column: ColumnType): Rule[] =>
  RULES.filter((rule) => rule.operator === operator && mayHold(column, rule.reads));

function operatorFault(column: ColumnType): string {
  const operators = RULES.filter(({ reads }) => mayHold(column, reads)).map(
    ({ operator }) => operator,
  );
  const names = [...new Set(operators)].join(', ');
  return column === 'json'
    ? `must be one of ${names}`
    : `must be, for a ${column}, one of ${names}`;
}

/** The rules that a value is for: `equals` with a number is about numbers. */
const meantBy = (value: unknown, rules: readonly Rule[]): Rule[] =>
  rules.length === 1 ? [...rules] : rules.filter((rule) => rule.isMeant(value));

function faultsOfValue(value: unknown, rules: readonly Rule[], path: string): Fault[] {
  const meant = meantBy(value, rules);
  if (meant.length === 0) {
    const says = [...new Set(rules.map((rule) => rule.says))].join(', or ');
    return [{ path, message: `must be ${says}` }];
  }
  const faults = meant.flatMap((rule) => rule.faults(value, path));
  const known = new Map(faults.map((fault) => [`${fault.path} ${fault.message}`, fault]));
  return [...known.values()];
}

function faultsOfZone(timezone: unknown, rules: readonly Rule[], path: string): Fault[] {
  if (isAbsent(timezone)) return [];
  if (rules.length > 0 && !rules.some(({ reads }) => reads === 'date')) {
    return [{ path, message: 'is only for operators over dates' }];
  }
  if (canonicalZone(timezone) !== null) return [];
  return [{ path, message: 'must be the IANA name of a time zone, such as Europe/Berlin' }];
}

function compile<S>(field: Field<S>, json: Members, context: RuleContext): Condition<S> {
  const { column, ignoresCase = false, part } = field;
  const timezone = canonicalZone(json['timezone']) ?? context.timezone;
  const value = ignoresCase ? inLowerCase(json['value']) : json['value'];
  const rules = meantBy(value, rulesFor(json['operator'], column)).map((rule) =>
    rule.bind(value, { timezone }),
  );
  const read = ignoresCase ? (subject: S) => inLowerCase(field.read(subject)) : field.read;
  const [only] = rules;
  if (only === undefined) throw new Error(`no rule for ${JSON.stringify(json)}`);
  const name = String(json['field']);
  return {
    words: `${name} ${only.words}`,
    needs: neededOf(field),
    touches:
      part === 'properties'
        ? NOTHING_TOUCHED
        : { ...NOTHING_TOUCHED, [part === 'company' ? 'company' : 'user']: true },
    dependsOnTime: rules.some((rule) => rule.isRelative),
    holds:
      rules.length === 1
        ? (subject, now) => only.holds(read(subject), now)
        : (subject, now) => rules.some((rule) => rule.holds(read(subject), now)),
    sql: (sql, now) => {
      const place = field.sql(sql);
      const value = ignoresCase ? sql`lower(${place} collate "C")` : place;
      const alternatives = rules.map((rule) => rule.sql(sql, { column, value }, now));
      const any = alternatives.reduce((left, right) => sql`${left} or ${right}`);
      return sql`(${any})`;
    },
    found: (subject) => {
      const raw = field.read(subject);
      return isAbsent(raw) ? `${name} is not set` : `${name} is ${typedWords(raw)}`;
    },
  };
}

/** The type is said where it may be why a condition does not hold: `'30', a text`. */
function typedWords(raw: unknown): string {
  const words = valueWords(raw);
  if (typeof raw === 'string') return `${words}, a text`;
  if (typeof raw === 'number') return `${words}, a number`;
  return Array.isArray(raw) ? `${words}, a list` : words;
}

/** A to Z only: what `lower` does to other letters differs from database to database. */
function inLowerCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inLowerCase);
  return typeof value === 'string'
    ? value.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
    : value;
}

function schemasOf<S>(kinds: readonly FieldKind<S>[]): JsonSchema[] {
  const fields = kinds
    .filter(({ isElsewhere = false }) => !isElsewhere)
    .map(({ prefix, describes }) => `\`${prefix}.…\`: ${describes}`)
    .join('; ');
  return [...Map.groupBy(RULES, ({ operator }) => operator)].map(([operator, rules]) => {
    const values = rules.flatMap(({ schema }) => (schema === null ? [] : [schema]));
    const ofDates = rules.some(({ reads }) => reads === 'date');
    return {
      title: operator,
      type: 'object',
      required: ['field', 'operator', ...(values.length === 0 ? [] : ['value'])],
      additionalProperties: false,
      properties: {
        field: { type: 'string', maxLength: FIELD_LENGTH_MAX, description: fields },
        operator: { const: operator },
        ...(values.length === 0
          ? {}
          : { value: values.length === 1 ? values[0] : { anyOf: values } }),
        ...(ofDates ? { timezone: { type: 'string', description: 'An IANA name' } } : {}),
      },
    };
  });
}
