import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { samplesFor, type Sample, type Verdict } from '../../../test/fixtures/inbound/samples.ts';
import { outcomeOf } from './outcome.ts';
import { readReport, type Report } from './report.ts';
import { createReturnPaths } from './return-path.ts';

/**
 * Goal: mail of every shape that comes back is taken for what it is, and none makes somebody be given up
 * who should not be. Method: samples made up by hand in the shapes of real servers, by family:
 *
 * - *RFC 3464, failed* and *no failure*: reports with a part for machines, each server answer in two of
 *   nine manners (Postfix, Exchange, folded, base64, other charsets, nested, forwarded, flattened, …);
 * - *qmail, Exim, Google, Yahoo, Sendmail, Courier, Exchange, iCloud, Postfix*: the same six answers in the
 *   words of each; *Notes, GroupWise, MDaemon, IMail, Zoho, carriers, …*: a few of their own;
 * - *delay*: warnings that are no failure yet, whatever they quote;
 * - *RFC 5965, Microsoft JMRP*: complaints, and feedback that is none;
 * - *RFC 3834, away, ticket system, challenge, read receipt, mailing list*: machines that answer for
 *   people, in twenty languages, with the words of bounces in them as a trap;
 * - *reply, unsubscribe*: people; *warning, reports on authentication, broken, not a mail*: the rest.
 */
const paths = createReturnPaths(Buffer.alloc(32, 7));
const messageId = '0195c0de-0000-7000-8000-000000000001';
const path = paths.returnPathOf({ inboxAddress: 'bounces@mail.example.com', messageId });
const samples = samplesFor(path);
const at = new Date('2026-03-02T09:00:00Z');

function verdictOf(report: Report, raw: Buffer): Verdict {
  const hash = createHash('sha256').update(raw).digest('hex');
  const outcome = outcomeOf(report, { envelopeTo: path, at, hash }, paths);
  if (outcome.kind === 'unsubscribe') return 'unsubscribe';
  if (outcome.kind === 'ignored') {
    if (outcome.reason === 'not_a_complaint') return 'no_complaint';
    if (outcome.reason === 'unsigned') throw new Error('the sample is signed');
    return outcome.reason;
  }
  const [event] = outcome.returned;
  if (event?.kind === 'complained') return 'complaint';
  if (event?.kind === 'replied') return 'reply';
  if (event?.kind === 'delayed' || event?.kind === 'delivered') return event.kind;
  return event?.bounce?.class ?? 'unknown';
}

async function judged({ sample, raw }: { sample: Sample; raw: Buffer }) {
  const report = await readReport(raw);
  return { report, verdict: verdictOf(report, raw), label: `${sample.family}: ${sample.name}` };
}

test('there are at least 200 samples, no two alike', () => {
  expect(samples.length).toBeGreaterThanOrEqual(200);
  const labels = samples.map(({ sample }) => `${sample.family}: ${sample.name}`);
  expect(labels.length - new Set(labels).size).toBeLessThanOrEqual(8);
  expect(new Set(samples.map(({ raw }) => raw.toString('latin1'))).size).toBe(samples.length);
});

test('every sample is taken for what it is', async () => {
  const wrong: string[] = [];
  for (const each of samples) {
    const { verdict, label, report } = await judged(each);
    const want = each.sample.verdict;
    if (verdict !== want) {
      const said = report.kind === 'dsn' ? JSON.stringify(report.recipients) : report.kind;
      wrong.push(`${label}\n    is ${want}, taken for ${verdict} (${said})`);
    }
  }
  expect(wrong).toEqual([]);
});

test('no sample is a false hard bounce', async () => {
  const wrong: string[] = [];
  for (const each of samples) {
    const { verdict, label } = await judged(each);
    if (verdict === 'hard' && each.sample.verdict !== 'hard') wrong.push(label);
  }
  expect(wrong).toEqual([]);
});

test('reports tell for whom, what the server said, and its code', async () => {
  for (const each of samples) {
    const report = await readReport(each.raw);
    if (report.kind !== 'dsn' || each.sample.family === 'HTML only') continue;
    const [first] = report.recipients;
    expect(first?.recipient, each.sample.name).toBe('ada@example.org');
    expect(first?.diagnostic.length ?? 0).toBeLessThanOrEqual(500);
  }
});
