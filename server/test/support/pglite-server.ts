import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { PGlite } from '@electric-sql/pglite';
import { MIGRATIONS } from './database.ts';

/**
 * A PostgreSQL inside of this process (PGlite), to which any number of clients speak the wire protocol
 * over streams in memory.
 *
 * Nothing happens by itself: what a client asks waits until somebody says `execute`, the answer until
 * somebody says `deliver`, and a session can be cut before, between and after. There is one backend
 * behind all sessions, so while one has a transaction open the others wait: every history is one of
 * transactions that follow each other. Contention needs a real server, and has tests of its own.
 */
export interface PgliteServer {
  /** A session for `connect(url, { openSocket })`. */
  readonly open: (owner: string) => Duplex;
  /** Sessions with a request that may be executed now, oldest session first. */
  readonly waiting: () => readonly Session[];
  /** Sessions with an answer that has not been delivered. */
  readonly answered: () => readonly Session[];
  readonly sessionsOf: (owner: string) => readonly Session[];
  /** The session whose transaction is open. */
  readonly inTransaction: () => Session | null;
  readonly execute: (session: Session) => void;
  readonly deliver: (session: Session) => void;
  /** The client loses its connection. What it asked is forgotten, or executed all the same. */
  readonly cut: (session: Session, fate: 'forgotten' | 'executed' | 'later') => void;
  /** Counts what came in: a sign that some client is running. */
  readonly activity: () => number;
  /** Runs one statement at once, beside all sessions; values come as text. */
  readonly query: (text: string) => Record<string, string | null>[];
  /** The same for one that is run often: planned once. Values are texts without quotes. */
  readonly ask: (text: string, values?: readonly string[]) => Record<string, string | null>[];
  readonly close: () => Promise<void>;
}

/** One client's connection. */
export interface Session {
  readonly id: number;
  readonly owner: string;
  /** The text of the request that waits. */
  readonly nextText: () => string;
}

/** A request: what goes to the backend, and what is said before its answer. */
interface Unit {
  readonly text: string;
  /** Null where the answer is known: it waits for its turn, and for nothing else. */
  readonly message: Buffer | null;
  readonly preamble: Buffer;
}

interface Prepared {
  readonly name: string;
  readonly text: string;
  readonly description: Buffer;
}

class WireSession implements Session {
  readonly id: number;
  readonly owner: string;
  readonly stream: Duplex;
  readonly units: Unit[] = [];
  readonly answers: Buffer[] = [];
  readonly statements = new Map<string, Prepared>();
  input: Buffer = Buffer.alloc(0);
  /** Of the request that is being received. */
  parts: Buffer[] = [];
  preamble: Buffer[] = [];
  text = '';
  hasStarted = false;
  isCut = false;

  constructor(id: number, owner: string, onInput: (session: WireSession) => void) {
    this.id = id;
    this.owner = owner;
    this.stream = new Duplex({
      read: () => {},
      write: (chunk: Buffer, _encoding, done) => {
        this.input = this.input.length === 0 ? chunk : Buffer.concat([this.input, chunk]);
        onInput(this);
        done();
      },
    });
    // The driver asks before it says goodbye.
    Object.defineProperty(this.stream, 'readyState', {
      get: () => (this.stream.destroyed ? 'closed' : 'open'),
    });
  }

  nextText(): string {
    return this.units[0]?.text ?? '';
  }
}

const SYNC = message('S', Buffer.alloc(0));
const FLUSH = message('H', Buffer.alloc(0));
const READY = message('Z', Buffer.from('I'));
const PARSED = message('1', Buffer.alloc(0));
const WELCOME = Buffer.concat([
  message('R', Buffer.from([0, 0, 0, 0])),
  message('S', Buffer.concat([cstring('client_encoding'), cstring('UTF8')])),
  message('K', Buffer.alloc(8)),
  READY,
]);
/**
 * What a process may look up while a transaction of its own is open, over connections of their own:
 * what its catalog asks.
 */
const LOOKUP =
  /from (series_versions|series_content|workspaces|automations|variant_tests)( \w)?\s+where|join built_emails/;
/** What the driver asks at the start of each session. */
const TYPES = /typarray/;

/** Starts a migrated server; takes some seconds and 300 MB. */
export async function startPgliteServer(): Promise<PgliteServer> {
  const alarms: NodeJS.Timeout[] = [];
  const { setTimeout } = globalThis;
  globalThis.setTimeout = ((...args: Parameters<typeof setTimeout>) => {
    const alarm = setTimeout(...args);
    alarms.push(alarm);
    return alarm;
  }) as typeof setTimeout;
  try {
    return serverOver(await migratedBackend());
  } finally {
    globalThis.setTimeout = setTimeout;
    // It sets itself alarms, for its statistics, that call for the next when they ring.
    for (const alarm of alarms) clearTimeout(alarm);
  }
}

async function migratedBackend(): Promise<PGlite> {
  const backend = await PGlite.create();
  for (const name of readdirSync(MIGRATIONS).toSorted()) {
    if (/^\d.*\.sql$/.test(name)) await backend.exec(readFileSync(join(MIGRATIONS, name), 'utf8'));
  }
  await backend.exec("set time zone 'UTC'; set plan_cache_mode = force_generic_plan;");
  return backend;
}

