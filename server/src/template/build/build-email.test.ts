import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileEmail, renderEmail, type EmailFacts } from '../email.ts';
import { EMAIL_FORMATS, type EmailSource } from '../email-source.ts';
import { buildEmail, type SnippetBodies } from './build-email.ts';
import { inlineCss } from './inline-css.ts';

const FACTS: EmailFacts = {
  user: { name: 'Ada Lovelace', email: 'ada@example.com' },
  traits: {},
  workspace: {
    name: 'Acme',
    postal_address: '1 Main Street\nBerlin',
    logo_url: 'https://acme.example/logo.png',
    colour: '#0a7d5a',
    website_url: 'https://acme.example',
    footer: 'You signed up.',
  },
  sender: { name: 'Grace Hopper', address: 'grace@acme.example' },
  unsubscribe_url: 'https://acme.example/u/1',
  preferences_url: 'https://acme.example/p/1',
  now: '2026-01-01T00:00:00.000Z',
};

const BASE = { subject: 'Hi', purpose: 'marketing', strict: false } as const;

async function rendered(
  source: Partial<EmailSource>,
  facts: Partial<EmailFacts> = {},
  snippets?: SnippetBodies,
) {
  const built = await buildEmail({ ...BASE, ...source }, snippets);
  if (built.kind === 'faulty') throw new Error(JSON.stringify(built.faults));
  const email = renderEmail(compileEmail(built.content), { ...FACTS, ...facts });
  if (email.kind === 'failed') throw new Error(email.reason);
  return email;
}

async function faultsOf(source: Partial<EmailSource>) {
  const built = await buildEmail({ ...BASE, ...source });
  return built.kind === 'faulty'
    ? built.faults.map(({ path, message }) => `${path} ${message}`)
    : [];
}

const words = (text: string, ...marks: object[]) => ({ type: 'text', text, marks });

test('HTML without a style sheet is the same after building', async () => {
  const html = '<p>Hi {{ user.name }}</p>\n<br/><IMG src=x width=1>';
  const built = await buildEmail({ ...BASE, html });
  expect(built).toMatchObject({ kind: 'built', content: { html }, warnings: [] });
});

test.each(EMAIL_FORMATS)(
  '%s marketing mail shows who it is from and how to get out',
  async (format) => {
    const { html, text } = await rendered({ html: '<p>News</p>', format });
    for (const part of [html, text]) {
      expect(part).toContain('1 Main Street');
      expect(part).toContain('https://acme.example/u/1');
      expect(part).toContain('https://acme.example/p/1');
    }
    expect(text).toContain('Unsubscribe [https://acme.example/u/1]');
  },
);

test.each(EMAIL_FORMATS)('%s transactional mail has no footer', async (format) => {
  const { html } = await rendered({ html: '<p>Receipt</p>', format, purpose: 'transactional' });
  expect(html).not.toContain('Main Street');
  expect(html).not.toContain('acme.example/u/1');
});

test('a body with an unsubscribe link of its own gets no second one', async () => {
  const html = '<p><a href="{{ unsubscribe_url }}">Stop</a></p>';
  const email = await rendered({ html, format: 'branded' });
  expect(email.html.split('acme.example/u/1')).toHaveLength(2);
  expect(email.html).toContain('Main Street');
});

test('a personal letter greets, unless its author does, and is signed', async () => {
  const greeted = await rendered({ html: '<p>How are you?</p>', format: 'personal' });
  expect(greeted.text).toMatch(/^Hi Ada,\n\nHow are you\?\n\nGrace Hopper/);
  const own = await rendered({
    html: '<p>Dear {{ user.name }}, how are you?</p>',
    format: 'personal',
  });
  expect(own.text).toMatch(/^Dear Ada Lovelace/);
  const nobody = await rendered({ html: '<p>Well?</p>', format: 'personal' }, { user: {} });
  expect(nobody.text).toMatch(/^Hi there,/);
});

