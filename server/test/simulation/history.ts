// First: what it replaces must not have been loaded before.
import { seedEverything } from './seeded-crypto.ts';
import { removeUser } from '../../src/enrollment/remove.ts';
import { replanUser } from '../../src/enrollment/index.ts';
import { resolveDoubt } from '../../src/enrollment/resolve.ts';
import { DomainError } from '../../src/platform/errors.ts';
import { moveSeries } from '../../src/series/index.ts';
import type { PgliteServer, Session } from '../support/pglite-server.ts';
import { Checks, Violation, type Promises } from './checks.ts';
import { Workers } from './workers.ts';
import type { Action, Plan } from './plan.ts';
import { startApi, type ApiProcess, type ProcessDeps } from './process.ts';
import { chanceOf, type Chance } from './random.ts';
import { Relay } from './relay.ts';
import { SERIES_ID, setTheScene, START, STEP_COUNT, userOf, WORKSPACE } from './setting.ts';
import { VirtualTime } from './virtual-time.ts';

/** What a history came to. */
export interface Outcome {
  /** Everything that happened, in order. */
  readonly trace: readonly string[];
  readonly statementCount: number;
  readonly messageStates: Readonly<Record<string, number>>;
}

const API = 'api';
const STEPS_MAX = 40_000;
/** With work left and nothing in its way, this much time without a change means that it is stuck. */
const STUCK_MS = 20 * 60_000;
/** Turns of the event loop without a sign of life, after which nobody runs any more. */
const QUIET_TURNS = 4;
const LEDGER_EVERY = 50;
/** Heartbeats of a longer time in which nothing else happens are written at once. */
const BEAT_MS = 3_000;
/** The end of a failing history tells what led to it. */
const TRACE_SHOWN_MAX = 150;

/**
 * Runs one history: the script, then a calm time in which everything has to come to its end, then a
 * member's decision about everything that is in doubt.
 *
 * @throws Violation with the trace of what led to it
 */
export async function runHistory(server: PgliteServer, plan: Plan): Promise<Outcome> {
  const history = new History(server, plan);
  try {
    return await history.run();
  } catch (error) {
    const trace = history.trace.slice(-TRACE_SHOWN_MAX).join('\n');
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new Error(`${what}\nafter:\n${trace}`, { cause: error });
  } finally {
    history.end();
  }
}

class History {
  readonly trace: string[] = [];
  readonly #server: PgliteServer;
  readonly #plan: Plan;
  readonly #chance: Chance;
  readonly #time = new VirtualTime(START.getTime());
  readonly #relay: Relay;
  readonly #checks: Checks;
  readonly #workers: Workers;
  readonly #unseed: () => void;
  #api: ApiProcess | null = null;
  /** Calls to the API that have not been answered. */
  #callCount = 0;
  #answerCount = 0;
  #statementCount = 0;
  #dbNowMs = START.getTime();
  #isCalm = false;
  #failure: unknown = null;
  #changedAtMs = START.getTime();
  #state: string | null = null;

  readonly #removed = new Set<string>();
  readonly #enrolled: string[] = [];
  readonly #orders = new Map<string, number>();
  readonly #unlucky = new Set<string>();
  readonly #resumes = new Calls();
  readonly #enrolls = new Map<string, Calls>();
  #isHeld = false;

