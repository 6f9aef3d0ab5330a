import type { MessageEvent } from '@milepost/sdk';

/** How an event is told. */
export interface EventWords {
  readonly title: string;
  /** Ours to do or to expect; good news; bad news; what a program did. */
  readonly tone: 'plain' | 'good' | 'bad' | 'faint';
  readonly note: string | null;
  /** What a mail server or a provider said, word for word. */
  readonly quote: string | null;
}

/** Why a visit counts as a program's, by the word that is kept with it. */
const MACHINES: Readonly<Record<string, string>> = {
  apple_privacy_proxy: 'Apple Mail’s privacy proxy loads pictures whether or not anybody looks.',
  gmail_prefetch: 'Gmail loaded it ahead, before anybody looked.',
  head_request: 'It asked for the address without reading it, as link checkers do.',
  prefetch: 'It was loaded ahead, before anybody wished to see it.',
  no_user_agent: 'It did not say what program it is; mail programs and browsers do.',
  scanner: 'A link checker, a preview or a script.',
  too_soon: 'It came sooner after the handover than anybody reads.',
  all_links_at_once: 'It followed several links within seconds.',
  honeypot: 'It followed a link that people do not see.',
  provider: 'The provider says that it was a program.',
};

const BOUNCES: Readonly<Record<string, { readonly title: string; readonly note: string }>> = {
  hard: {
    title: 'Bounced for good',
    note: 'Hard bounce: mail to this address is read by nobody.',
  },
  soft: { title: 'Bounced for now', note: 'Soft bounce: it may arrive another time.' },
  blocked: {
    title: 'Blocked',
    note: 'The server refuses the mail or its sender; that says nothing about the recipient.',
  },
};

/** Who tells, where the word alone would not do. */
const SOURCES: Readonly<Record<string, string>> = {
  smtp: 'the mail server, at the handover',
  inbox: 'a report to the return-path',
  one_click: 'the unsubscribe button of their mail program',
  page: 'their preference page',
  mail: 'a mail to the unsubscribe address',
  ses: 'Amazon SES',
  resend: 'Resend',
  postmark: 'Postmark',
  mailgun: 'Mailgun',
  sendgrid: 'SendGrid',
};

const PLAIN: Readonly<Record<string, Omit<EventWords, 'quote'>>> = {
  made: { title: 'Composed', tone: 'plain', note: null },
  accepted: { title: 'Accepted', tone: 'plain', note: 'The next server took it over.' },
  delivered: { title: 'Delivered', tone: 'good', note: null },
  deferred: { title: 'Deferred', tone: 'plain', note: 'It is tried again, for 24 hours in all.' },
  delayed: { title: 'Delayed', tone: 'plain', note: 'The receiving side is still being tried.' },
  rejected: { title: 'Rejected', tone: 'bad', note: 'It is not tried again.' },
  dropped: { title: 'Dropped', tone: 'bad', note: 'The provider took it and did not send it.' },
  complained: {
    title: 'Reported as spam',
    tone: 'bad',
    note: 'Nothing more is sent to this address.',
  },
  unsubscribed: { title: 'Unsubscribed', tone: 'bad', note: 'They want no more of it.' },
  subscribed: { title: 'Subscribed again', tone: 'good', note: null },
  replied: { title: 'Answered', tone: 'good', note: null },
  in_doubt: { title: 'In doubt', tone: 'bad', note: 'No answer came; it may have left, or not.' },
  late_answer: { title: 'Answered late', tone: 'plain', note: 'After it had been given up.' },
  marked_sent: { title: 'Marked as sent', tone: 'plain', note: 'A member decided so.' },
  resend_ordered: { title: 'Ordered again', tone: 'plain', note: 'A member decided so.' },
  cancelled: { title: 'Cancelled', tone: 'plain', note: null },
};

/** How the transport that hands over nothing words its answer. */
const CAPTURED = /^captured\b/;
const KEPT: EventWords = {
  title: 'Accepted',
  tone: 'plain',
  note: 'It was kept here, and handed over to nobody.',
  quote: null,
};

/** An event in the words of whoever reads the page. Pure, and total. */
export function eventWords({ kind, detail }: MessageEvent): EventWords {
  if (kind === 'opened' || kind === 'clicked') return visitWords(kind, detail);
  if (kind === 'bounced') {
    const bounce = BOUNCES[textIn(detail, 'class')];
    const words = bounce ?? { title: 'Bounced', note: 'It came back.' };
    return { ...words, tone: 'bad', quote: saidIn(detail) };
  }
  if (kind === 'accepted' && CAPTURED.test(textIn(detail, 'answer'))) return KEPT;
  const words = PLAIN[kind] ?? { title: sentence(kind), tone: 'plain', note: null };
  return { ...words, quote: saidIn(detail) };
}

function visitWords(kind: 'opened' | 'clicked', detail: MessageEvent['detail']): EventWords {
  const did = kind === 'opened' ? 'Opened' : 'Clicked';
  const quote = textIn(detail, 'url') || null;
  if (detail['machine'] === true) {
    const note = MACHINES[textIn(detail, 'reason')] ?? 'A program, not a person.';
    return { title: `${did} by a machine`, tone: 'faint', note, quote };
  }
  const via = textIn(detail, 'via');
  // A proxy fetches pictures; what is followed through it was seen there, not fetched.
  const note =
    via === '' || kind === 'clicked' ? null : `Through the picture proxy of ${sentence(via)}.`;
  return { title: `${did} by a person`, tone: 'good', note, quote };
}

/** What a server said: its code, unless the words begin with it, and its words. */
function saidIn(detail: MessageEvent['detail']): string | null {
  const code = textIn(detail, 'code');
  const words = textIn(detail, 'diagnostic') || textIn(detail, 'answer');
  const said = words.includes(code) ? words : `${code} ${words}`;
  return said.trim() === '' ? null : said.trim();
}

/** Who told of it; null where we saw it ourselves. */
function sourceOf({ detail }: MessageEvent): string | null {
  const source = textIn(detail, 'source');
  return source === '' ? null : (SOURCES[source] ?? source);
}

const textIn = (detail: MessageEvent['detail'], name: string): string => {
  const value = detail[name];
  return typeof value === 'string' ? value : '';
};

/** `handed_over` as `Handed over`. */
export function sentence(name: string): string {
  const words = name.replaceAll(/[_.]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Events that say the same one after the other. */
export interface EventGroup {
  readonly words: EventWords;
  readonly source: string | null;
  readonly at: string;
  /** When the last of them was; the first, where there is one. */
  readonly lastAt: string;
  readonly count: number;
}

/**
 * The history with repetitions told once: a proxy may load a picture every day for months. What a
 * server said is told once too: a refusal is also a bounce.
 */
export function groupsOf(events: readonly MessageEvent[]): EventGroup[] {
  const groups: EventGroup[] = [];
  let saidBefore: string | null = null;
  let tellsBefore = '';
  for (const event of events) {
    const { at } = event;
    const words = eventWords(event);
    const source = sourceOf(event);
    const tells = JSON.stringify([words, source]);
    const last = groups.at(-1);
    if (last !== undefined && tells === tellsBefore) {
      groups[groups.length - 1] = { ...last, lastAt: at, count: last.count + 1 };
    } else {
      const quote = words.quote === saidBefore ? null : words.quote;
      groups.push({ words: { ...words, quote }, source, at, lastAt: at, count: 1 });
    }
    saidBefore = words.quote;
    tellsBefore = tells;
  }
  return groups;
}
