import type { Socket } from 'node:net';

/** One reply of the server. */
export interface Reply {
  /** 200 … 599; 0 when there is none and none will come. */
  readonly code: number;
  /** All of it, on one line; for code 0 what happened instead. */
  readonly text: string;
}

/** Commands out, replies in, over an open connection. Not for more than one conversation at a time. */
export interface SmtpWire {
  write(data: string | Buffer): void;
  /** Writes and waits until the kernel has it; false when the connection or the time ran out first. */
  flush(data: Buffer, timeoutMs: number): Promise<boolean>;
  /** The next reply. Code 0 once the connection is lost or after `timeoutMs`, which loses it. */
  reply(timeoutMs: number): Promise<Reply>;
  /** Whether a reply has arrived that nobody has asked for yet. */
  hasUnread(): boolean;
  /** Waits at most this much longer for the reply that is being waited for. */
  hurry(timeoutMs: number): void;
  /** Ends the connection; what was not sent stays unsent. */
  lose(why: string): void;
  /** Says goodbye and ends the connection. */
  quit(): void;
  readonly isLost: boolean;
  /** Called once, when the connection is lost. */
  onLost: (() => void) | null;
  /** Called when a reply arrives that nobody waits for. */
  onUnasked: (() => void) | null;
}

/** Far over any reply; a server that sends more is not speaking SMTP. */
const REPLY_LENGTH_MAX = 64 * 1024;
/** How much of a reply is kept. */
const ANSWER_LENGTH_MAX = 1_000;
const QUIT_MS = 1_000;

const REPLY_LINE = /^([2-5]\d\d)(?:([ -])(.*))?$/s;

/** Takes over a socket whose session is open and silent. */
export function wireOver(socket: Socket): SmtpWire {
  let received = '';
  let lines: string[] = [];
  const unread: Reply[] = [];
  let waiting: ((reply: Reply) => void) | null = null;
  let timer: NodeJS.Timeout | undefined;
  let lost: string | null = null;

  const give = (reply: Reply): void => {
    if (waiting === null) {
      unread.push(reply);
      wire.onUnasked?.();
      return;
    }
    const resolve = waiting;
    waiting = null;
    clearTimeout(timer);
    resolve(reply);
  };

  const lose = (why: string): void => {
    if (lost !== null) return;
    lost = why;
    socket.destroy();
    if (waiting !== null) give({ code: 0, text: why });
    wire.onLost?.();
  };

  const readLine = (line: string): void => {
    const [, code, mark, text] = REPLY_LINE.exec(line) ?? [];
    if (code === undefined) return lose('the server answered something that is not SMTP');
    lines.push(lines.length === 0 ? line : (text ?? ''));
    if (mark === '-') return;
    const whole = lines.join(' ').replace('-', ' ').slice(0, ANSWER_LENGTH_MAX);
    lines = [];
    give({ code: Number(code), text: whole });
  };

  const onData = (chunk: Buffer): void => {
    received += chunk.toString('utf8');
    let begin = 0;
    for (let end = received.indexOf('\n'); end !== -1; end = received.indexOf('\n', begin)) {
      readLine(received.slice(begin, received[end - 1] === '\r' ? end - 1 : end));
      if (lost !== null) return;
      begin = end + 1;
    }
    received = received.slice(begin);
    const length = received.length + lines.reduce((sum, line) => sum + line.length, 0);
    if (length > REPLY_LENGTH_MAX) lose('the server does not end its reply');
  };

  const startTimer = (timeoutMs: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => lose(`no reply within ${timeoutMs} ms`), timeoutMs);
  };

  const wire: SmtpWire = {
    onLost: null,
    onUnasked: null,
    get isLost() {
      return lost !== null;
    },
    write: (data) => {
      if (lost === null) socket.write(data);
    },
    flush: (data, timeoutMs) =>
      new Promise((resolve) => {
        if (lost !== null) return resolve(false);
        const patience = setTimeout(() => lose(`nothing taken within ${timeoutMs} ms`), timeoutMs);
        socket.write(data, (error) => {
          clearTimeout(patience);
          resolve(!error && lost === null);
        });
      }),
    reply: (timeoutMs) => {
      const next = unread.shift();
      if (next !== undefined) return Promise.resolve(next);
      if (lost !== null) return Promise.resolve({ code: 0, text: lost });
      return new Promise((resolve) => {
        waiting = resolve;
        startTimer(timeoutMs);
      });
    },
    hasUnread: () => unread.length > 0,
    hurry: (timeoutMs) => {
      if (waiting !== null) startTimer(timeoutMs);
    },
    lose,
    quit: () => {
      if (lost !== null) return;
      lost = 'the connection was ended';
      socket.end('QUIT\r\n');
      setTimeout(() => socket.destroy(), QUIT_MS).unref();
      wire.onLost?.();
    },
  };
  socket.on('data', onData);
  socket.on('end', () => lose('the server closed the connection'));
  socket.on('close', () => lose('the connection was closed'));
  socket.on('error', (error: NodeJS.ErrnoException) =>
    lose(
      error.code === 'ECONNRESET'
        ? 'the server reset the connection'
        : `the connection failed: ${error.message}`,
    ),
  );
  return wire;
}