  constructor(server: PgliteServer, plan: Plan) {
    this.#server = server;
    this.#plan = plan;
    this.#chance = chanceOf(plan.seed);
    this.#unseed = seedEverything(plan.seed);
    this.#time.install();
    this.#relay = new Relay(this.#chance, {
      nowMs: () => this.#time.nowMs,
      onStart: (handing) =>
        this.#guard(() => {
          this.#say(`${handing.worker} hands ${handing.messageId} over`);
          this.#checks.handover(handing, this.#workers.idOf(handing.worker));
        }),
      onLeave: (handing) =>
        this.#guard(() => this.#checks.leaving(handing, this.#workers.idOf(handing.worker))),
    });
    const held = (): boolean => this.#isHeld;
    const promises: Promises = {
      removed: this.#removed,
      enrolled: this.#enrolled,
      orders: this.#orders,
      unlucky: this.#unlucky,
      get isHeld() {
        return held();
      },
    };
    const rules = setTheScene(server, plan);
    this.#checks = new Checks(server, {
      relay: this.#relay,
      promises,
      rules,
      stepCount: STEP_COUNT,
    });
    this.#workers = new Workers({
      depsOf: (name) => this.#depsOf(name),
      time: this.#time,
      relay: this.#relay,
      chance: this.#chance,
      server,
      checks: this.#checks,
      unlucky: this.#unlucky,
      say: (line) => this.#say(line),
      onFailure: (error) => (this.#failure ??= error),
    });
  }

  end(): void {
    for (const owner of [API, ...this.#workers.names()]) {
      for (const session of this.#server.sessionsOf(owner)) this.#server.cut(session, 'forgotten');
    }
    for (const session of this.#server.waiting()) this.#server.execute(session);
    this.#time.uninstall();
    this.#unseed();
  }

  async run(): Promise<Outcome> {
    this.#time.as(API, () => {
      void startApi(this.#depsOf(API)).then((api) => (this.#api = api), this.#fail);
    });
    for (let index = 0; index < this.#plan.workerCount; index += 1) this.#workers.start(index);
    await this.#until(() => this.#api !== null);

    let atMs = this.#time.nowMs;
    for (const action of this.#plan.script) {
      atMs += action.afterMs;
      this.#time.add('', atMs - this.#time.nowMs, () => this.#act(action));
    }
    await this.#untilQuiet();

    this.#isCalm = true;
    this.#relay.isWell = true;
    this.#workers.calm();
    this.#act({ afterMs: 0, kind: 'resume' });
    await this.#untilQuiet();
    this.#checks.atRest({ allDecided: false });

    const doubts = this.#server.query(
      "select id from messages where state = 'in_doubt' order by id",
    );
    for (const [index] of doubts.entries()) {
      const decision = index % 2 === 0 ? 'resend' : 'mark_sent';
      this.#act({ afterMs: 0, kind: 'resolve', decision });
      await this.#untilQuiet();
    }
    const refused = this.#server.query(`
      select m.id from messages m join enrollments e on e.bucket = m.bucket and e.id = m.enrollment_id
       where m.state = 'in_doubt'`);
    for (const _ of refused) {
      this.#act({ afterMs: 0, kind: 'resolve', decision: 'mark_sent' });
      await this.#untilQuiet();
    }
    this.#checks.atRest({ allDecided: true });
    const states = this.#server.query('select state, count(*) as n from messages group by 1');
    return {
      trace: this.trace,
      statementCount: this.#statementCount,
      messageStates: Object.fromEntries(states.map(({ state, n }) => [state ?? '', Number(n)])),
    };
  }

  #depsOf(name: string): ProcessDeps {
    return {
      name,
      server: this.#server,
      time: this.#time,
      relay: this.#relay,
      chance: this.#chance,
      say: (line) => this.#say(line),
      wokeAtMs: () => this.#workers.wokeAtMs(name),
    };
  }

  readonly #fail = (error: unknown): void => {
    this.#failure ??= error;
  };

  #guard(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#fail(error);
    }
  }

  #say(line: string): void {
    const ms = this.#time.nowMs - START.getTime();
    this.trace.push(`${(ms / 1000).toFixed(3).padStart(12)} ${line}`);
  }

  readonly #mayRun = (owner: string): boolean =>
    owner === '' || owner === API || this.#workers.mayRun(owner);

  /** Lets everybody run until nobody does. */
  async #settle(): Promise<void> {
    const signs = (): string =>
      [
        this.#server.activity(),
        this.#time.activity,
        this.#relay.activity,
        this.#answerCount,
        this.#workers.activity,
      ].join(' ');
    let last = '';
    for (let turns = 0; turns < QUIET_TURNS; turns += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      const now = signs();
      if (now !== last) turns = 0;
      last = now;
    }
    if (this.#failure instanceof Error) throw this.#failure;
    if (this.#failure !== null) throw new Error('a check failed', { cause: this.#failure });
  }

  async #until(isDone: () => boolean): Promise<void> {
    for (let steps = 0; ; steps += 1) {
      await this.#settle();
      if (isDone()) return;
      if (steps > STEPS_MAX) throw new Violation('it goes on for ever');
      if (!this.#happen() && !this.#pass()) throw new Violation('nothing happens any more');
    }
  }

  async #untilQuiet(): Promise<void> {
    this.#changedAtMs = this.#time.nowMs;
    for (let steps = 0; ; steps += 1) {
      await this.#settle();
      if (this.#happen()) continue;
      if (!this.#pass()) return;
      if (steps > STEPS_MAX) throw new Violation('it goes on for ever');
    }
  }

  /** Lets one thing happen that can happen now. False when there is none. */
  #happen(): boolean {
    const server = this.#server;
    const options: (() => void)[] = [];
    for (const session of server.answered()) {
      if (this.#mayRun(session.owner)) options.push(() => this.#deliver(session));
    }
    for (const session of server.waiting()) {
      // A process that stands still has not got as far as opening a transaction.
      const isStanding = !this.#mayRun(session.owner) && this.#workers.isFrozen(session.owner);
      if (isStanding && session.nextText().startsWith('begin')) continue;
      options.push(() => this.#execute(session));
    }
    const now = this.#time.nowMs;
    for (const event of this.#relay.events(this.#mayRun)) {
      if (event.atMs > now) continue;
      options.push(() => {
        this.#say(`${event.kind}: ${event.handing.messageId}`);
        this.#time.as(event.handing.worker, () => this.#relay.happen(event));
      });
    }
    const timerAt = this.#time.nextAt(this.#mayRun);
    if (timerAt !== null && timerAt <= now) options.push(() => this.#time.ring(this.#mayRun));
    options.push(...this.#workers.due());
    if (options.length === 0) return false;
    this.#chance.pick(options)();
    return true;
  }

  #deliver(session: Session): void {
    if (this.#isUnlucky()) {
      this.#say(`${session.owner} loses an answer`);
      this.#server.cut(session, 'forgotten');
      return;
    }
    this.#time.as(session.owner, () => this.#server.deliver(session));
  }

  #isUnlucky(): boolean {
    return (
      this.#api !== null && !this.#isCalm && this.#chance.isTrue(this.#plan.cutsPerMille / 1_000)
    );
  }

  #execute(session: Session): void {
    const server = this.#server;
    if (this.#isUnlucky()) {
      const fate = this.#chance.pick(['forgotten', 'executed', 'later'] as const);
      this.#say(`${session.owner} loses its connection (${fate}): ${firstWords(session)}`);
      return server.cut(session, fate);
    }
    this.#setClock();
    const text = session.nextText();
    this.#say(`${session.owner}#${session.id}: ${firstWords(session)}`);
    server.execute(session);
    this.#statementCount += 1;
    if (/'sending', a\.transport/.test(text)) this.#guard(() => this.#checks.attempts());
    const isBetween = server.inTransaction() === null;
    if (isBetween && this.#statementCount % LEDGER_EVERY === 0) {
      this.#guard(() => this.#checks.ledger());
    }
    // Everything takes a moment.
    this.#time.nowMs += this.#chance.below(3);
  }

  /** The database's clock stands still while a transaction is open. */
  #setClock(): void {
    if (this.#server.inTransaction() !== null || this.#dbNowMs === this.#time.nowMs) return;
    this.#dbNowMs = this.#time.nowMs;
    this.#server.query(`set milepost.now = '${new Date(this.#dbNowMs).toISOString()}'`);
  }

  /** Lets time pass until something can happen. False when nothing will. */
  #pass(): boolean {
    const server = this.#server;
    const now = this.#time.nowMs;
    const next = this.#nextAt();
    if (next === null) return false;
    if (next - now > BEAT_MS) {
      this.#changedAtMs = next;
      this.#workers.beatThrough(next);
    }
    if (now - this.#changedAtMs > STUCK_MS) {
      const rows = server.query('select status, parked, due_at, seq, step_id from recipients');
      throw new Violation(`nothing moves any more: ${JSON.stringify(rows)}`);
    }
    this.#time.nowMs = Math.max(now, next);
    return true;
  }

  #nextAt(): number | null {
    const times = this.#relay.events(this.#mayRun).map(({ atMs }) => atMs);
    const timerAt = this.#time.nextAt(this.#mayRun);
    if (timerAt !== null) times.push(timerAt);
    times.push(...this.#workers.changesAt());
    const queue = this.#queue();
    const isBusy = this.#callCount > 0 || this.#relay.events(this.#mayRun).length > 0;
    if (isBusy || queue.isMoving || this.#workers.isBusy) times.push(...this.#workers.roundsAt());
    else if (queue.nextDueAtMs !== null) times.push(queue.nextDueAtMs);
    return times.length === 0 ? null : Math.min(...times);
  }

  /** Whether the workers have anything to do now, and when the next step is due. */
  #queue(): { isMoving: boolean; nextDueAtMs: number | null } {
    const now = `'${new Date(this.#time.nowMs).toISOString()}'`;
    const [row] = this.#server.query(`
      select count(*) filter (where r.status = 'processing' or s.status = 'archived'
                                 or r.parked and s.status = 'active'
                                 or not r.parked and r.due_at <= ${now}) as moving,
             string_agg(concat(r.enrollment_id, r.seq, r.status, r.due_at, r.parked, r.attempts), ' '
                        order by r.enrollment_id, r.seq) as state,
             (extract(epoch from min(r.due_at) filter (where not r.parked)) * 1000)::bigint as next
        from recipients r join automations s on s.id = r.automation_id`);
    const next = row?.next ?? null;
    if (this.#state !== row?.state || Number(row?.moving) === 0)
      this.#changedAtMs = this.#time.nowMs;
    this.#state = row?.state ?? null;
    const isMoving = Number(row?.moving) > 0;
    if (isMoving && this.#workers.names().length === 0)
      return { isMoving: false, nextDueAtMs: null };
    return { isMoving, nextDueAtMs: next === null ? null : Number(next) };
  }

  #act(action: Action): void {
    this.#say(JSON.stringify(action));
    switch (action.kind) {
      case 'kill':
        return this.#workers.kill(action.worker);
      case 'stop':
        return this.#workers.stop(action.worker);
      case 'freeze':
        return this.#workers.freeze(action.worker, action.forMs);
      case 'cut':
        return this.#workers.cut(action.worker);
      case 'restart database':
        for (const owner of [API, ...this.#workers.names()]) this.#workers.cutAll(owner);
        return;
      default:
        this.#time.as(API, () => this.#call(action));
    }
  }

  /** A call to the API, whose answer is a promise; without an answer nothing was promised. */
  #call(action: Action): void {
    const api = this.#api;
    if (api === null) throw new Error('there is no API');
    this.#callCount += 1;
    void this.#answerOf(action, api)
      .then(
        (answer) => this.#say(`answered ${action.kind}: ${JSON.stringify(answer)}`),
        (error: unknown) => {
          if (error instanceof Violation) throw error;
          this.#say(`failed ${action.kind}: ${String(error)}`);
        },
      )
      .catch(this.#fail)
      .finally(() => {
        this.#callCount -= 1;
        this.#answerCount += 1;
      });
  }

  async #answerOf(action: Action, api: ApiProcess): Promise<unknown> {
    const { db, catalog } = api;
    const workspaceId = WORKSPACE.id;
    switch (action.kind) {
      case 'enroll': {
        const userExternalId = userOf(action.user, this.#plan);
        this.#removed.delete(userExternalId);
        const call = { workspace: WORKSPACE, userExternalId, seriesId: SERIES_ID };
        const answer = await this.#enrollsOf(userExternalId).during(() =>
          api.enroller.enroll(call),
        );
        if (answer.kind === 'enrolled') this.#enrolled.push(answer.enrollmentId);
        return answer;
      }
      case 'remove': {
        const userExternalId = userOf(action.user, this.#plan);
        const isUnmixed = this.#enrollsOf(userExternalId).watch();
        const removed = await removeUser(
          { db, catalog },
          { workspaceId, userExternalId, seriesId: SERIES_ID },
        );
        if (isUnmixed()) this.#removed.add(userExternalId);
        return removed;
      }
      case 'zone':
      case 'address': {
        const externalId = userOf(action.user, this.#plan);
        const own =
          action.kind === 'zone'
            ? { timezone: action.zone }
            : { email: action.hasAddress ? `${externalId}@example.com` : null };
        const patch = { own, traits: {}, context: {} };
        const changed = await api.identifier.identify({ workspaceId, externalId, patch });
        if (!changed.isTimezoneChanged) return changed;
        const { id: userId } = changed;
        const bucket = Number.parseInt(userId.slice(-2), 16) % 64;
        return replanUser({ db, catalog }, { bucket, userId });
      }
      case 'pause':
      case 'resume':
      case 'archive':
      case 'publish': {
        const ref = { workspaceId, id: SERIES_ID };
        const { kind: transition } = action;
        const move = () => moveSeries(db, ref, { transition, now: api.clock.now() });
        if (transition === 'resume') {
          this.#isHeld = false;
          return (await this.#resumes.during(move)).status;
        }
        const isUnmixed = this.#resumes.watch();
        const { status } = await move();
        if (isUnmixed() && status !== 'active') this.#isHeld = true;
        return status;
      }
      case 'resolve': {
        const [doubt] = this.#server.query(
          "select id from messages where state = 'in_doubt' order by id limit 1",
        );
        const id = doubt?.id ?? null;
        if (id === null) return null;
        const { decision } = action;
        if (decision === 'resend') this.#orders.set(id, (this.#orders.get(id) ?? 0) + 1);
        const { state } = await resolveDoubt({ db, catalog }, { workspaceId, id, decision });
        return state;
      }
      default:
        throw new Error(`nobody can be called for ${action.kind}`);
    }
  }

  #enrollsOf(user: string): Calls {
    const calls = this.#enrolls.get(user) ?? new Calls();
    this.#enrolls.set(user, calls);
    return calls;
  }
}

/** Calls of one kind: what another call promised holds only if none of them was mixed with it. */
class Calls {
  #begunCount = 0;
  #openCount = 0;

  /** One that gets no answer stays open: it may come to pass at any time. */
  async during<T>(call: () => Promise<T>): Promise<T> {
    this.#begunCount += 1;
    this.#openCount += 1;
    try {
      const answer = await call();
      this.#openCount -= 1;
      return answer;
    } catch (error) {
      if (error instanceof DomainError) this.#openCount -= 1;
      throw error;
    }
  }

  /** Tells later whether none was open at any time since now. */
  watch(): () => boolean {
    const { begun, open } = { begun: this.#begunCount, open: this.#openCount };
    return () => open === 0 && this.#openCount === 0 && this.#begunCount === begun;
  }
}

function firstWords(session: Session): string {
  return session.nextText().replaceAll(/\s+/g, ' ').trim().slice(0, 70);
}