test('rich text becomes HTML and text', async () => {
  const content = {
    type: 'doc',
    content: [
      { type: 'heading', attrs: { level: 2 }, content: [words('News & more')] },
      {
        type: 'paragraph',
        content: [
          words('Hi '),
          { type: 'mergeTag', attrs: { name: 'user.plan', fallback: "it's free" } },
          { type: 'mergeTag', attrs: { name: 'event.list.1.a-b', fallback: '\\n' } },
          { type: 'hardBreak' },
          words(
            'docs',
            { type: 'link', attrs: { href: 'https://a.org/?x=1&y={{ user.name }}' } },
            { type: 'bold' },
          ),
        ],
      },
      {
        type: 'bulletList',
        content: [{ type: 'listItem', content: [{ type: 'paragraph', content: [words('One')] }] }],
      },
      {
        type: 'image',
        attrs: { src: 'https://a.org/i.png', alt: 'A chart', width: 1200, height: 600 },
      },
      { type: 'button', attrs: { text: 'Open', href: 'https://a.org/app' } },
    ],
  };
  const event = { list: [{}, { 'a-b': '!' }] };
  const { html, text } = await rendered({ content }, { event });
  expect((await rendered({ content })).text).toContain("it's free\\n");
  expect(html).toContain(
    '<a href="https://a.org/?x=1&amp;y=Ada Lovelace"><strong>docs</strong></a>',
  );
  expect(html).toContain('alt="A chart" width="600" height="300"');
  expect(text).toContain(
    "News & more\n\nHi it's free!\ndocs [https://a.org/?x=1&y=Ada Lovelace]\n\n * One\n\nA chart\n\n" +
      'Open [https://a.org/app]',
  );
});

test('what is wrong with rich text is told with its path', async () => {
  const at = (node: object) => faultsOf({ content: { type: 'doc', content: [node] } });
  expect(await at({ type: 'video' })).toEqual(["content/content/0/type there is no node 'video'"]);
  expect(await at({ type: '__proto__' })).toHaveLength(1);
  expect(await at({ type: 'listItem' })).toEqual([
    "content/content/0/type 'listItem' must not stand here",
  ]);
  expect(await at({ type: 'button', attrs: { text: 'Go' } })).toEqual([
    'content/content/0/attrs/href is missing',
  ]);
  expect(await at({ type: 'image', attrs: { src: ' javascript:x' } })).toHaveLength(1);
  expect(await at({ type: 'paragraph', content: [words('{{ user.name')] })).toEqual([
    expect.stringContaining('content/content/0/content/0/text line 1, column 1'),
  ]);
  const deep = Array.from({ length: 30 }).reduce<object>(
    (inner) => ({ type: 'blockquote', content: [inner] }),
    { type: 'paragraph' },
  );
  expect(await at(deep)).toEqual([expect.stringContaining('must not nest deeper than 20 levels')]);
});

test('MJML is compiled with its Liquid, and its errors have lines', async () => {
  const mjml = (inner: string) =>
    `<mjml>\n<mj-body>\n<mj-section background-color="{{ workspace.colour }}"><mj-column>\n${inner}\n</mj-column></mj-section></mj-body></mjml>`;
  const { html } = await rendered({
    mjml: mjml(
      '<mj-raw>{% if user.name %}</mj-raw><mj-text>Hi {{ user.name | upcase }}{% if 1 < 2 %}!{% endif %}</mj-text><mj-raw>{% endif %}</mj-raw>',
    ),
  });
  expect(html).toContain('>Hi ADA LOVELACE!</div>');
  expect(html).toContain('#0a7d5a');
  expect(html).not.toContain('fonts.googleapis');
  expect(await faultsOf({ mjml: mjml('<mj-txt>x</mj-txt>') })).toEqual([
    expect.stringMatching(/^mjml line 4, mj-txt: /),
  ]);
  expect(
    await faultsOf({ mjml: mjml('{% if user.name %}<mj-text>x</mj-text>{% endif %}') }),
  ).toEqual([
    expect.stringMatching(/^mjml line 4: \{% if user.name %\} stands between components/),
  ]);
  expect(await faultsOf({ mjml: mjml('<mj-include path="/etc/passwd" />') })).toEqual([
    expect.stringContaining('mj-include is not offered'),
  ]);
});

