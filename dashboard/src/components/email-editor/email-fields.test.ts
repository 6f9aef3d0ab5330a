import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changedBy } from '../../../../server/src/series/email-fields.ts';
import {
  bodyKindOf,
  changed,
  effectiveOf,
  type EmailFields,
  type EmailSaid,
  faultsBelow,
  freeName,
  withBody,
  withEdited,
} from './email-fields.ts';

const word = fc.constantFrom('one', 'two', 'three');
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const clean = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
const body = fc.oneof(
  word.map((html) => ({ html })),
  word.map((mjml) => ({ mjml })),
  word.map((text) => ({
    content: { type: 'doc', content: [{ type: 'html', attrs: { html: text } }] },
  })),
  fc
    .tuple(word, optional(fc.integer({ min: 1, max: 3 })))
    .map(([id, version]) => clean({ template_id: id, template_version: version })),
);
const said = fc
  .record({
    subject: word,
    preheader: optional(word),
    text: optional(word),
    from: optional(word),
    reply_to: optional(word),
  })
  .map(clean);
const read = fc
  .tuple(said, body)
  .map(([words, own]): EmailSaid => ({ ...words, ...own }) as EmailSaid);

test('a variant reads as it was edited, and so does the server read it', () => {
  fc.assert(
    fc.property(read, read, read, (base, first, edited) => {
      const email: EmailFields = {
        ...base,
        purpose: 'marketing',
        variants: [
          { name: 'A', weight: 50 },
          { name: 'B', weight: 50, ...first },
        ],
      };
      const next = withEdited(email, 1, { ...edited, purpose: 'marketing' });
      const variant = next.variants![1]!;
      expect(effectiveOf(next, variant)).toEqual({ ...edited, purpose: 'marketing' });
      const { name: _name, weight: _weight, ...own } = variant;
      const { variants: _variants, ...rest } = next;
      expect(changedBy(rest as never, own as never)).toEqual({ ...edited, purpose: 'marketing' });
      // The email itself and the other variant are as they were.
      expect(effectiveOf(next, null)).toEqual(effectiveOf(email, null));
      expect(next.variants![0]).toEqual({ name: 'A', weight: 50 });
    }),
  );
});

test('what an email does not say about is kept, also a next that says with null that it is the last', () => {
  const step = { id: 'a', type: 'email', next: null, subject: 'x', html: 'y', preheader: 'z' };
  const next = withEdited(step, null, changed(step as EmailFields, { preheader: null }));
  expect(next).toEqual({ id: 'a', type: 'email', next: null, subject: 'x', html: 'y' });
});

test('an email has one body, and a whole document no format', () => {
  const email: EmailFields = { subject: 'x', html: 'y', format: 'branded' };
  expect(withBody(email, 'content', {})).toEqual({ subject: 'x', content: {}, format: 'branded' });
  const whole = withBody(email, 'mjml', '<mjml/>');
  expect(whole).toEqual({ subject: 'x', mjml: '<mjml/>' });
  expect(bodyKindOf(whole)).toBe('mjml');
});

test('a new variant gets the first letter that is free', () => {
  expect(
    freeName([
      { name: 'A', weight: 1 },
      { name: 'C', weight: 1 },
    ]),
  ).toBe('B');
});

test('faults are told at their place and below it', () => {
  const faults = [
    { path: 'html', message: 'a' },
    { path: 'html/x', message: 'b' },
    { path: 'htmlish', message: 'c' },
  ];
  expect(faultsBelow(faults, 'html')).toEqual([
    { path: '', message: 'a' },
    { path: 'x', message: 'b' },
  ]);
});