function serverOver(backend: PGlite): PgliteServer {
  const prepared = new Map<string, Prepared>();
  let sessions: WireSession[] = [];
  let sessionCount = 0;
  let holder: WireSession | null = null;
  let typesAnswer: Buffer | null = null;
  let activity = 0;

  const raw = (request: Buffer): Buffer => {
    // Nothing here is to happen by itself.
    const { setTimeout } = globalThis;
    globalThis.setTimeout = (() => 0) as never;
    try {
      return Buffer.from(backend.execProtocolRawSync(request));
    } finally {
      globalThis.setTimeout = setTimeout;
    }
  };

  const query = (text: string) => rowsOf(raw(message('Q', cstring(text))));
  const asked = new Map<string, string>();

  const parse = (text: string, types: Buffer): Prepared | Buffer => {
    const key = `${types.toString('hex')} ${text}`;
    const known = prepared.get(key);
    if (known !== undefined) return known;
    const name = `s${prepared.size + 1}`;
    const described = raw(
      Buffer.concat([
        message('P', Buffer.concat([cstring(name), cstring(text), types])),
        message('D', Buffer.concat([Buffer.from('S'), cstring(name)])),
        FLUSH,
      ]),
    );
    if (messagesOf(described).some(({ type }) => type === 'E')) {
      raw(SYNC);
      return described;
    }
    const description = described.subarray(PARSED.length);
    const statement = { name, text, description };
    prepared.set(key, statement);
    return statement;
  };

  const reply = (session: WireSession, answer: Buffer): void => {
    session.units.push({ text: '', message: null, preamble: answer });
    sayWhatIsKnown(session);
  };

  /** In turn, and not from within the driver's own call: it would forget what it writes then. */
  const sayWhatIsKnown = (session: WireSession): void =>
    queueMicrotask(() => {
      while (session.answers.length === 0 && session.units[0]?.message === null) {
        const known = session.units.shift();
        if (known !== undefined && !session.isCut) session.stream.push(known.preamble);
      }
    });

  const receive = (session: WireSession, { type, body, whole }: Message): void => {
    switch (type) {
      case 'P': {
        const [name, rest] = cut0(body);
        const [text, types] = cut0(rest);
        const statement = parse(text, types);
        if (Buffer.isBuffer(statement)) {
          // The driver has asked for a description first; it ends a failed one with a Sync.
          reply(session, statement);
          return;
        }
        session.statements.set(name, statement);
        session.preamble.push(PARSED);
        return;
      }
      case 'D': {
        const [name] = cut0(body.subarray(1));
        session.preamble.push(session.statements.get(name)?.description ?? Buffer.alloc(0));
        return;
      }
      case 'H':
        reply(session, Buffer.concat(session.preamble));
        session.preamble = [];
        return;
      case 'B': {
        const [portal, rest] = cut0(body);
        const [name, values] = cut0(rest);
        const statement = session.statements.get(name);
        session.text = statement?.text ?? '';
        const target = cstring(statement?.name ?? name);
        session.parts.push(message('B', Buffer.concat([cstring(portal), target, values])));
        return;
      }
      case 'Q':
        session.text = body.toString('utf8', 0, body.length - 1);
        session.parts.push(whole);
        finish(session);
        return;
      case 'S':
        session.parts.push(whole);
        finish(session);
        return;
      case 'X':
        end(session, true);
        return;
      default:
        session.parts.push(whole);
    }
  };

  const finish = (session: WireSession): void => {
    const { text } = session;
    const unit = {
      text,
      message: Buffer.concat(session.parts),
      preamble: Buffer.concat(session.preamble),
    };
    session.parts = [];
    session.preamble = [];
    session.text = '';
    if (!TYPES.test(text)) {
      session.units.push(unit);
      return;
    }
    if (typesAnswer === null) typesAnswer = withStatus(raw(unit.message), 'I');
    reply(session, Buffer.concat([unit.preamble, typesAnswer]));
  };

  const onInput = (session: WireSession): void => {
    activity += 1;
    if (!session.hasStarted)
      if (!session.hasStarted) {
        if (session.input.length < 4 || session.input.length < session.input.readInt32BE(0)) return;
        session.input = session.input.subarray(session.input.readInt32BE(0));
        session.hasStarted = true;
        reply(session, WELCOME);
      }
    while (session.input.length >= 5) {
      const length = session.input.readInt32BE(1) + 1;
      if (session.input.length < length) return;
      const whole = session.input.subarray(0, length);
      session.input = session.input.subarray(length);
      receive(session, {
        type: String.fromCharCode(whole[0] ?? 0),
        body: whole.subarray(5),
        whole,
      });
    }
  };

  const end = (session: WireSession, isGone: boolean): void => {
    session.isCut = true;
    session.answers.length = 0;
    if (isGone) sessions = sessions.filter((each) => each !== session);
    if (holder === session) {
      raw(message('Q', cstring('rollback')));
      holder = null;
    }
    // After this turn: the driver is told as by a network, not from within its own call.
    setImmediate(() => session.stream.destroy());
  };

  const execute = (session: WireSession): void => {
    const unit = session.units.shift();
    if (unit?.message === null || unit?.message === undefined)
      throw new Error(`session ${session.id} asks nothing`);
    const answer = raw(unit.message);
    const isGuest = holder !== null && holder !== session;
    if (!isGuest) holder = statusOf(answer) === 'I' ? null : session;
    if (session.isCut) {
      if (holder === session) {
        raw(message('Q', cstring('rollback')));
        holder = null;
      }
      if (session.units.length === 0) sessions = sessions.filter((each) => each !== session);
      return;
    }
    const said = isGuest ? withStatus(answer, 'I') : answer;
    session.answers.push(Buffer.concat([unit.preamble, said]));
  };

  const mayExecute = (session: WireSession): boolean => {
    if ((session.units[0]?.message ?? null) === null) return false;
    if (holder === null || holder === session) return true;
    const isIdle = holder.units.length === 0 && holder.answers.length === 0;
    return isIdle && session.owner === holder.owner && LOOKUP.test(session.nextText());
  };

  return {
    open: (owner) => {
      sessionCount += 1;
      const session = new WireSession(sessionCount, owner, onInput);
      sessions.push(session);
      return session.stream;
    },
    waiting: () => sessions.filter(mayExecute),
    answered: () => sessions.filter(({ answers }) => answers.length > 0),
    sessionsOf: (owner) => sessions.filter((session) => session.owner === owner && !session.isCut),
    inTransaction: () => holder,
    execute: (session) => execute(session as WireSession),
    deliver: (session) => {
      const { answers, stream } = session as WireSession;
      const answer = answers.shift();
      if (answer !== undefined) stream.push(answer);
      sayWhatIsKnown(session as WireSession);
    },
    cut: (session, fate) => {
      const wire = session as WireSession;
      const isExecutable =
        (wire.units[0]?.message ?? null) !== null && (holder === null || holder === wire);
      if (fate === 'executed' && isExecutable) execute(wire);
      // Only a statement of its own can still be under way when its connection is gone.
      const isLater =
        fate === 'later' && isExecutable && holder !== wire && wire.units.length === 1;
      if (!isLater) wire.units.length = 0;
      end(wire, !isLater);
    },
    activity: () => activity,
    query,
    ask: (text, values = []) => {
      const name = asked.get(text) ?? `ask${asked.size + 1}`;
      if (!asked.has(text)) query(`prepare ${name} as ${text}`);
      asked.set(text, name);
      const list = values.map((value) => `'${value}'`).join(', ');
      return query(`execute ${name}${list === '' ? '' : `(${list})`}`);
    },
    close: () => backend.close(),
  };
}

