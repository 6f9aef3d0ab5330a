import { resolved } from './openapi.mjs';

/** A schema without its null, and whether it had one. */
export function withoutNull(schema) {
  const target = schema ?? {};
  if (target.anyOf === undefined) return { schema: target, isNullable: target.type === 'null' };
  const rest = target.anyOf.filter((each) => each.type !== 'null');
  const isNullable = rest.length < target.anyOf.length;
  if (rest.length !== 1) return { schema: { ...target, anyOf: rest }, isNullable };
  const { anyOf: _all, ...around } = target;
  return { schema: { ...rest[0], ...around }, isNullable };
}

/** The type in a few words: `string`, `list of integer`, `"a" or "b"`. */
export function typeText(given) {
  const { schema, isNullable } = withoutNull(given);
  return isNullable ? `${bareType(schema)} or null` : bareType(schema);
}

function bareType(schema) {
  if (schema.$ref !== undefined) return (resolved(schema).title ?? 'object').toLowerCase();
  const choices = choicesOf(schema);
  if (choices !== null) {
    const words = choices.map((each) => JSON.stringify(each));
    return words.length <= 3 ? words.join(' or ') : `one of ${words.length}`;
  }
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf !== undefined) {
    const texts = [...new Set(schema.anyOf.map((each) => each.title ?? typeText(each)))];
    return texts.length <= 4 ? texts.join(' or ') : `one of ${texts.length} forms`;
  }
  if (schema.type === 'array') return `list of ${typeText(schema.items)}`;
  if (Array.isArray(schema.type)) return schema.type.join(' or ');
  if (schema.format === 'date-time') return 'instant';
  if (schema.format === 'uuid') return 'UUID';
  return schema.type ?? 'any';
}

/** The values of an enumeration, however it is written; null when it is none. */
export function choicesOf(schema) {
  if (Array.isArray(schema.enum)) return schema.enum;
  const parts = schema.anyOf;
  if (parts === undefined || parts.length === 0) return null;
  const all = parts.map((each) => (each.enum?.length === 1 ? each.enum[0] : each.const));
  return all.every((each) => each !== undefined) ? all : null;
}

const number = (value) => value.toLocaleString('en-US');

/** The bounds, in words. */
export function limitsText(given) {
  const { schema } = withoutNull(given);
  const limits = [];
  const choices = choicesOf(schema);
  if (choices !== null && choices.length > 3)
    limits.push(choices.map((each) => `\`${each}\``).join(', '));
  const range = (min, max, unit) => {
    if (min !== undefined && max !== undefined)
      limits.push(
        min === max ? `${number(min)}${unit}` : `${number(min)} to ${number(max)}${unit}`,
      );
    else if (max !== undefined) limits.push(`at most ${number(max)}${unit}`);
    else if (min !== undefined && min > 0) limits.push(`at least ${number(min)}${unit}`);
  };
  range(schema.minLength, schema.maxLength, ' characters');
  range(schema.minItems, schema.maxItems, ' items');
  range(schema.minimum, schema.maximum, '');
  if (schema.exclusiveMinimum !== undefined)
    limits.push(`above ${number(schema.exclusiveMinimum)}`);
  if (schema.maxProperties !== undefined)
    limits.push(`at most ${number(schema.maxProperties)} names`);
  if (schema.default !== undefined) limits.push(`default \`${JSON.stringify(schema.default)}\``);
  return limits.join(' · ');
}

/** What is inside: the fields of an object, of the items of a list, or the forms of a choice. */
export function insideOf(given, depth = 0) {
  const { schema } = withoutNull(given);
  if (schema.$ref !== undefined || depth > 6) return null;
  if (schema.type === 'array') return insideOf(schema.items ?? {}, depth + 1);
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => ({
    name,
    field,
    isRequired: schema.required?.includes(name) === true && field.default === undefined,
  }));
  if (fields.length > 0) return { fields, forms: [] };
  const forms = (schema.anyOf ?? []).filter((each) => insideOf(each, depth + 1) !== null);
  return choicesOf(schema) === null && forms.length > 0 ? { fields: [], forms } : null;
}
