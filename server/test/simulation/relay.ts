import type { Outlets } from '../../src/delivery/index.ts';
import { NO_LIMITS } from '../../src/delivery/outlets/outlet.ts';
import type { Handover, OutgoingMessage, Transport } from '../../src/transport/index.ts';
import type { Chance } from './random.ts';

/** One handover as it went, whatever the worker learned of it. */
export interface Handing {
  readonly messageId: string;
  readonly worker: string;
  readonly startedAtMs: number;
  /** When the last byte leaves: before it nothing can be taken. */
  readonly dotAtMs: number;
  /** When the relay takes it; null when it does not. */
  readonly takenAtMs: number | null;
  answerAtMs: number;
  handover: Handover | 'throws';
  isDotWritten: boolean;
  isTaken: boolean;
  isAnswered: boolean;
  /** Whether the worker died on the way. */
  isOrphaned: boolean;
  readonly answer: () => void;
  /** Asked at the last moment before it counts. */
  readonly mayLeave: () => boolean;
}

export interface RelayEvent {
  readonly atMs: number;
  readonly handing: Handing;
  readonly kind: 'dot' | 'taken' | 'answer';
}

const CONNECTIONS = 2;
const STOP_MS = 5_000;

/**
 * A mail server, and the connections to it: every phase of a handover is an event of its own, so that
 * anything can happen between them. What it took is the truth about what was sent.
 */
export class Relay {
  readonly handings: Handing[] = [];
  /** Messages in the order in which they were taken. */
  readonly taken: { readonly id: string; readonly atMs: number }[] = [];
  isWell = false;
  readonly #chance: Chance;
  readonly #nowMs: () => number;
  readonly #onStart: (handing: Handing) => void;
  readonly #onLeave: (handing: Handing) => void;

  constructor(
    chance: Chance,
    {
      nowMs,
      onStart,
      onLeave,
    }: {
      nowMs: () => number;
      onStart: (handing: Handing) => void;
      onLeave: (handing: Handing) => void;
    },
  ) {
    this.#chance = chance;
    this.#nowMs = nowMs;
    this.#onStart = onStart;
    this.#onLeave = onLeave;
  }

  get activity(): number {
    return this.handings.length;
  }

  transportOf(worker: string): Transport {
    return {
      name: 'smtp',
      concurrency: CONNECTIONS,
      send: (message, signal, mayLeave) => this.#send(worker, message, { signal, mayLeave }),
      verify: async () => ({ ok: true, answer: '' }),
      close: async () => {},
    };
  }

  /** The one way out of a worker: nothing limits it, and it is never down. */
  outletsOf(worker: string): Outlets {
    const transport = this.transportOf(worker);
    const outlet = {
      id: 'server',
      transport,
      position: 0,
      share: 1,
      limits: NO_LIMITS,
      slowed: new Set<string>(),
    };
    return {
      concurrency: () => CONNECTIONS,
      choose: async () => outlet,
      paceOf: async () => null,
      captures: async () => false,
      note: async () => false,
      close: async () => {},
    };
  }

  /** What is still to happen, of workers that live or of messages that have left them. */
  events(mayRun: (worker: string) => boolean): RelayEvent[] {
    return this.handings.flatMap((handing) => {
      const { worker, dotAtMs, takenAtMs, answerAtMs, isDotWritten, isTaken, isOrphaned } = handing;
      const runs = !handing.isAnswered && !isOrphaned && mayRun(worker);
      if (!isDotWritten) return runs ? [{ atMs: dotAtMs, handing, kind: 'dot' }] : [];
      const events: RelayEvent[] = [];
      if (takenAtMs !== null && !isTaken) events.push({ atMs: takenAtMs, handing, kind: 'taken' });
      if (runs) events.push({ atMs: answerAtMs, handing, kind: 'answer' });
      return events;
    });
  }