interface Message {
  readonly type: string;
  readonly body: Buffer;
  readonly whole: Buffer;
}

function messagesOf(bytes: Buffer): Message[] {
  const found: Message[] = [];
  for (let at = 0; at + 5 <= bytes.length;) {
    const length = bytes.readInt32BE(at + 1) + 1;
    const whole = bytes.subarray(at, at + length);
    found.push({ type: String.fromCharCode(whole[0] ?? 0), body: whole.subarray(5), whole });
    at += length;
  }
  return found;
}

/** The rows of a simple query, each value as text. */
function rowsOf(answer: Buffer): Record<string, string | null>[] {
  let names: string[] = [];
  const rows: Record<string, string | null>[] = [];
  for (const { type, body } of messagesOf(answer)) {
    if (type === 'E') throw new Error(body.toString('utf8').replaceAll('\0', ' '));
    if (type === 'T') names = columnsOf(body);
    if (type === 'D') rows.push(rowOf(body, names));
  }
  return rows;
}

function columnsOf(body: Buffer): string[] {
  const names: string[] = [];
  for (let rest = body.subarray(2), left = body.readInt16BE(0); left > 0; left -= 1) {
    const [name, after] = cut0(rest);
    names.push(name);
    rest = after.subarray(18);
  }
  return names;
}

function rowOf(body: Buffer, names: readonly string[]): Record<string, string | null> {
  const row: Record<string, string | null> = {};
  let at = 2;
  for (const name of names) {
    const length = body.readInt32BE(at);
    at += 4;
    row[name] = length < 0 ? null : body.toString('utf8', at, at + length);
    at += Math.max(length, 0);
  }
  return row;
}

/** The transaction status that an answer ends with: I (none), T (open) or E (failed). */
const statusOf = (answer: Buffer): string => String.fromCharCode(answer.at(-1) ?? 0);

function withStatus(answer: Buffer, status: 'I'): Buffer {
  const copy = Buffer.from(answer);
  copy.write(status, copy.length - 1);
  return copy;
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

function cstring(text: string): Buffer {
  return Buffer.concat([Buffer.from(text), Buffer.from([0])]);
}

/** The text before the first NUL, and what comes after it. */
function cut0(bytes: Buffer): [string, Buffer] {
  const at = bytes.indexOf(0);
  return [bytes.toString('utf8', 0, at), bytes.subarray(at + 1)];
}
