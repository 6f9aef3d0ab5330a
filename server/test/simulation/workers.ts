import { migrateSome } from '../../src/enrollment/migrate.ts';
import { completeManual } from '../../src/enrollment/scan/complete-manual.ts';
import { scanSome } from '../../src/enrollment/scan/scan-some.ts';
import type { PgliteServer } from '../support/pglite-server.ts';
import type { Checks } from './checks.ts';
import type { Hooks } from './hooks.ts';
import { startWorker, type ProcessDeps, type WorkerProcess } from './process.ts';
import type { Chance } from './random.ts';
import type { Relay } from './relay.ts';
import type { VirtualTime } from './virtual-time.ts';

/** One worker process, from its start to its end. */
interface Life {
  readonly index: number;
  readonly name: string;
  process: WorkerProcess | null;
  state: 'running' | 'stopping' | 'ended';
  frozenUntilMs: number;
  /** When it went on after a long standstill. */
  wokeAtMs: number;
  readonly rounds: Round[];
}

/** A loop of the worker: its next round, or the one that is under way. */
interface Round {
  readonly name: string;
  readonly restMs: number;
  /** Looks after the others rather than doing what is due. */
  readonly isUpkeep?: boolean;
  readonly run: (worker: WorkerProcess) => Promise<number>;
  nextAtMs: number;
  isRunning: boolean;
}

interface WorkersDeps {
  readonly depsOf: (name: string) => ProcessDeps;
  readonly time: VirtualTime;
  readonly relay: Relay;
  readonly hooks: Hooks;
  readonly chance: Chance;
  readonly server: PgliteServer;
  readonly checks: Checks;
  /** The ids of those to whom something happened that may leave a message in doubt. */
  readonly unlucky: Set<string>;
  /** Whether some series looks for people by itself. */
  readonly hasScans: boolean;
  readonly say: (line: string) => void;
  readonly onFailure: (error: unknown) => void;
}

const ROUNDS: readonly Pick<Round, 'name' | 'restMs' | 'run' | 'isUpkeep'>[] = [
  { name: 'advance', restMs: 3_000, run: ({ engine }) => engine.advanceLive() },
  { name: 'react', restMs: 3_000, run: ({ engine }) => engine.look() },
  { name: 'migrate', restMs: 5_000, isUpkeep: true, run: migrateSome },
  { name: 'tidy', restMs: 5_000, isUpkeep: true, run: ({ engine }) => engine.tidy() },
  { name: 'reap', restMs: 6_000, isUpkeep: true, run: ({ engine }) => engine.reap() },
  {
    name: 'beat',
    restMs: 4_000,
    isUpkeep: true,
    run: async ({ engine, clock }) => {
      await clock.sync();
      return engine.beat();
    },
  },
];
const SCAN_ROUND: (typeof ROUNDS)[number] = {
  name: 'scan',
  restMs: 5_000,
  isUpkeep: true,
  run: async ({ db, catalog, clock }) => {
    const deps = { db, catalog, onEntered: () => {}, monotonicMs: () => clock.monotonicMs() };
    return (await scanSome(deps)) + (await completeManual({ db, catalog }));
  },
};
const AFTER_FAILURE_MS = 1_000;
const CONNECTIONS = 2;
/** A worker that stands still for longer than this is given up by the others. */
const UNLUCKY_MS = 9_000;
/** A worker notices that it stood still for longer than this. */
const STILL_MS = 6_000;
/** The database ends a session that sits still in a transaction. */
const IDLE_TRANSACTION_MS = 15_000;
const RESTART_MS_MAX = 20_000;
const STOP_MS_MAX = 60_000;

/** The worker processes of a history: started, killed, frozen and stopped. */
export class Workers {
  readonly #deps: WorkersDeps;
  #lives: Life[] = [];
  #births = 0;
  #ended = 0;
  #isCalm = false;

  constructor(deps: WorkersDeps) {
    this.#deps = deps;
  }

  /** Counts rounds that ended: a sign that somebody runs. */
  get activity(): number {
    return this.#ended;
  }

  names(): string[] {
    return this.#lives.map(({ name }) => name);
  }

