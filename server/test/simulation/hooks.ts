import type { WebhookAnswer, WebhookCall } from '../../src/transport/index.ts';
import type { Chance } from './random.ts';

/** One call of a webhook as it went, whatever the worker learned of it. */
export interface Calling {
  readonly id: string;
  readonly worker: string;
  /** When the server has it; null when it never gets there. */
  readonly takenAtMs: number | null;
  readonly answerAtMs: number;
  readonly answer: () => void;
  isTaken: boolean;
  isAnswered: boolean;
  isOrphaned: boolean;
}

export interface HookEvent {
  readonly atMs: number;
  readonly calling: Calling;
  readonly kind: 'taken' | 'answer';
}

const TIMEOUT_MS = 10_000;

/** The servers that webhooks call: what they took is the truth about who was told. */
export class Hooks {
  readonly callings: Calling[] = [];
  /** Ids of calls in the order in which they were taken. */
  readonly taken: string[] = [];
  /** Ids of calls that were answered by a no for good. */
  readonly refused = new Set<string>();
  isWell = false;
  readonly #chance: Chance;
  readonly #nowMs: () => number;
  readonly #onCall: (worker: string, call: WebhookCall) => void;

  constructor(
    chance: Chance,
    { nowMs, onCall }: { nowMs: () => number; onCall: (worker: string, call: WebhookCall) => void },
  ) {
    this.#chance = chance;
    this.#nowMs = nowMs;
    this.#onCall = onCall;
  }

  get activity(): number {
    return this.callings.length;
  }

  /** What is still to happen, of workers that live or of requests that have left them. */
  events(mayRun: (worker: string) => boolean): HookEvent[] {
    return this.callings.flatMap((calling) => {
      const { worker, takenAtMs, answerAtMs, isTaken, isAnswered, isOrphaned } = calling;
      const events: HookEvent[] = [];
      if (takenAtMs !== null && !isTaken) events.push({ atMs: takenAtMs, calling, kind: 'taken' });
      else if (!isAnswered && !isOrphaned && mayRun(worker)) {
        events.push({ atMs: answerAtMs, calling, kind: 'answer' });
      }
      return events;
    });
  }

  happen({ kind, calling }: HookEvent): void {
    if (kind === 'taken') {
      calling.isTaken = true;
      this.taken.push(calling.id);
    } else {
      calling.isAnswered = true;
      calling.answer();
    }
  }

  /** The worker is no more: nobody hears the answers. */
  orphan(worker: string): void {
    for (const calling of this.callings) if (calling.worker === worker) calling.isOrphaned = true;
  }

  /** Who calls for a worker. */
  callerOf(worker: string): (call: WebhookCall, signal: AbortSignal) => Promise<WebhookAnswer> {
    return (call, signal) => {
      this.#onCall(worker, call);
      const { promise, resolve } = Promise.withResolvers<WebhookAnswer>();
      const course = this.#courseOf(call);
      const takenAtMs = course.isTaken ? this.#nowMs() + course.takeMs : null;
      const calling: Calling = {
        id: call.id,
        worker,
        takenAtMs,
        answerAtMs: (takenAtMs ?? this.#nowMs()) + course.answerMs,
        answer: () => {
          const { answer } = course;
          if (answer.kind !== 'answered' && !(answer.kind === 'failed' && answer.isTemporary)) {
            this.refused.add(call.id);
          }
          resolve(answer);
        },
        isTaken: false,
        isAnswered: false,
        isOrphaned: false,
      };
      const giveUp = (): void => {
        if (calling.isAnswered) return;
        calling.isAnswered = true;
        resolve(noAnswer('given up'));
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.callings.push(calling);
      return promise;
    };
  }

  #courseOf({ wantsTraits }: WebhookCall) {
    const chance = this.#chance;
    const pace = chance.next();
    const slowMs = pace < 0.8 ? 200 : TIMEOUT_MS - 1;
    const traits = wantsTraits ? { plan: chance.pick(['pro', 'free']) } : null;
    const course = {
      takeMs: chance.between(1, slowMs / 2),
      answerMs: chance.between(0, slowMs / 2),
      isTaken: true,
      answer: { kind: 'answered', status: 200, traits, note: null } as WebhookAnswer,
    };
    const luck = this.isWell ? 0 : chance.next();
    if (luck < 0.65) return course;
    if (luck < 0.8) {
      const retryAfterMs = chance.pick([0, 90_000]);
      const no = { reason: 'answered 503', status: 503, isTemporary: true } as const;
      return { ...course, answer: { kind: 'failed', ...no, retryAfterMs } as WebhookAnswer };
    }
    if (luck < 0.85) {
      const no = { reason: 'answered 410', status: 410, isTemporary: false } as const;
      return { ...course, answer: { kind: 'failed', ...no } as WebhookAnswer };
    }
    if (luck < 0.88) {
      const answer: WebhookAnswer = { kind: 'refused', reason: 'a private address' };
      return { ...course, isTaken: false, answer };
    }
    return {
      ...course,
      isTaken: chance.isTrue(0.5),
      answerMs: TIMEOUT_MS,
      answer: noAnswer('no answer'),
    };
  }
}

const noAnswer = (reason: string): WebhookAnswer => ({
  kind: 'failed',
  reason,
  status: null,
  isTemporary: true,
});
