import { expect, test } from 'vitest';
import { buildEmail, bodyFieldOf } from '../build/build-email.ts';
import type { EmailSource } from '../email-source.ts';
import { checkEmail, type CheckContext } from './check-email.ts';
import { missingValues } from './merge-names.ts';
import { sampleFacts } from './sample-facts.ts';

const WORKSPACE = { name: 'Acme', postalAddress: '1 Main Street\nBerlin' };
const NOW = new Date('2026-01-01T00:00:00Z');

async function codesOf(source: Partial<EmailSource>, context: Partial<CheckContext> = {}) {
  const whole = { subject: 'Hi', purpose: 'marketing', strict: false, ...source } as const;
  const built = await buildEmail(whole);
  if (built.kind === 'faulty') throw new Error(JSON.stringify(built.faults));
  const { content, warnings } = built;
  const findings = checkEmail({ source: whole, content, warnings }, bodyFieldOf(whole), {
    postalAddress: WORKSPACE.postalAddress,
    list: null,
    facts: sampleFacts(WORKSPACE, NOW),
    ...context,
  });
  return findings.map(({ severity, code, path }) => `${severity} ${code} ${path}`);
}

test('an email with a format is fine', async () => {
  const html = '<p>Hi {{ user.name }}, <a href="https://a.org">see</a> {{ traits.anything }}</p>';
  expect(await codesOf({ html, format: 'branded' })).toEqual([]);
});

test('marketing mail without a frame is told what it lacks', async () => {
  expect(await codesOf({ html: '<p>News</p>' })).toEqual([
    'warning unsubscribe_missing html',
    'warning postal_address_missing html',
  ]);
  const html = '<a href="{{ unsubscribe_url }}">Stop</a><p>1 Main Street</p>';
  expect(await codesOf({ html })).toEqual([]);
  expect(await codesOf({ html: '<p>News</p>', purpose: 'transactional' })).toEqual([]);
  expect(await codesOf({ html, format: 'plain' }, { postalAddress: null })).toEqual([
    'warning postal_address_missing html',
  ]);
});

test('names that never have a value, links that lead nowhere, and images are told', async () => {
  const html =
    '<p>{{ usr.name }} {{ workspace.nmae }} {% assign x = 1 %}{{ x }}</p><img src="https://a.org/x.png">' +
    '<a href="">a</a><a href="/path">b</a><a href="ftp://a.org">c</a><a href="{{ user.url }}">d</a>';
  expect(await codesOf({ html, purpose: 'transactional' })).toEqual([
    'warning link_empty html',
    'warning link_relative html',
    'warning link_scheme html',
    'warning tag_unknown html',
    'warning tag_unknown html',
    'warning image_alt_missing html',
    'warning image_size_missing html',
  ]);
});

test('errors come first: a missing list, an address that runs code', async () => {
  const html = '<a href="java&#10;script:x">x</a>';
  const codes = await codesOf({ html, format: 'plain' }, { list: 'missing' });
  expect(codes.slice(0, 2)).toEqual(['error list_missing list_id', 'error link_dangerous html']);
  expect(await codesOf({ html: '<p>x</p>', format: 'plain' }, { list: 'archived' })).toEqual([
    'error list_archived list_id',
  ]);
});

test('what Gmail would cut is told', async () => {
  const html = `<p>${'x'.repeat(110_000)}</p>`;
  expect(await codesOf({ html, purpose: 'transactional' })).toEqual(['warning too_large html']);
});

test('what is missing for a person is listed', () => {
  const content = {
    subject: '{{ user.name }}',
    html: "<p>{{ user.plan }} {{ user.x | default: 'y' }}</p>",
  };
  const facts = sampleFacts(WORKSPACE, NOW);
  expect(missingValues(content, facts)).toEqual(['user.plan']);
});
