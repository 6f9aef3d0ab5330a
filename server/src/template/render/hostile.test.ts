import fc from 'fast-check';
import { filters } from 'liquidjs';
import { afterAll, expect, test } from 'vitest';
import type { EmailFacts } from '../email.ts';
import type { RenderJob } from './render-job.ts';
import { createRenderer } from './renderer.ts';

/**
 * Goal: no template and no fact, however made, holds the server, fills it, or reads what is not its
 * own, and nobody else's email notices. Method: the published ways around the limits of LiquidJS and
 * their relatives, then random ones, each among good emails, in real threads with the real limits.
 */
const renderer = createRenderer({ threads: 2 });
afterAll(() => renderer.close());

/** A second of the thread, its end and another's start, on a machine that does other things too. */
const ENDED_MS_MAX = 6_000;
/** 128 MB for each of two threads, their code, and what tests themselves make. */
const GROWN_MB_MAX = 450;
const PART_LENGTH_MAX = 1_000_000;

function factsOf(user: Record<string, unknown> = {}): EmailFacts {
  return { user, traits: {}, workspace: { name: 'Acme' }, now: '2026-03-01T10:00:00.000Z' };
}

const GOOD = {
  subject: 'Hi {{ user.name }}',
  html: '<p>{{ user.name }} at {{ workspace.name }}</p>',
};
const goodJobs = (count: number): RenderJob[] =>
  Array.from({ length: count }, (_, i) => ({ content: GOOD, facts: factsOf({ name: `n${i}` }) }));
const goodEmails = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    kind: 'rendered',
    subject: `Hi n${i}`,
    html: `<p>n${i} at Acme</p>`,
    text: `n${i} at Acme`,
  }));

/** Renders hostile emails between good ones, which all have to come out. */
async function renderAmongGood(hostile: readonly RenderJob[]) {
  const startedAt = performance.now();
  const [emails, others] = await Promise.all([
    renderer.render([...goodJobs(5), ...hostile, ...goodJobs(5)]),
    renderer.render(goodJobs(50)),
  ]);
  expect(emails.slice(0, 5)).toEqual(goodEmails(5));
  expect(emails.slice(-5)).toEqual(goodEmails(5));
  expect(others).toEqual(goodEmails(50));
  return { emails: emails.slice(5, -5), tookMs: performance.now() - startedAt };
}

const X_FOR_EVER = '{% for i in (1..60) %}{% assign a = a | append: a %}{% endfor %}{{ a }}';
const LONG_TEXT = '{% capture a %}{% for i in (1..60000) %}0123456789{% endfor %}{% endcapture %}';
const LONG_LIST = "{% assign l = '' %}{% assign l = a | split: '' %}";