  happen({ kind, handing }: RelayEvent): void {
    if (kind === 'dot') {
      handing.isDotWritten = true;
      if (handing.takenAtMs === null) return;
      if (handing.mayLeave()) this.#onLeave(handing);
      else comeBack(handing, this.#nowMs(), 'the worker was held up');
    } else if (kind === 'taken') {
      handing.isTaken = true;
      this.taken.push({ id: handing.messageId, atMs: this.#nowMs() });
    } else {
      handing.isAnswered = true;
      handing.answer();
    }
  }

  /** The worker is no more: what it has not written will not leave. */
  orphan(worker: string): void {
    for (const handing of this.handings) {
      if (handing.worker !== worker || handing.isAnswered) continue;
      handing.isOrphaned = true;
    }
  }

  #send(
    worker: string,
    { id }: OutgoingMessage,
    {
      signal,
      mayLeave = () => true,
    }: { signal: AbortSignal | undefined; mayLeave: (() => boolean) | undefined },
  ): Promise<Handover> {
    const { promise, resolve, reject } = Promise.withResolvers<Handover>();
    const startedAtMs = this.#nowMs();
    const course = this.#courseOf();
    const dotAtMs = startedAtMs + course.dotMs;
    const endAtMs = dotAtMs + course.takeMs;
    const handing: Handing = {
      messageId: id,
      worker,
      startedAtMs,
      dotAtMs,
      takenAtMs: course.isTaken ? endAtMs : null,
      answerAtMs: endAtMs + course.answerMs,
      handover: course.handover,
      isDotWritten: false,
      isTaken: false,
      isAnswered: false,
      isOrphaned: false,
      answer: () => {
        if (handing.handover === 'throws') reject(new Error('a defect of the transport'));
        else resolve(handing.handover);
      },
      mayLeave,
    };
    signal?.addEventListener('abort', () => giveUp(handing, this.#nowMs()), { once: true });
    this.handings.push(handing);
    this.#onStart(handing);
    return promise;
  }

  #courseOf() {
    const chance = this.#chance;
    const pace = chance.next();
    const slowMs = pace < 0.8 ? 300 : pace < 0.95 ? 10_000 : 80_000;
    const course = {
      dotMs: chance.between(1, slowMs),
      takeMs: chance.between(1, slowMs),
      answerMs: chance.between(0, 50),
      isTaken: true,
      handover: { kind: 'accepted', answer: '250 taken' } as Handover | 'throws',
    };
    const luck = this.isWell ? 0 : chance.next();
    if (luck < 0.7) return course;
    if (luck < 0.82) {
      const handover: Handover = { kind: 'deferred', answer: '451 later', phase: 'rcpt' };
      return { ...course, isTaken: false, handover };
    }
    if (luck < 0.88) {
      const handover: Handover = { kind: 'rejected', answer: '550 never\0', phase: 'rcpt' };
      return { ...course, isTaken: false, handover };
    }
    const isTaken = chance.isTrue(0.5);
    if (luck > 0.98) return { ...course, isTaken, handover: 'throws' as const };
    const handover: Handover = { kind: 'in_doubt', answer: 'no reply', phase: 'end' };
    return { ...course, isTaken, handover };
  }
}

function comeBack(handing: Handing, nowMs: number, answer: string): void {
  handing.handover = { kind: 'deferred', answer, phase: 'connect' };
  Object.assign(handing, { takenAtMs: null, dotAtMs: nowMs, answerAtMs: nowMs });
}

/** As the transport promises: at once while nothing has left, soon after when it has. */
function giveUp(handing: Handing, nowMs: number): void {
  if (handing.isAnswered) return;
  if (!handing.isDotWritten) {
    comeBack(handing, nowMs, 'the worker is stopping');
  } else if (handing.answerAtMs > nowMs + STOP_MS) {
    handing.answerAtMs = nowMs + STOP_MS;
    handing.handover = { kind: 'in_doubt', answer: 'no reply', phase: 'end' };
  }
}
