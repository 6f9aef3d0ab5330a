import { contentOf, END_OF_DATA } from './smtp-content.ts';
import type { Reply } from './smtp-reply.ts';
import type { SmtpSession } from './smtp-session.ts';
import type { Handover, HandoverPhase, OutgoingMessage } from './transport.ts';

/** How long the server may take, per phase. Source: RFC 5321 section 4.5.3.2. */
export interface ExchangeTimeouts {
  /** For a reply to MAIL FROM and RCPT TO. */
  readonly commandMs: number;
  /** For a reply to DATA. */
  readonly dataMs: number;
  /** For taking one block of a large message. */
  readonly contentMs: number;
  /** For the reply to the final dot. */
  readonly endMs: number;
  /** For the same once we have been asked to stop, and for what does not concern a message. */
  readonly stopMs: number;
}

/** What became of a message, and of the session it went over. */
export interface Exchange {
  readonly handover: Handover;
  /**
   * True when the connection ended before the server answered anything about this message, of
   * which nothing but its addresses had left: it may go over another connection.
   */
  readonly isUntouched: boolean;
  /** Makes the session ready for the next message; false when it cannot be. */
  readonly recover: () => Promise<boolean>;
}

/** Messages up to this size leave in one write together with their final dot. */
const BLOCK_BYTES = 64 * 1024;
const ENVELOPE_ADDRESS = /^[!-;=?-~]{1,320}$/;

/** Codes that speak about our account or the session and not about the message. */
const ABOUT_US = new Set([503, 530, 534, 535, 538]);

const gone = (): Promise<boolean> => Promise.resolve(false);

/**
 * Hands one message over an open session: MAIL FROM, RCPT TO, DATA, content, final dot.
 *
 * Exactly one write decides: before the one that holds the final dot every failure is `deferred`
 * or `rejected`, after it everything but a definite reply is `in_doubt`.
 */