const GROWING: Record<string, string> = {
  'CVE-2026-44645: loops with empty bodies':
    '{%- for i in (1..9999) -%}{%- for j in (1..9999) -%}{%- for k in (1..9999) -%}{%- endfor -%}{%- endfor -%}{%- endfor -%}',
  'CVE-2026-44645: tables with empty bodies':
    '{% tablerow i in (1..9999) %}{% tablerow j in (1..9999) %}{% endtablerow %}{% endtablerow %}',
  'CVE-2026-45357: a date as wide as memory': "{{ '2020-01-01' | date: '%5000000d' }}",
  'CVE-2026-45357: nanoseconds without end': "{{ 'now' | date: '%99999999N' }}",
  'CVE-2026-45357: many wide dates':
    "{% for i in (1..100000) %}{{ 'now' | date: '%90000Y%90000m%90000d' | slice: 1 }}{% endfor %}",
  'CVE-2026-34166: replace that squares': `${LONG_TEXT}{{ a | replace: '0', a }}`,
  'CVE-2026-34166: replace of nothing': `${LONG_TEXT}{{ a | replace: '', a }}`,
  'replace_first again and again':
    "{% assign a = 'x' %}{% for i in (1..60) %}{% assign b = 'x' | append: a %}{% assign a = a | replace_first: 'x', b %}{% assign a = a | append: a %}{% endfor %}{{ a }}",
  'replace_last again and again':
    "{% assign a = 'x' %}{% for i in (1..60) %}{% assign a = a | append: a | replace_last: 'x', a %}{% endfor %}{{ a }}",
  'CVE-2026-55575: pop copies': `${LONG_TEXT}${LONG_LIST}{% for i in (1..9999) %}{% assign b = l | pop %}{% endfor %}`,
  'range loops without end': '{% for i in (1..999999999) %}{{ i }}{% endfor %}',
  'ranges that end before they begin': '{% for i in (-99999999999..99999999999) %}x{% endfor %}',
  'ranges of ranges':
    '{% assign r = (1..1900000) %}{% for i in (1..99) %}{% assign r = r | concat: r %}{% endfor %}{{ r | size }}',
  'capture that doubles':
    '{% for i in (1..60) %}{% capture a %}{{ a }}{{ a }}x{% endcapture %}{% endfor %}{{ a }}',
  'append that doubles': `{% assign a = 'x' %}${X_FOR_EVER}`,
  'prepend that doubles': `{% assign a = 'x' %}${X_FOR_EVER.replace('append', 'prepend')}`,
  'push of oneself':
    "{% assign a = 'x' | split: ',' %}{% for i in (1..60) %}{% assign a = a | push: a %}{% endfor %}{{ a | json }}",
  'concat that doubles':
    "{% assign a = 'a,b' | split: ',' %}{% for i in (1..60) %}{% assign a = a | concat: a %}{% endfor %}{{ a | join }}",
  'join with a long text': `${LONG_TEXT}${LONG_LIST}{{ l | join: a }}`,
  'split and sort': `${LONG_TEXT}${LONG_LIST}{% for i in (1..999) %}{% assign b = l | sort_natural | reverse | uniq %}{% endfor %}`,
  'url_encode of what triples':
    "{% assign a = '%' %}{% for i in (1..40) %}{% assign a = a | url_encode | cgi_escape %}{% endfor %}{{ a }}",
  'escape of what grows fivefold':
    "{% assign a = '&' %}{% for i in (1..99) %}{% assign a = a | escape | append: '' | xml_escape | append: '&' %}{% assign a = a | append: a %}{% endfor %}{{ a }}",
  'newlines to breaks': `${LONG_TEXT}{% assign n = a | replace: '0', '\n' %}{% for i in (1..999) %}{% assign n = n | newline_to_br | append: '\n' %}{% endfor %}{{ n }}`,
  'base64 of base64':
    "{% assign a = 'x' %}{% for i in (1..99) %}{% assign a = a | base64_encode | append: a %}{% endfor %}{{ a }}",
  'json of json':
    "{% assign a = '\"' %}{% for i in (1..99) %}{% assign a = a | json %}{% endfor %}{{ a }}",
  'cycle, case and if without end':
    "{% for i in (1..999999) %}{% cycle 'a', 'b' %}{% case i %}{% when 1 %}x{% else %}{% if i > 2 %}y{% endif %}{% endcase %}{% endfor %}",
  'truncate that makes longer':
    "{{ 'x' | truncatewords: 999999999, 'y' }}{% for i in (1..999999) %}{{ 'xxxx' | truncate: 1, 'yyyyyyyyyyyyyyyyyyyy' }}{% endfor %}",
  'numbers of numbers':
    '{% assign a = 9 %}{% for i in (1..9999999) %}{% assign a = a | times: a | plus: 1 | round: 99 %}{% endfor %}{{ a }}',
  'where in a long list': `${LONG_TEXT}${LONG_LIST}{% for i in (1..999) %}{% assign b = l | where: 'size', 1 | map: 'size' | sum %}{% endfor %}`,
  'a liquid tag of many lines': `{% liquid\n${'for i in (1..9)\n'.repeat(30)}${'endfor\n'.repeat(30)}%}`,
};

