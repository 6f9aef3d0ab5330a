import { closeSync, openSync, writeSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createSecureContext, createServer as createTlsServer, TLSSocket } from 'node:tls';
import { parseArgs } from 'node:util';
import { TLS_CERTIFICATE, TLS_KEY } from './tls-pair.ts';

/**
 * An SMTP server that takes every message and delivers none, for tests and benchmarks.
 *
 * What it accepts goes to an append-only log before the 250 leaves, so that the log is the truth
 * about what a receiver has, whatever happens to either process. It can be told, per message, to
 * misbehave in every phase. Also a program: `node smtp-sink.ts --port 0 --log accepted.jsonl`
 * prints `{"port":…}` and runs until it is killed.
 */
export interface SmtpSink {
  readonly port: number;
  /** What was accepted, one entry per recipient, in order. */
  readonly accepted: readonly Accepted[];
  /** Commands received, over all connections, in order. */
  readonly commands: readonly string[];
  readonly connectionCount: number;
  /** How many connections are open. */
  readonly openCount: number;
  close(): Promise<void>;
}

/** One line of the log. */
export interface Accepted {
  readonly message_id: string;
  readonly from: string;
  readonly to: string;
  readonly at: string;
  /** The message with its dots unstuffed; only kept in memory, and only when asked for. */
  readonly raw?: Buffer;
}

/** When something can go wrong. `idle` is after an accepted message, `content` amid one. */
export type SinkPhase =
  | 'connect'
  | 'hello'
  | 'auth'
  | 'mail'
  | 'rcpt'
  | 'data'
  | 'content'
  | 'dot'
  | 'idle';

/** What the sink does instead of answering as it should. The parts combine, in this order. */
export interface Fault {
  /** Of `dot`: whether the message is taken all the same. True unless `answer` refuses it. */
  readonly accept?: boolean;
  readonly delayMs?: number;
  /** Says nothing at all. */
  readonly silent?: boolean;
  /** Says this instead. */
  readonly answer?: string;
  readonly twice?: boolean;
  /** One byte at a time, this far apart. */
  readonly dribbleMs?: number;
  readonly end?: 'close' | 'reset';
}

export interface SinkOptions {
  readonly port?: number;
  /** A file to append to. */
  readonly log?: string;
  /** Keeps the bytes of what was accepted. */
  readonly keepsRaw?: boolean;
  readonly tls?: 'implicit' | 'starttls';
  readonly auth?: { readonly user: string; readonly pass: string };
  readonly pipelining?: boolean;
  readonly bytesMax?: number;
  /** Asked at every phase before the address is looked at. */
  readonly faultAt?: (event: SinkEvent) => Fault | null;
}

export interface SinkEvent {
  readonly phase: SinkPhase;
  /** 1 for the first connection. */
  readonly connection: number;
  /** 1 for the first message of the connection. */
  readonly message: number;
  readonly from: string;
  readonly to: string;
}

/**
 * The fault that an address asks for: `fault.<phase>.<what>….<anything>@…`, where `what` is a reply
 * code, `close` or `reset` (accepted, no answer), `lose` (neither), `silent`, `twice`,
 * `delay.<ms>` or `dribble.<ms>`. So a worker in another process can be made to meet every fault.
 */
function faultOf(address: string, phase: SinkPhase): Fault | null {
  if (!address.startsWith('fault.')) return null;
  const [, wanted, what = '', argument = ''] = address.split(/[.@]/);
  if (wanted !== phase) return null;
  if (/^[245]\d\d$/.test(what)) return { answer: `${what} as asked` };
  switch (what) {
    case 'close':
    case 'reset':
      return { silent: true, end: what };
    case 'lose':
      return { accept: false, silent: true, end: 'reset' };
    case 'silent':
      return { silent: true };
    case 'twice':
      return { twice: true };
    case 'delay':
      return { delayMs: Number(argument) };
    case 'dribble':
      return { dribbleMs: Number(argument) };
    default:
      return null;
  }
}

