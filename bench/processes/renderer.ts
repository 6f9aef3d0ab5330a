import MailComposer from 'nodemailer/lib/mail-composer';
import {
  compileEmail,
  composeMessage,
  createRenderer,
  renderEmail,
  type EmailFacts,
  type RenderedEmail,
  type RenderJob,
} from '../../server/src/template/index.ts';
import { answerCalls } from '../child.ts';
import { EMAIL } from '../mail.ts';

/** As many as a worker hands over at a time. */
const BATCH = 100;
const ORDERS =
  '{% for order in event.orders %}<li>{{ order.name }}: {{ order.price }}</li>{% endfor %}';
/** The bench's email with what many have: a list, and links that carry values. */
const CONTENT = {
  subject: EMAIL.subject,
  html: EMAIL.html.replace('<tr><td>{% if', `<tr><td><ul>${ORDERS}</ul></td></tr><tr><td>{% if`),
};
const now = '2027-01-01T00:00:00.000Z';

function factsAt(i: number): EmailFacts {
  const traits = { plan: i % 2 === 0 ? 'pro' : 'free', city: 'Zürich', seats: i % 50 };
  const orders = Array.from({ length: 5 }, (_, n) => ({ name: `Part <${i}.${n}>`, price: n * 10 }));
  const user = {
    id: `user_${i}`,
    name: `Ada user_${i}`,
    email: `user_${i}@example.org`,
    ...traits,
  };
  return { user, traits, event: { orders }, workspace: { name: 'Bench' }, now };
}

function subjectOf(email: RenderedEmail | undefined): string {
  if (email?.kind !== 'rendered') throw new Error(JSON.stringify(email));
  return email.subject;
}

/** Milliseconds of the clock, and of all processors together. */
async function timed(work: () => Promise<void> | void): Promise<{ ms: number; cpuMs: number }> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - startedAt, cpuMs: (user + system) / 1_000 };
}

const renderers = new Map<number, ReturnType<typeof createRenderer>>();
const compiled = compileEmail(CONTENT);

answerCalls({
  /** In threads, two batches under way for each, as a busy worker has them. */
  threads: ({ count, threads }: { count: number; threads: number }) => {
    const renderer = renderers.get(threads) ?? createRenderer({ threads });
    renderers.set(threads, renderer);
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < count) {
        const from = next;
        next += BATCH;
        const jobs: RenderJob[] = Array.from({ length: BATCH }, (_, i) => ({
          content: CONTENT,
          facts: factsAt(from + i),
        }));
        const emails = await renderer.render(jobs);
        for (const [i, email] of emails.entries()) {
          if (subjectOf(email) !== `Welcome, Ada user_${from + i}`) throw new Error('mixed up');
        }
      }
    };
    return timed(async () => {
      await Promise.all(Array.from({ length: threads * 2 }, lane));
    });
  },

  /** In the calling thread: no limits, no trip. */
  inline: ({ count }: { count: number }) =>
    timed(() => {
      for (let i = 0; i < count; i += 1) subjectOf(renderEmail(compiled, factsAt(i)));
    }),

  /** MIME of rendered emails, by us and by nodemailer. */
  compose: ({ count }: { count: number }) =>
    timed(() => {
      for (let i = 0; i < count; i += 1) {
        if (composeMessage(partsAt(i)).kind !== 'composed') throw new Error('not composed');
      }
    }),
  nodemailer: ({ count }: { count: number }) =>
    timed(async () => {
      for (let i = 0; i < count; i += 1) {
        const { from, to, ...rest } = partsAt(i);
        const mail = { ...rest, from: from.address, to: to.address };
        await new Promise<void>((resolve, reject) => {
          new MailComposer(mail).compile().build((error) => (error ? reject(error) : resolve()));
        });
      }
    }),
});

const rendered = renderEmail(compiled, factsAt(1));

function partsAt(i: number) {
  if (rendered.kind !== 'rendered') throw new Error('the email of the bench cannot be rendered');
  const { subject, html, text } = rendered;
  return {
    from: { address: 'hello@example.com' },
    to: { address: `user_${i}@example.org` },
    subject,
    html,
    text,
    headers: { 'List-Unsubscribe': `<https://example.com/u/${i}>` },
    messageId: `<${i}.1@example.com>`,
    date: new Date(Date.UTC(2027, 0, 1)),
  };
}