  idOf(name: string): string {
    return this.#lives.find((life) => life.name === name)?.process?.id ?? '';
  }

  /** The place of the worker with that name, or of the other one; without a name, the place itself. */
  indexOf(name: string | null, worker: number): number {
    const named = this.#lives.find((life) => life.name === name)?.index;
    return named === undefined ? worker : (named + worker) % 2;
  }

  wokeAtMs(name: string): number {
    return this.#lives.find((life) => life.name === name)?.wokeAtMs ?? 0;
  }

  mayRun(name: string): boolean {
    const life = this.#lives.find((each) => each.name === name);
    return life !== undefined && life.frozenUntilMs <= this.#deps.time.nowMs;
  }

  isFrozen(name: string): boolean {
    const life = this.#lives.find((each) => each.name === name);
    return life !== undefined && life.frozenUntilMs > this.#deps.time.nowMs;
  }

  start(index: number): void {
    const { time, say, depsOf, onFailure, hasScans } = this.#deps;
    this.#births += 1;
    const name = `worker${index}.${this.#births}`;
    const rounds = [...ROUNDS, ...(hasScans ? [SCAN_ROUND] : [])].map((round) => ({
      ...round,
      nextAtMs: time.nowMs,
      isRunning: false,
    }));
    const life: Life = {
      index,
      name,
      process: null,
      state: 'running',
      frozenUntilMs: 0,
      wokeAtMs: 0,
      rounds,
    };
    this.#lives.push(life);
    say(`${name} starts`);
    time.as(name, () => this.#boot(life, depsOf(name), onFailure));
  }

  #boot(life: Life, deps: ProcessDeps, onFailure: (error: unknown) => void): void {
    void startWorker(deps).then(
      (process) => {
        life.process = process;
        this.#ended += 1;
      },
      (error: unknown) => {
        // It could not reach the database: whoever watches over processes starts it again.
        if (this.#lives.includes(life)) this.#restart(life);
        else if (!(error instanceof Error)) onFailure(error);
      },
    );
  }

  #restart(life: Life): void {
    const { time, chance } = this.#deps;
    this.#bury(life);
    const afterMs = this.#isCalm ? 0 : chance.below(RESTART_MS_MAX);
    time.add('', afterMs, () => this.start(life.index));
  }