export async function exchange(
  session: SmtpSession,
  message: OutgoingMessage,
  {
    timeouts,
    signal,
    mayLeave = () => true,
  }: {
    timeouts: ExchangeTimeouts;
    signal?: AbortSignal | undefined;
    mayLeave?: (() => boolean) | undefined;
  },
): Promise<Exchange> {
  const content = contentOf(message.raw);
  if (content === null) return unfit('the message holds a bare line break');
  const reason = unfitness(session, message, content.length);
  if (reason !== null) return unfit(reason);
  const { wire } = session;
  let isDotWritten = false;
  const onAbort = (): void => {
    if (isDotWritten) wire.hurry(timeouts.stopMs);
    else wire.lose('the worker is stopping');
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    if (signal?.aborted === true) return deferred('mail', 'the worker is stopping', gone);
    const refusal = await announce(session, message, content.length, timeouts);
    if (refusal !== null) return refusal;
    if (content.length > BLOCK_BYTES) {
      const failure = await writeBlocks(session, content, timeouts);
      if (failure !== null) return failure;
    }
    if (!mayLeave()) {
      wire.lose('the message may have been taken over');
      return deferred('content', 'this worker stood still and may have been taken for dead', gone);
    }
    isDotWritten = true;
    wire.write(...(content.length > BLOCK_BYTES ? [END_OF_DATA] : [content, END_OF_DATA]));
    return ended(session, await wire.reply(timeouts.endMs));
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

/** Why a message cannot go to this server at all, or null. */
function unfitness(
  { bytesMax }: SmtpSession,
  { envelope }: OutgoingMessage,
  bytes: number,
): string | null {
  if (envelope.to.length === 0) return 'the message has no recipient';
  const addresses = [envelope.from, ...envelope.to];
  if (!addresses.every((address) => ENVELOPE_ADDRESS.test(address))) {
    return 'an address of the envelope is not well-formed';
  }
  if (bytesMax > 0 && bytes > bytesMax) {
    return `the message has ${bytes} bytes and the server takes ${bytesMax}`;
  }
  return null;
}

/** MAIL FROM, RCPT TO and DATA. Null when the server waits for the content. */
async function announce(
  session: SmtpSession,
  { envelope }: OutgoingMessage,
  bytes: number,
  timeouts: ExchangeTimeouts,
): Promise<Exchange | null> {
  const { wire, pipelines } = session;
  const commands: [HandoverPhase, string][] = [
    ['mail', `MAIL FROM:<${envelope.from}>${session.takesSize ? ` SIZE=${bytes}` : ''}\r\n`],
    ...envelope.to.map((to): [HandoverPhase, string] => ['rcpt', `RCPT TO:<${to}>\r\n`]),
    ['data', 'DATA\r\n'],
  ];
  if (pipelines) wire.write(commands.map(([, command]) => command).join(''));
  let repliesLeft = commands.length;
  for (const [phase, command] of commands) {
    if (!pipelines) wire.write(command);
    const reply = await wire.reply(phase === 'data' ? timeouts.dataMs : timeouts.commandMs);
    repliesLeft -= 1;
    const isExpected = phase === 'data' ? reply.code === 354 : hundreds(reply) === 2;
    if (isExpected) continue;
    const unreadCount = pipelines ? repliesLeft : 0;
    return {
      ...verdict(phase, reply),
      isUntouched: phase === 'mail' && (reply.code === 0 || reply.code === 421),
      recover: () => recover(session, unreadCount, reply, timeouts),
    };
  }
  if (!wire.hasUnread) return null;
  wire.lose('the server is out of step');
  return deferred('data', 'the server answered more often than it was asked', gone);
}

/** Everything before the final dot of a message too large for one write. Null when it has left. */
async function writeBlocks(
  { wire }: SmtpSession,
  content: Buffer,
  { contentMs, commandMs }: ExchangeTimeouts,
): Promise<Exchange | null> {
  for (let at = 0; at < content.length; at += BLOCK_BYTES) {
    const isTaken = await wire.flush(content.subarray(at, at + BLOCK_BYTES), contentMs);
    if (isTaken && !wire.hasUnread) continue;
    // The server has spoken before it had everything, or is gone; without the dot it has nothing.
    const reply = await wire.reply(commandMs);
    wire.lose('the message was not wanted');
    return { ...verdict('content', reply), isUntouched: false, recover: gone };
  }
  return null;
}

/** What the reply to the final dot means. */
function ended({ wire }: SmtpSession, reply: Reply): Exchange {
  const recover = (): Promise<boolean> => Promise.resolve(!wire.isLost && !wire.hasUnread);
  if (hundreds(reply) === 2) {
    return { handover: { kind: 'accepted', answer: reply.text }, isUntouched: false, recover };
  }
  if (hundreds(reply) === 4 || hundreds(reply) === 5) {
    return {
      ...verdict('end', reply),
      isUntouched: false,
      recover: reply.code === 421 ? gone : recover,
    };
  }
  const handover: Handover = { kind: 'in_doubt', answer: reply.text, phase: 'end' };
  return { handover, isUntouched: false, recover: gone };
}

/**
 * What a reply other than the hoped-for one means while the server has not taken the message.
 *
 * A 5xx about the recipient or the message is for good. One about us (the sender refused, the
 * password missing) is deferred: an operator can set it right within the hours for which a message
 * is tried, and losing every message meanwhile would help nobody.
 */
function verdict(phase: HandoverPhase, { code, text }: Reply): { handover: Handover } {
  const isForGood =
    code >= 500 && !ABOUT_US.has(code) && (phase !== 'mail' || isTooLarge(code, text));
  return {
    handover: isForGood
      ? { kind: 'rejected', answer: text, phase }
      : { kind: 'deferred', answer: text, phase },
  };
}

const isTooLarge = (code: number, text: string): boolean =>
  code === 552 || /\b5\.3\.4\b/.test(text);

const hundreds = ({ code }: Reply): number => Math.floor(code / 100);

/** Reads what pipelined commands are still to be answered, then ends the transaction. */
async function recover(
  { wire }: SmtpSession,
  unreadCount: number,
  refusal: Reply,
  { stopMs }: ExchangeTimeouts,
): Promise<boolean> {
  let isInStep = refusal.code !== 0 && refusal.code !== 421 && hundreds(refusal) >= 4;
  for (let i = 0; isInStep && i < unreadCount; i += 1) {
    const reply = await wire.reply(stopMs);
    // 354 to the DATA of a refused message: the server waits for content, and gets none.
    isInStep = reply.code !== 0 && reply.code !== 421 && hundreds(reply) !== 3;
  }
  if (!isInStep) return false;
  wire.write('RSET\r\n');
  const reply = await wire.reply(stopMs);
  return hundreds(reply) === 2 && !wire.hasUnread;
}

/** A message that was not even begun; the session is as it was. */
const unfit = (answer: string): Exchange => ({
  handover: { kind: 'rejected', answer, phase: 'mail' },
  isUntouched: false,
  recover: () => Promise.resolve(true),
});

function deferred(
  phase: HandoverPhase,
  answer: string,
  recoverWith: () => Promise<boolean>,
): Exchange {
  return {
    handover: { kind: 'deferred', answer, phase },
    isUntouched: false,
    recover: recoverWith,
  };
}
