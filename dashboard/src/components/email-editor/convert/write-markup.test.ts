import { expect, test } from 'vitest';
import { bodyFaults } from '../../../../../server/src/template/email-source.ts';
import { bodyAs, isBodyEmpty, lossOf } from './convert-body.ts';
import { htmlOfMjml } from './read-markup.ts';
import { htmlOfContent, mjmlOfContent } from './write-markup.ts';
import type { ContentNode } from '../email-fields.ts';

const DOC: ContentNode = {
  type: 'doc',
  content: [
    { type: 'heading', attrs: { level: 1 }, content: [{ type: 'text', text: 'Hello & welcome' }] },
    {
      type: 'paragraph',
      content: [
        { type: 'text', text: 'Dear ' },
        { type: 'mergeTag', attrs: { name: 'user.name', fallback: 'you' } },
        { type: 'text', text: ', {{ user.a | append: "&" }} read', marks: [{ type: 'bold' }] },
      ],
    },
    { type: 'button', attrs: { text: 'Start', href: 'https://example.com/?a=1&b=2' } },
    { type: 'image', attrs: { src: 'https://example.com/a.png', alt: '"A"' } },
  ],
};

test('rich text becomes HTML with its words escaped and its Liquid left alone', () => {
  expect(htmlOfContent(DOC).split('\n')).toEqual([
    '<h1>Hello &amp; welcome</h1>',
    '<p>Dear {{ user.name | default: "you" }}<strong>, {{ user.a | append: "&" }} read</strong></p>',
    '<p><a class="button" href="https://example.com/?a=1&amp;b=2">Start</a></p>',
    '<p><img src="https://example.com/a.png" alt="&quot;A&quot;"></p>',
  ]);
});

test('rich text becomes an MJML document that the server takes', () => {
  const mjml = mjmlOfContent(DOC);
  expect(bodyFaults({ mjml })).toEqual([]);
  expect(mjml).toContain('<mj-button href="https://example.com/?a=1&amp;b=2">Start</mj-button>');
});

test('columns stay side by side in MJML, and come one below the other in HTML', () => {
  const column = { type: 'column', content: [{ type: 'paragraph' }] };
  const doc: ContentNode = {
    type: 'doc',
    content: [{ type: 'columns', content: [column, column] }],
  };
  expect(mjmlOfContent(doc).match(/<mj-column>/g)).toHaveLength(2);
  expect(lossOf({ content: doc }, 'html')).toMatch(/Columns/);
  expect(lossOf({ content: doc }, 'mjml')).toBeNull();
});

test('the words of MJML are found again', () => {
  expect(htmlOfMjml(mjmlOfContent(DOC))).toContain('Dear {{ user.name | default: "you" }}');
  expect(htmlOfMjml('<mjml><mj-body><mj-text>Hi</mj-text></mj-body></mjml>')).toBe('<p>Hi</p>');
});

test('one is asked only where something would be lost', () => {
  expect(
    lossOf({ html: '<p>Hello <a href="https://a.example">you</a></p>' }, 'content'),
  ).toBeNull();
  expect(lossOf({ html: '<table><tr><td>Hello</td></tr></table>' }, 'content')).toMatch(/layout/);
  expect(lossOf({ html: '' }, 'content')).toBeNull();
  expect(lossOf({ content: DOC, format: 'branded' }, 'mjml')).toMatch(/branded/);
  expect(isBodyEmpty({})).toBe(true);
  expect(bodyAs({}, 'html')).toBe('');
});
