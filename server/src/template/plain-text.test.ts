import { expect, test } from 'vitest';
import { compileEmail, renderEmail } from './email.ts';
import { textOf, textTemplateOf } from './plain-text.ts';

function text(html: string, user: Record<string, unknown> = {}): string {
  const email = compileEmail({ subject: 's', html });
  const facts = { user, traits: user, workspace: { name: 'W' }, now: '2026-03-01T10:00:00.000Z' };
  const rendered = renderEmail(email, facts);
  if (rendered.kind === 'failed') throw new Error(rendered.reason);
  return rendered.text;
}

test('text keeps words, paragraphs, lists, rows and link addresses', () => {
  const html =
    '<html><head><title>T</title><style>p{}</style></head><body><h1>Hi {{ user.name }}</h1>' +
    '<table><tr><td>One</td></tr><tr><td>Two</td></tr></table><p>A&nbsp;&amp;&lt;b</p>' +
    '<p><a href="https://a.org/?x=1&amp;u={{ user.id }}">Go</a> <img src="x" alt="y"></p></body></html>';
  expect(text(html, { name: 'Ada & Co', id: 'é' })).toBe(
    'Hi Ada & Co\n\nOne\nTwo\n\nA\u00a0&<b\n\nGo [https://a.org/?x=1&u=é] y',
  );
});

test('a link whose text is its address is written once', () => {
  expect(text('<a href="{{ user.url }}">{{ user.url }}</a>', { url: 'https://a.org' })).toBe(
    'https://a.org',
  );
});

test('loops and conditions leave no gaps', () => {
  const html = '<ul>\n{% for i in user.items %}\n<li>{{ i }}</li>\n{% endfor %}\n</ul>';
  expect(text(html, { items: ['a', 'b', 'c'] })).toBe('* a\n * b\n * c');
  const paragraphs =
    '<p>a</p>{% if user.x %}<p>b</p>{% else %}{% endif %}<p>c {% if user.x %}d{% endif %} e</p>';
  expect(text(paragraphs, { x: true })).toBe('a\n\nb\n\nc d e');
  expect(text(paragraphs)).toBe('a\n\nc  e');
});

test('an assignment before the body still counts', () => {
  const html = '{% assign n = user.name | upcase %}<html><body>Hi {{ n }}</body></html>';
  expect(text(html, { name: 'ada' })).toBe('Hi ADA');
});

test('braces that are text stay text', () => {
  const html =
    '<p>{% raw %}{{ a }} {% b %}{% endraw %} &#123;&#123; c }} &#123;% d %} &#123;{{ user.name }}</p>';
  expect(text(html, { name: 'N' })).toBe('{{ a }} {% b %} {{ c }} {% d %} {N');
});

test('braces made by entities do not become a merge', () => {
  const html = '<p>&#123;&#123; user.name }} {{ user.name }}</p>';
  expect(textTemplateOf(html)).not.toBeNull();
  expect(text(html, { name: 'N' })).toBe('{{ user.name }} N');
});

test('a comment of the template is in no part, one of the HTML is not in the text', () => {
  expect(text('a{% comment %}b{% endcomment %}{% # c %}<!-- d -->e')).toBe('ae');
});

test('where text has no place for a tag, the text is made from the rendered HTML', () => {
  const html = '<p>a <span style="{% if user.x %}color:red{% endif %}">b</span></p>';
  expect(textTemplateOf(html)).toBeNull();
  expect(text(html, { x: true })).toBe('a b');
  const torn = '<!-- {% if user.x %} --><p>a</p><!-- {% endif %} -->';
  expect(text(torn, { x: true })).toBe('a');
  expect(text(torn)).toBe('');
});

test('once per template and once per message give the same text', () => {
  const templates = [
    '<p>Hi {{ user.name | default: "there" }}, {{user.name}}!</p><hr><p>x</p>',
    '<div>{% for i in user.items %}<p>{{ i }}</p>{% endfor %}</div>',
    '<ol>{% for i in user.items %}<li>{{ i }}</li>{% endfor %}</ol>',
    '<p>a {{ user.name }}<br>b</p><blockquote>{{ user.name }}</blockquote>',
    '<a href="https://a.org">{{ user.name }}</a>',
  ];
  const user = { name: 'Ada', items: ['x', 'y'] };
  for (const html of templates) {
    const facts = { user, traits: user, workspace: {}, now: '2026-03-01T10:00:00.000Z' };
    const rendered = renderEmail(compileEmail({ subject: '', html }), facts);
    if (rendered.kind === 'failed') throw new Error(rendered.reason);
    const words = (part: string): string => part.replaceAll(/[\s\d.*>-]+/g, ' ').trim();
    expect(words(rendered.text), html).toBe(words(textOf(rendered.html)));
  }
});