const END = Buffer.from('\r\n.\r\n');
const STUFFED = Buffer.from('\r\n..');

export async function startSmtpSink(options: SinkOptions = {}): Promise<SmtpSink> {
  const log = options.log === undefined ? null : openSync(options.log, 'a');
  const accepted: Accepted[] = [];
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  let connectionCount = 0;

  const take = (from: string, recipients: readonly string[], raw: Buffer): void => {
    const head = raw.toString('latin1', 0, Math.max(raw.indexOf('\r\n\r\n'), 0));
    const message_id = /^message-id:\s*(\S+)/im.exec(head)?.[1] ?? '';
    const at = new Date().toISOString();
    for (const to of recipients) {
      const entry = { message_id, from, to, at };
      if (log !== null) writeSync(log, `${JSON.stringify(entry)}\n`);
      accepted.push(options.keepsRaw === true ? { ...entry, raw: Buffer.from(raw) } : entry);
    }
  };

  const onConnection = (socket: Socket): void => {
    connectionCount += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    converse(socket, { options, connection: connectionCount, take, commands });
  };
  const server =
    options.tls === 'implicit'
      ? createTlsServer({ key: TLS_KEY, cert: TLS_CERTIFICATE }, onConnection)
      : createServer({ noDelay: true }, onConnection);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });

  return {
    port: (server.address() as AddressInfo).port,
    accepted,
    commands,
    get connectionCount() {
      return connectionCount;
    },
    get openCount() {
      return sockets.size;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          if (log !== null) closeSync(log);
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}

interface Conversation {
  readonly options: SinkOptions;
  readonly connection: number;
  readonly take: (from: string, recipients: readonly string[], raw: Buffer) => void;
  readonly commands: string[];
}

/** One connection: reads commands and content as they come, and answers in order. */
function converse(first: Socket, { options, connection, take, commands }: Conversation): void {
  let socket = first;
  let input: Buffer = Buffer.alloc(0);
  let output = '';
  let isWaiting = false;
  let isContent = false;
  let isEnded = false;
  let isAuthenticated = options.auth === undefined;
  let onLine: ((line: string) => void) | null = null;
  let from = '';
  let recipients: string[] = [];
  let message = 1;
  let commandCount = 0;

  const flush = (): void => {
    if (output !== '' && !socket.destroyed) socket.write(output);
    output = '';
  };

  const end = (how: 'close' | 'reset'): void => {
    flush();
    isWaiting = true;
    isEnded = true;
    if (how === 'reset') return void socket.resetAndDestroy();
    socket.end();
    setTimeout(() => socket.destroy(), 500).unref();
  };

  const wait = (ms: number, then: () => void): void => {
    flush();
    isWaiting = true;
    setTimeout(() => {
      isWaiting = false;
      then();
      process();
    }, ms);
  };

  const dribble = (text: string, ms: number, then: () => void): void => {
    const [byte, rest] = [text.slice(0, 1), text.slice(1)];
    if (byte === '') return then();
    output += byte;
    wait(ms, () => dribble(rest, ms, then));
  };

  /** Answers, or does what the fault of this phase says. `onAnswer` hears whether it was a yes. */
  const answer = (phase: SinkPhase, text: string, onAnswer?: (isYes: boolean) => void): void => {
    const event = { phase, connection, message, from, to: recipients.at(-1) ?? '' };
    const fault =
      options.faultAt?.(event) ?? faultOf(event.to, phase) ?? faultOf(event.from, phase);
    if (fault === null) {
      onAnswer?.(/^[23]/.test(text));
      output += `${text}\r\n`;
      return;
    }
    const said = fault.answer ?? text;
    onAnswer?.(fault.accept ?? (/^[23]/.test(said) && !(fault.silent === true && phase !== 'dot')));
    const finish = (): void => {
      if (fault.end !== undefined) end(fault.end);
    };
    const say = (): void => {
      if (fault.silent === true) {
        // Whatever was sent along is not answered either.
        isWaiting = true;
        return finish();
      }
      const line = `${said}\r\n`;
      if (fault.dribbleMs !== undefined) return dribble(line, fault.dribbleMs, finish);
      output += fault.twice === true ? line + line : line;
      finish();
    };
    if (fault.delayMs === undefined) say();
    else wait(fault.delayMs, say);
  };

  const reset = (): void => {
    from = '';
    recipients = [];
  };

  const hello = (isExtended: boolean): void => {
    if (!isExtended) return answer('hello', '250 sink');
    const extensions = [
      ...(options.pipelining === false ? [] : ['PIPELINING']),
      ...(options.tls === 'starttls' && !(socket instanceof TLSSocket) ? ['STARTTLS'] : []),
      ...(options.auth === undefined ? [] : ['AUTH PLAIN LOGIN']),
      `SIZE ${options.bytesMax ?? 0}`,
      '8BITMIME',
    ];
    const lines = ['sink', ...extensions];
    const last = lines.length - 1;
    answer('hello', lines.map((line, i) => `250${i === last ? ' ' : '-'}${line}`).join('\r\n'));
  };

  const decode = (text: string): string => Buffer.from(text, 'base64').toString();
  const authenticate = (user: string, pass: string): void => {
    const isRight = user === options.auth?.user && pass === options.auth.pass;
    const text = isRight ? '235 welcome' : '535 5.7.8 authentication failed';
    answer('auth', text, (isYes) => (isAuthenticated = isRight && isYes));
  };
  const auth = (argument: string): void => {
    const [mechanism = '', initial = ''] = argument.split(' ');
    if (mechanism.toUpperCase() === 'PLAIN') {
      const [, user = '', pass = ''] = decode(initial).split('\0');
      return authenticate(user, pass);
    }
    output += `334 ${Buffer.from('Username:').toString('base64')}\r\n`;
    onLine = (user) => {
      output += `334 ${Buffer.from('Password:').toString('base64')}\r\n`;
      onLine = (pass) => {
        onLine = null;
        authenticate(decode(user), decode(pass));
      };
    };
  };

  const startTls = (): void => {
    if (options.tls !== 'starttls') {
      output += '502 not offered\r\n';
      return;
    }
    output += '220 go ahead\r\n';
    flush();
    socket.removeAllListeners('data');
    const secureContext = createSecureContext({ key: TLS_KEY, cert: TLS_CERTIFICATE });
    socket = new TLSSocket(socket, { isServer: true, secureContext });
    listen();
  };

  const command = (line: string): void => {
    commands.push(line);
    commandCount += 1;
    if (onLine !== null) return onLine(line);
    const verb = line.slice(0, 4).toUpperCase();
    const address = /<([^>]*)>/.exec(line)?.[1] ?? '';
    switch (verb) {
      case 'EHLO':
      case 'HELO':
        return hello(verb === 'EHLO');
      case 'STAR':
        return startTls();
      case 'AUTH':
        return auth(line.slice(5));
      case 'MAIL':
        from = address;
        if (!isAuthenticated) return answer('mail', '530 5.7.0 authenticate first');
        return answer('mail', '250 sender ok', (isYes) => (from = isYes ? address : ''));
      case 'RCPT':
        recipients.push(address);
        if (from === '') recipients = [];
        return answer('rcpt', from === '' ? '503 no sender' : '250 recipient ok', (isYes) => {
          if (!isYes) recipients.pop();
        });
      case 'DATA': {
        const text = recipients.length > 0 ? '354 go ahead' : '554 no valid recipients';
        return answer('data', text, (isYes) => (isContent = isYes));
      }
      case 'RSET':
        reset();
        output += '250 reset\r\n';
        return;
      case 'NOOP':
        output += '250 ok\r\n';
        return;
      case 'QUIT':
        output += '221 bye\r\n';
        return end('close');
      default:
        output += '500 unknown command\r\n';
    }
  };

  const content = (): boolean => {
    // The CRLF that ends the DATA command counts as the one before a dot.
    const isEmpty = input.length >= 3 && input.toString('latin1', 0, 3) === '.\r\n';
    const at = isEmpty ? 0 : input.indexOf(END);
    const event = { phase: 'content' as const, connection, message, from, to: recipients[0] ?? '' };
    const fault = options.faultAt?.(event) ?? faultOf(event.to, 'content');
    if (input.length > 0 && (fault?.answer !== undefined || fault?.end !== undefined)) {
      isContent = false;
      input = Buffer.alloc(0);
      isWaiting = true;
      if (fault.answer !== undefined) output += `${fault.answer}\r\n`;
      flush();
      end(fault.end ?? 'close');
      return false;
    }
    if (at === -1) return false;
    const raw = unstuffed(isEmpty ? Buffer.alloc(0) : input.subarray(0, at + 2));
    input = input.subarray(isEmpty ? 3 : at + END.length);
    isContent = false;
    answer('dot', '250 2.0.0 taken', (isYes) => {
      if (isYes) take(from, recipients, raw);
    });
    const idle = { phase: 'idle' as const, connection, message, from, to: recipients[0] ?? '' };
    const idleFault = options.faultAt?.(idle) ?? faultOf(idle.to, 'idle');
    message += 1;
    reset();
    if (idleFault !== null) farewell(idleFault);
    return true;
  };

  const farewell = (fault: Fault): void => {
    flush();
    const seenCount = commandCount;
    setTimeout(() => {
      if (commandCount !== seenCount) return;
      if (fault.answer !== undefined) output += `${fault.answer}\r\n`;
      if (fault.end === undefined && fault.answer !== undefined) flush();
      else end(fault.end ?? 'close');
    }, fault.delayMs ?? 0);
  };

  const process = (): void => {
    for (let isOn = !isWaiting; isOn; isOn = isOn && !isWaiting) {
      if (isContent) {
        isOn = content();
        continue;
      }
      const at = input.indexOf(10);
      if (at === -1) break;
      const line = input.toString('latin1', 0, input[at - 1] === 13 ? at - 1 : at);
      input = input.subarray(at + 1);
      command(line);
    }
    flush();
  };

  const listen = (): void => {
    socket.on('data', (chunk: Buffer) => {
      if (isEnded) return;
      input = input.length === 0 ? chunk : Buffer.concat([input, chunk]);
      process();
    });
    socket.on('error', () => socket.destroy());
  };

  listen();
  answer('connect', '220 sink ESMTP');
  flush();
}

function unstuffed(content: Buffer): Buffer {
  if (content[0] !== 46 && !content.includes(STUFFED)) return content;
  return Buffer.from(content.toString('latin1').replaceAll(/(^|\r\n)\./g, '$1'), 'latin1');
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      log: { type: 'string' },
      'no-pipelining': { type: 'boolean', default: false },
      /** Every nth message is accepted and the connection reset without an answer. */
      'drop-every': { type: 'string', default: '0' },
    },
  });
  let dots = 0;
  const every = Number(values['drop-every']);
  const drop: Fault = { accept: true, silent: true, end: 'reset' };
  const sink = await startSmtpSink({
    port: Number(values.port),
    pipelining: !values['no-pipelining'],
    ...(values.log === undefined ? {} : { log: values.log }),
    ...(every > 0
      ? { faultAt: ({ phase }) => (phase === 'dot' && ++dots % every === 0 ? drop : null) }
      : {}),
  });
  process.stdout.write(`${JSON.stringify({ port: sink.port })}\n`);
  // In its own process what it accepted is in the log; in memory it would only grow.
  setInterval(() => {
    (sink.accepted as Accepted[]).length = 0;
    (sink.commands as string[]).length = 0;
  }, 1_000);
}