  #bury(life: Life): void {
    const { server, time, relay, hooks, unlucky, say } = this.#deps;
    say(`${life.name} is no more`);
    life.state = 'ended';
    if (life.process !== null) unlucky.add(life.process.id);
    this.cutAll(life.name);
    for (const session of server.sessionsOf(life.name)) server.cut(session, 'forgotten');
    time.forget(life.name);
    relay.orphan(life.name);
    hooks.orphan(life.name);
    this.#lives = this.#lives.filter((each) => each !== life);
  }

  kill(index: number): void {
    const life = this.#lives.find((each) => each.index === index);
    if (life === undefined) return;
    if (life.process !== null && this.#deps.server.inTransaction() === null) {
      this.#deps.checks.atDeath(life.process.id, CONNECTIONS);
    }
    this.#restart(life);
  }

  /** Stops a worker as a signal does: no new rounds, what is in hand finished or given back. */
  stop(index: number): void {
    const { time, say, onFailure, unlucky } = this.#deps;
    const life = this.#lives.find((each) => each.index === index && each.state === 'running');
    if (life?.process === null || life === undefined) return;
    const { process } = life;
    life.state = 'stopping';
    unlucky.add(process.id);
    const startedAtMs = time.nowMs;
    const wait = (): void => {
      if (life.state === 'ended') return;
      if (life.rounds.some(({ isRunning }) => isRunning)) {
        time.add(life.name, 100, wait);
        return;
      }
      void process.engine.stop().then(
        () => {
          const ms = time.nowMs - startedAtMs;
          say(`${life.name} stopped after ${ms} ms`);
          if (ms > STOP_MS_MAX && life.frozenUntilMs === 0)
            onFailure(new Error('stop took too long'));
          this.#restart(life);
        },
        (error: unknown) => {
          say(`${life.name} could not stop: ${String(error)}`);
          this.#restart(life);
        },
      );
    };
    time.as(life.name, wait);
  }

  freeze(index: number, forMs: number): void {
    const { server, time, unlucky } = this.#deps;
    const life = this.#lives.find((each) => each.index === index);
    if (life === undefined) return;
    life.frozenUntilMs = time.nowMs + forMs;
    if (forMs > STILL_MS) life.wokeAtMs = life.frozenUntilMs;
    if (forMs > UNLUCKY_MS && life.process !== null) unlucky.add(life.process.id);
    const holder = server.inTransaction();
    if (holder?.owner === life.name && forMs >= IDLE_TRANSACTION_MS)
      server.cut(holder, 'forgotten');
  }

  cut(index: number): void {
    const life = this.#lives.find((each) => each.index === index);
    if (life !== undefined) this.cutAll(life.name);
  }

  /** Every connection of a process breaks, each at whatever it was doing. */
  cutAll(name: string): void {
    const { server, chance } = this.#deps;
    for (const session of server.sessionsOf(name)) {
      server.cut(session, chance.pick(['forgotten', 'executed', 'later'] as const));
    }
  }

  /** From now on nobody is held up any more. */
  calm(): void {
    this.#isCalm = true;
    const { nowMs } = this.#deps.time;
    for (const life of this.#lives) {
      life.frozenUntilMs = 0;
      life.wokeAtMs = Math.min(life.wokeAtMs, nowMs);
    }
  }

  /** Rounds that are due. */
  due(): (() => void)[] {
    const { time } = this.#deps;
    return this.#lives.flatMap((life) =>
      life.process === null || life.state !== 'running' || !this.mayRun(life.name)
        ? []
        : life.rounds
            .filter(({ isRunning, nextAtMs }) => !isRunning && nextAtMs <= time.nowMs)
            .map((round) => () => this.#begin(life, round)),
    );
  }

  #begin(life: Life, round: Round): void {
    const { time, say } = this.#deps;
    const { process } = life;
    if (process === null) return;
    round.isRunning = true;
    const rested = (nextAtMs: number): void => {
      round.isRunning = false;
      round.nextAtMs = nextAtMs;
      this.#ended += 1;
    };
    void time
      .as(life.name, () => round.run(process))
      .then(
        (handled) => rested(time.nowMs + (handled > 0 ? 0 : round.restMs)),
        (error: unknown) => {
          say(`${life.name} ${round.name} failed: ${String(error)}`);
          rested(time.nowMs + AFTER_FAILURE_MS);
        },
      );
  }

  /** Whether anybody is on the way somewhere, whatever the queue says. */
  get isBusy(): boolean {
    const { nowMs } = this.#deps.time;
    return this.#lives.some(
      ({ state, process, frozenUntilMs, rounds }) =>
        state === 'stopping' ||
        process === null ||
        frozenUntilMs > nowMs ||
        rounds.some(({ isRunning }) => isRunning),
    );
  }

  /** When somebody who stands still goes on. */
  changesAt(): number[] {
    const { nowMs } = this.#deps.time;
    return this.#lives.flatMap(({ frozenUntilMs }) =>
      frozenUntilMs > nowMs ? [frozenUntilMs] : [],
    );
  }

  roundsAt(): number[] {
    return this.#lives.flatMap((life) =>
      life.process === null || life.state !== 'running' || !this.mayRun(life.name)
        ? []
        : life.rounds.flatMap(({ isRunning, nextAtMs }) => (isRunning ? [] : [nextAtMs])),
    );
  }

  /** Hours pass in which nothing happens but heartbeats: they are written at once. */
  beatThrough(untilMs: number): void {
    const { server, time } = this.#deps;
    const ids = this.#lives.flatMap(({ process }) => (process === null ? [] : [`'${process.id}'`]));
    if (ids.length === 0 || server.inTransaction() !== null) return;
    const at = new Date(untilMs).toISOString();
    server.query(`update workers set beat_at = '${at}' where id in (${ids.join(', ')})`);
    for (const life of this.#lives) {
      for (const round of life.rounds) {
        const afterMs = round.isUpkeep === true ? untilMs - time.nowMs + round.restMs : 0;
        round.nextAtMs = Math.max(round.nextAtMs, time.nowMs + afterMs);
      }
    }
  }
}