test.each(Object.entries(GROWING))('%s: it is stopped in time', async (_, template) => {
  const jobs = [
    { content: { subject: 's', html: template }, facts: factsOf() },
    { content: { subject: 's', html: 'h', text: template }, facts: factsOf() },
  ];
  const { emails, tookMs } = await renderAmongGood(jobs);
  expect(tookMs).toBeLessThan(ENDED_MS_MAX);
  for (const email of emails) {
    if (email.kind === 'rendered') expect(email.html.length).toBeLessThan(PART_LENGTH_MAX);
  }
  expect(process.memoryUsage().rss / 1e6).toBeLessThan(GROWN_MB_MAX);
});

/** Values of people that are meant to make a harmless template slow. */
const VALUES: Record<string, unknown> = {
  'CVE-2026-45617: strip_html and tags that open only': '<script'.repeat(50_000),
  'CVE-2026-45617: comments that open only': '<!--<style'.repeat(40_000),
  'GHSA-m7fp-h3p4-hr49: a text before a bracket': 'hello<world<again',
  'brackets alone': '<'.repeat(200_000),
  'spaces alone': ' \n\t'.repeat(100_000),
  'Liquid itself': '{{ user.x }}{% for i in (1..999999) %}'.repeat(2_000),
  'deep nesting': JSON.parse(`${'['.repeat(3_000)}1${']'.repeat(3_000)}`),
  'a long list of texts': Array.from({ length: 20_000 }, (_, i) => `item ${i}`),
  'addresses in a row': 'a@b.c, '.repeat(40_000),
  entities: '&amp;lt;&#x26;'.repeat(20_000),
};

test.each(Object.entries(VALUES))('%s, as a value: a harmless template ends', async (_, x) => {
  const html =
    '<a href="https://a.org/{{ user.x | url_encode }}" title="{{ user.x | strip_html }}">' +
    '{{ user.x | strip_html | strip_newlines | squish | truncatewords: 20 }}</a>' +
    '{{ user.x | newline_to_br }}{{ user.x | escape_once }}{{ user.x | slugify }}' +
    '{{ user.x | split: "" | size }}{{ user.x | sort | first }}{{ user.x | json | size }}' +
    '{{ user.x | number_of_words }}{{ user.x | normalize_whitespace | size }}';
  const { emails, tookMs } = await renderAmongGood([
    { content: { subject: 's', html }, facts: factsOf({ x }) },
  ]);
  const [email] = emails;
  if (email?.kind === 'failed')
    expect(email.reason).toMatch(/limit exceeded|took longer|longer than/);
  expect(tookMs).toBeLessThan(ENDED_MS_MAX);
});

