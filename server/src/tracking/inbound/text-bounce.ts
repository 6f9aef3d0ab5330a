import { enhancedCodeIn } from '../../transport/index.ts';
import { addressIn, oneLine, reportedOf, type ReportedRecipient } from './delivery-status.ts';
import { headerOf, type Mail } from './mail.ts';
import { AUTO_REPLY, BOUNCE, DELAY, isDaemon, ORIGINAL_BEGINS } from './wording.ts';

/** The reason stands near the recipient; text further on is for people, or is ours. */
const LINES_AFTER = 14;
const LINES_MAX = 120;
const LOOKED_AT_MAX = 6_000;

/**
 * Reads a bounce that has no machine's part, as qmail, Exim, old Exchange, Notes and many others
 * write them.
 *
 * Only what a mail system sends, and says to be about a mail that went nowhere, is one: a person's
 * answering machine that says "this address does not exist any more" never is.
 */
export function textBounceOf(mail: Mail): ReportedRecipient | null {
  const subject = headerOf(mail, 'subject').toLowerCase();
  if (!isFromDaemon(mail) || AUTO_REPLY.some((phrase) => subject.includes(phrase))) return null;
  const said = saidIn(mail.text);
  const text = `${subject}\n${said.join('\n').toLowerCase()}`.slice(0, LOOKED_AT_MAX);
  if (!BOUNCE.some((phrase) => text.includes(phrase))) return null;
  const named = failedIn(said, headerOf(mail, 'x-failed-recipients'));
  const reason = named.line === -1 ? said : said.slice(named.line, named.line + LINES_AFTER);
  const isDelay = DELAY.some((phrase) => text.includes(phrase));
  const diagnostic = replyIn(oneLine(reason.join(' ')));
  const code = enhancedCodeIn(diagnostic);
  const action = isDelay ? ('delayed' as const) : ('failed' as const);
  return reportedOf({ recipient: named.recipient, action, code, diagnostic });
}

/** The reason, from what a report says to people, for parts that leave it out. */
export function reasonIn(text: string): string {
  const said = saidIn(text);
  const { line } = failedIn(said, '');
  return oneLine((line === -1 ? [] : said.slice(line, line + LINES_AFTER)).join(' '));
}

const REPLY = /(?:^|[:;'"<])\s{0,3}(?=[45]\d\d[ -]\S)/;

/**
 * What the server answered, where the report quotes it: its words weigh more than those around it.
 */
function replyIn(text: string): string {
  const found = REPLY.exec(text);
  return found === null ? text : text.slice(found.index + found[0].length);
}

export function isFromDaemon(mail: Mail): boolean {
  const from = headerOf(mail, 'from') || headerOf(mail, 'sender');
  const address = addressIn(from) ?? from;
  const local = address.slice(0, address.lastIndexOf('@') + 1 || undefined).replace(/@$/, '');
  const name = from.includes('<') ? from.slice(0, from.indexOf('<')) : '';
  return headerOf(mail, 'x-failed-recipients') !== '' || isDaemon({ local, name });
}

/** The lines before the mail that came back. */
function saidIn(text: string): string[] {
  const lines = text.slice(0, LOOKED_AT_MAX * 2).split(/\r?\n/, LINES_MAX);
  const end = lines.findIndex((line, at) => at > 0 && beginsOriginal(line));
  return end === -1 ? lines : lines.slice(0, end);
}

const HEADER_OF_ORIGINAL =
  /^>?\s?(?:return-path|received|dkim-signature|message-id|mime-version):/i;

function beginsOriginal(line: string): boolean {
  if (HEADER_OF_ORIGINAL.test(line)) return true;
  if (line.length > 160) return false;
  const words = line.toLowerCase();
  // A sentence may name "the original message"; a separator is marked or ends with a colon.
  const isSeparator = /^\W{0,3}-{2,}|^={3,}|^_{3,}|:\s*$/.test(line);
  return isSeparator && ORIGINAL_BEGINS.some((phrase) => words.includes(phrase));
}

/** Whom the report is about, and in which line: the last first mention before a reason. */
function failedIn(
  lines: readonly string[],
  header: string,
): { recipient: string | null; line: number } {
  const told = addressIn(header);
  const line = lines.findIndex((text) => {
    const address = addressIn(text);
    if (address === null) return false;
    return told === null ? !isDaemon({ local: localOf(address), name: '' }) : address === told;
  });
  return { recipient: told ?? (line === -1 ? null : addressIn(lines[line] ?? '')), line };
}

const localOf = (address: string): string => address.slice(0, address.lastIndexOf('@'));