test('a strict email fails with the name of what is missing, unless it has a default', async () => {
  const outcome = async (html: string, user: object) => {
    const built = await buildEmail({ ...BASE, strict: true, html, format: 'branded' });
    if (built.kind === 'faulty') throw new Error('faulty');
    const facts = { ...FACTS, user: user as EmailFacts['user'] };
    const email = renderEmail(compileEmail(built.content), facts);
    return email.kind === 'failed' ? email.missing : email.kind;
  };
  expect(await outcome('<p>{{ user.plan.name }}</p>', {})).toBe('user.plan.name');
  expect(await outcome('<p>{{ user.plan }}</p>', { plan: null })).toBe('user.plan');
  expect(await outcome('<p>{{ user.plan | upcase }}</p>', { plan: '' })).toBe('user.plan');
  expect(await outcome("<p>{{ user.plan | default: 'x' }}</p>", {})).toBe('rendered');
  expect(await outcome('<p>{% if user.plan %}{{ user.plan }}{% endif %}</p>', {})).toBe('rendered');
  expect(await outcome('<p>{{ user.plan }}</p>', { plan: 0 })).toBe('rendered');
});

test('style sheets go to the elements; media queries and Liquid stay', async () => {
  const html =
    '<style>p{color:red}@media (max-width:9px){p{color:blue}}a:hover{color:green}</style>' +
    '{% if user.name %}<p {% if user.x %}class="x"{% endif %}>{{ user.name }}</p>{% endif %}' +
    '<a href="{{ user.url }}?a=1&b=2">x</a>';
  const { html: inlined, warning } = await inlineCss(html);
  expect(warning).toBeNull();
  expect(inlined).toContain('style="color: red;"');
  expect(inlined).toContain('@media (max-width:9px)');
  expect(inlined).toContain('a:hover');
  expect(inlined).toContain('{% if user.x %}class="x" {% endif %}');
  expect(inlined).toContain('href="{{ user.url }}?a=1&b=2"');
});

test('a style sheet that Liquid takes apart is left where it is, with a warning', async () => {
  const html = '<style>{% if user.dark %}p{color:red}{% endif %}</style><p>x</p>';
  const built = await buildEmail({ ...BASE, html });
  expect(built).toMatchObject({
    kind: 'built',
    content: { html },
    warnings: [{ path: 'html', message: expect.stringContaining('{% if user.dark %}') }],
  });
});

test('elements that Liquid opens in two ways are not closed in between', async () => {
  const html =
    '<style>td{color:red}</style><table><tr>{% if user.x %}<td>{% else %}<td class="y">{% endif %}' +
    'x</td></tr></table>';
  const { html: inlined, warning } = await inlineCss(html);
  expect(inlined).toBe(html);
  expect(warning).toContain('was not inlined');
});

/** Markup with Liquid in all the places where authors put it. */
const markup = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('words', '{{ user.name }}', "{{ user.x | default: 'a < b' }}", '&amp;', '<br>'),
    fc
      .tuple(
        fc.constantFrom('div', 'section', 'strong', 'span'),
        fc.constantFrom(
          '',
          ' class="big"',
          ' class="big {{ user.c }}"',
          ' title="{{ user.name }}"',
          ' style="margin:{{ user.n }}px"',
        ),
        fc.array(tie('node'), { maxLength: 3 }),
      )
      .map(([tag, attribute, inner]) => `<${tag}${attribute}>${inner.join('')}</${tag}>`),
    fc.tuple(tie('node')).map(([inner]) => `{% if user.yes %}${inner}{% else %}no{% endif %}`),
    fc.tuple(tie('node')).map(([inner]) => `{% for i in user.list %}${inner}{% endfor %}`),
    fc.constantFrom(
      '<a href="https://a.org/{{ user.id }}?x=1&amp;y=2">go</a>',
      '{% comment %}<p>x</p>{% endcomment %}',
    ),
  ),
})).node;