/** What must not be read: whatever comes out, it is none of these. */
const SECRET =
  /root:|module\.exports|\bfunction\b|native code|\[object (?!Object)|secret|process|liquidjs/i;
const READING: Record<string, string> = {
  'CVE-2022-25948: prototypes':
    '{{ user.constructor }}{{ user.__proto__ }}{{ user.toString }}{{ user.list.constructor.name }}{{ "a".constructor }}',
  'CVE-2026-45618: filters of every object': '{{ 1 | valueOf }}',
  'CVE-2026-45618: toString as a filter':
    '{{ 1 | toString }}{{ 1 | constructor }}{{ 1 | __proto__ }}',
  'CVE-2026-45618: tags of every object': '{% constructor %}',
  'CVE-2026-45618: gadgets':
    '{{ user.list | where: "constructor" | map: "constructor" | first }}{{ user.list | group_by: "__proto__" | map: "name" }}',
  'CVE-2026-44646: render with prototypes': '{% render "x" %}',
  'CVE-2026-106120: indices of prototypes':
    '{{ user.list | first }}{{ user.list.last }}{{ user.list[-1].constructor }}{{ user.list | reverse | compact | slice: 0, 9 | map: "constructor" }}',
  'CVE-2026-30952: a file by its path': '{% include "/etc/passwd" %}',
  'CVE-2026-30952: a file without quotes': '{% render /etc/passwd %}',
  'CVE-2026-35525: a file in place': '{% layout "./package.json" %}',
  'CVE-2026-41311: blocks in a circle':
    '{% layout "a" %}{% block x %}{% block x %}{% endblock %}{% endblock %}',
  'a file by a value': '{% assign f = "/etc/passwd" %}{% include f %}',
  'where with what it finds by':
    '{{ user.list | where: "__proto__.constructor", "x" | json }}{{ user.list | sort: "constructor" | json }}',
  'expressions in filters': '{{ user.list | where_exp: "i", "i.constructor" | json }}',
  'the environment':
    '{{ process.env.PATH }}{{ globalThis }}{{ env }}{{ require }}{{ this }}{{ user.env }}',
};

test.each(Object.entries(READING))('%s: nothing of the process is read', async (_, template) => {
  const { emails } = await renderAmongGood([
    { content: { subject: 's', html: template }, facts: factsOf({ list: [{ a: 1 }, 'b'] }) },
  ]);
  const [email] = emails;
  if (email?.kind === 'rendered') expect(email.html).not.toMatch(SECRET);
  else expect(email?.reason).toMatch(/there is no (tag|filter)/);
});

const RUNS = Number(process.env['HOSTILE_RUNS'] ?? 60);
const text = fc.constantFrom(
  "'x'",
  "''",
  'a',
  'user.x',
  "' '",
  "'%99999Y'",
  '999999',
  '-1',
  '0.1',
  'nil',
  '(1..99999)',
);
const call = fc
  .tuple(fc.constantFrom(...Object.keys(filters)), fc.array(text, { maxLength: 2 }))
  .map(([name, args]) => ` | ${name}${args.length > 0 ? `: ${args.join(', ')}` : ''}`);
const value = fc
  .tuple(text, fc.array(call, { maxLength: 3 }))
  .map(([start, calls]) => start + calls.join(''));
const { template: hostileTemplate } = fc.letrec<{ template: string; node: string }>((tie) => ({
  template: fc.array(tie('node'), { minLength: 1, maxLength: 4 }).map((nodes) => nodes.join('')),
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    value.map((one) => `{{ ${one} }}`),
    value.map((one) => `{% assign a = ${one} %}`),
    tie('template').map((inner) => `{% capture a %}${inner}{{ a }}{% endcapture %}`),
    tie('template').map((inner) => `{% for i in (1..100000) %}${inner}{% endfor %}`),
    tie('template').map(
      (inner) => `{% tablerow i in (1..100000) cols: 3 %}${inner}{% endtablerow %}`,
    ),
    tie('template').map((inner) => `{% for i in a reversed %}${inner}{% endfor %}`),
    tie('template').map((inner) => `{% if a contains 'x' %}${inner}{% else %}${inner}{% endif %}`),
    fc.constant('{% for i in (1..60) %}{% assign a = a | append: a %}{% endfor %}'),
  ),
}));

test('random hostile templates end, and good emails among them all come out right', async () => {
  const templates = fc.sample(hostileTemplate, RUNS);
  const values = [
    'x',
    'x'.repeat(100_000),
    Array.from({ length: 5_000 }, (_, i) => ({ x: i })),
    -1,
    null,
  ];
  const jobs = templates.map((html, i) => ({
    content: { subject: 's', html },
    facts: factsOf({ x: values[i % values.length] }),
  }));
  for (let at = 0; at < jobs.length; at += 20) {
    const { emails } = await renderAmongGood(jobs.slice(at, at + 20));
    for (const [i, email] of emails.entries()) {
      if (email.kind !== 'rendered') continue;
      expect(email.html.length, templates[at + i]).toBeLessThanOrEqual(PART_LENGTH_MAX);
    }
  }
  expect(process.memoryUsage().rss / 1e6).toBeLessThan(GROWN_MB_MAX);
}, 120_000);
