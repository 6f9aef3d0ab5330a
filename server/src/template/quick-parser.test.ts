import fc from 'fast-check';
import { expect, test } from 'vitest';
import { htmlEngine, parseTemplate, plainEngine } from './engine.ts';

const paths = [
  'user',
  'user.name',
  'user.tags',
  'user.tags[0]',
  'user["name"]',
  'user.tags.first',
  'user[key]',
  '"lit".size',
  'user[user.name]',
];
const more = [
  'user.tags.size',
  'nothing',
  'user.nothing.deep',
  'x',
  'forloop.index',
  '"lit"',
  "'<'",
  '12',
  '1.5',
  'nil',
  'true',
  'empty',
  '(1..3)',
  'user.tags.last',
  'user.name.size',
];
const filters = [
  'upcase',
  'escape',
  'strip',
  'size',
  'default: "d"',
  'default: user.name',
  'append: "<"',
  'join: ", "',
  'first',
  'json',
  'plus: 1',
  'date: "%Y"',
  'truncate: 3, "…"',
  'split: ""',
  'sort',
  'map: "a"',
  'newline_to_br',
  'default: false, allow_false: true',
  'replace: "a", user.name',
  'slice: 0, 2',
  'where: "a", 1',
  'escape_once',
  'url_encode',
];

const expression = fc
  .tuple(
    fc.constantFrom(...paths, ...more),
    fc.array(fc.constantFrom(...filters), { maxLength: 3 }),
  )
  .map(([operand, chain]) => [operand, ...chain].join(' | '));
const { template } = fc.letrec<{ template: string; node: string }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('text ', '<p class="a">', '\n', ' '),
    expression.map((source) => `{{ ${source} }}`),
    expression.map((source) => `{{- ${source} -}}`),
    tie('template').map((inner) => `{% if user.name %}${inner}{% else %}${inner}!{% endif %}`),
    tie('template').map((inner) => `{% for x in user.tags %}${inner}{% endfor %}`),
    tie('template').map((inner) => `{% capture x %}${inner}{% endcapture %}{{ x }}`),
    expression.map((source) => `{% assign x = ${source} %}`),
  ),
  template: fc.array(tie('node'), { maxLength: 5 }).map((nodes) => nodes.join('')),
}));

const user = fc.record({
  name: fc.constantFrom<unknown>(
    'Ada',
    '<b>',
    "O'N & x",
    '',
    null,
    0,
    false,
    ['a', '<'],
    { a: 1 },
    '2026-01-01',
  ),
  tags: fc.constantFrom<unknown>([], ['a', 'b<'], [{ a: 1 }, { a: 2 }], 'tags', null, {
    size: 7,
    first: 'f',
  }),
});

/**
 * Goal: the short cut renders what LiquidJS renders. Method: random templates and facts through
 * both, outputs and errors compared.
 */
test('what renders without generators renders alike', () => {
  fc.assert(
    fc.property(
      template,
      user,
      fc.constantFrom(htmlEngine, plainEngine),
      (source, person, engine) => {
        const facts = () => ({ user: person, key: 'name', now: '2026-01-01T00:00:00Z' });
        const outcome = (parse: () => ReturnType<typeof parseTemplate>): string => {
          try {
            return String(engine.renderSync(parse(), facts()));
          } catch (error) {
            return `failed: ${error instanceof Error ? error.message : String(error)}`;
          }
        };
        expect(outcome(() => parseTemplate(engine, source))).toBe(
          outcome(() => engine.parse(source)),
        );
      },
    ),
    { numRuns: 2_000 },
  );
});