const USER = { name: 'Ada & <Co>', x: null, c: 'wide', n: 7, yes: true, list: [1, 2], id: 'u-1' };

test('inlining and then merging gives what merging and then inlining gives', async () => {
  const sheet =
    '<style>div,span{color:red;margin:0}.big{font-size:20px}section{padding:4px}.wide{letter-spacing:1px}a{color:#00f}</style>';
  const merge = (html: string): string => {
    const email = renderEmail(compileEmail({ subject: 'x', html }), { ...FACTS, user: USER });
    if (email.kind === 'failed') throw new Error(email.reason);
    return email.html;
  };
  await fc.assert(
    fc.asyncProperty(fc.array(markup, { minLength: 1, maxLength: 5 }), async (nodes) => {
      // Rules for a merged class cannot be known before.
      const html = `${sheet.replace('.wide{letter-spacing:1px}', '')}${nodes.join('')}`;
      const first = await inlineCss(html);
      expect(first.warning).toBeNull();
      const second = await inlineCss(merge(html));
      expect(merge(first.html)).toBe(second.html);
    }),
    { numRuns: 150 },
  );
});

const TROUBLE = fc
  .array(
    fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '&',
      '&lt;',
      '&#60;',
      '{{',
      '%}',
      '<b x=',
      'javascript:',
      '\n',
      '\u2028',
      '&quot;',
      '--',
      ']]>',
      'ü',
      '\\',
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((parts) => parts.join(''));

test('no data opens a tag or an attribute, in any body and format', async () => {
  const mjmlBody =
    '<mjml><mj-body><mj-section><mj-column><mj-text>{{ user.name }}</mj-text><mj-button href="https://a.org/?{{ user.name }}">{{ user.name }}</mj-button><mj-image alt="{{ user.name }}" src="https://a.org/x.png" /></mj-column></mj-section></mj-body></mjml>';
  const content = {
    type: 'doc',
    content: [
      {
        type: 'paragraph',
        content: [words('{{ user.name }}'), { type: 'mergeTag', attrs: { name: 'user.name' } }],
      },
      {
        type: 'button',
        attrs: { text: '{{ user.name }}', href: 'https://a.org/?{{ user.name }}' },
      },
      { type: 'image', attrs: { src: 'https://a.org/?{{ user.name }}', alt: '{{ user.name }}' } },
    ],
  };
  const html = '<style>p{color:red}</style><p title="{{ user.name }}">{{ user.name }}</p>';
  const bodies: Partial<EmailSource>[] = [
    { mjml: mjmlBody },
    ...EMAIL_FORMATS.flatMap((format) => [
      { html, format, preheader: '{{ user.name }}' },
      { content, format, preheader: '{{ user.name }}' },
    ]),
  ];
  const emails = await Promise.all(
    bodies.map(async (body) => {
      const built = await buildEmail({ ...BASE, ...body });
      if (built.kind === 'faulty') throw new Error(JSON.stringify(built.faults));
      return compileEmail(built.content);
    }),
  );
  const shapeOf = (email: (typeof emails)[number], value: string): string => {
    const workspace = { ...FACTS.workspace, name: value, postal_address: value, footer: value };
    const sender = { name: value, address: value };
    const facts = { ...FACTS, workspace, sender, user: { name: value } };
    const result = renderEmail(email, facts);
    if (result.kind === 'failed') throw new Error(result.reason);
    // Every character that makes markup, without the line breaks that `newline_to_br` may make.
    return result.html.replaceAll(/<br ?\/?>|[^<>"]/g, '');
  };
  const plain = emails.map((email) => shapeOf(email, 'x'));
  fc.assert(
    fc.property(TROUBLE, (value) => {
      emails.forEach((email, index) => expect(shapeOf(email, value)).toBe(plain[index]));
    }),
    { numRuns: 150 },
  );
});
