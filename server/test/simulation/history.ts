// First: what it replaces must not have been loaded before.
import { seedEverything } from './seeded-crypto.ts';
import { DomainError } from '../../src/platform/errors.ts';
import type { PgliteServer, Session } from '../support/pglite-server.ts';
import { answerOf } from './calls.ts';
import { Checks, Violation } from './checks.ts';
import { checkEnding, type EndingDeps } from './ending.ts';
import { Hooks } from './hooks.ts';
import type { Action, Moment, Plan } from './plan.ts';
import { startApi, type ApiProcess, type ProcessDeps } from './process.ts';
import { Promises } from './promises.ts';
import { chanceOf, type Chance } from './random.ts';
import { Relay } from './relay.ts';
import { setTheScene, START } from './setting.ts';
import { isSwept } from './shapes.ts';
import { Trouble } from './trouble.ts';
import { Versions } from './versions.ts';
import { VirtualTime } from './virtual-time.ts';
import { Workers } from './workers.ts';

/** What a history came to. */
export interface Outcome {
  /** Everything that happened, in order. */
  readonly trace: readonly string[];
  readonly statementCount: number;
  /** How often what came to pass, in words: `email passed`, `left as exited`. */
  readonly met: Readonly<Record<string, number>>;
}

const API = 'api';
const STEPS_MAX = 40_000;
/** With work left and nothing in its way, this much time without a change means that it is stuck. */
const STUCK_MS = 20 * 60_000;
/** Turns of the event loop without a sign of life, after which nobody runs any more. */
const QUIET_TURNS = 4;
const BOOKS_EVERY = 50;
/** The statements at which moments are told. */
const BEGINNING = /'sending', a\.transport/;
const SETTLING = /^\s*with answer as/;
const MOVING = /^\s*with move as/;
const REACTING = /^\s*delete from signals/;
const MIGRATING = /from messages m|from series_migrations m|update series_migrations/;
const ASKING = /"userExternalId"\s+from unnest/;
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
  readonly #hooks: Hooks;
  readonly #promises: Promises;
  readonly #trouble = new Trouble();
  readonly #ending: EndingDeps;
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

  /** What is still to be done, and when the last of it was. */
  readonly #script: Action[] = [];
  #cuedAtMs = 0;

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
    this.#hooks = new Hooks(this.#chance, {
      nowMs: () => this.#time.nowMs,
      onCall: (worker, { id, body }) =>
        this.#guard(() => {
          this.#say(`${worker} calls ${id}`);
          this.#checks.calling(
            worker,
            (JSON.parse(body) as { enrollment_id: string }).enrollment_id,
          );
        }),
    });
    this.#promises = new Promises(server, plan);
    const watched = {
      relay: this.#relay,
      hooks: this.#hooks,
      promises: this.#promises,
      versions: new Versions(server),
    };
    setTheScene(server, plan);
    this.#checks = new Checks(server, watched);
    this.#ending = { ...watched, server, plan, checks: this.#checks, trouble: this.#trouble };
    this.#workers = new Workers({
      depsOf: (name) => this.#depsOf(name),
      time: this.#time,
      relay: this.#relay,
      hooks: this.#hooks,
      chance: this.#chance,
      server,
      checks: this.#checks,
      unlucky: this.#promises.unlucky,
      hasScans: plan.series.some(({ settings }) => isSwept(settings)),
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

    this.#script.push(...this.#plan.script);
    this.#cuedAtMs = this.#time.nowMs;
    await this.#untilQuiet();

    this.#isCalm = true;
    this.#relay.isWell = true;
    this.#hooks.isWell = true;
    this.#workers.calm();
    for (const series of this.#plan.series.keys()) {
      this.#act({ afterMs: 0, kind: 'resume', series, late: 'as set' });
    }
    await this.#untilQuiet();
    checkEnding(this.#ending, { allDecided: false });

    const doubts = this.#server.query(
      "select id from messages where state = 'in_doubt' order by id",
    );
    for (const [index] of doubts.entries()) {
      const decision = index % 2 === 0 ? 'resend' : 'mark_sent';
      this.#act({ afterMs: 0, kind: 'resolve', decision });
      await this.#untilQuiet();
    }
    const refused = this.#server.query("select id from messages where state = 'in_doubt'");
    for (const _ of refused) {
      this.#act({ afterMs: 0, kind: 'resolve', decision: 'mark_sent' });
      await this.#untilQuiet();
    }
    checkEnding(this.#ending, { allDecided: true });
    return { trace: this.trace, statementCount: this.#statementCount, met: this.#met() };
  }

  #met(): Record<string, number> {
    const rows = this.#server.ask(`
      select what, count(*) as n
        from (select concat_ws(' ', s ->> 'type', l.outcome, l.branch, split_part(l.reason, ':', 1))
                from step_log l
                join enrollments e on e.bucket = l.bucket and e.id = l.enrollment_id
                left join series_versions v on v.automation_id = e.automation_id and v.number = e.version
                left join lateral jsonb_array_elements(v.steps) s on s ->> 'id' = l.step_id
              union all
              select concat_ws(' ', 'left as', state, split_part(end_reason, ':', 1)) from enrollments
              union all
              select concat('entered by ', entered_by) from enrollments
              union all
              select concat('message ', state) from messages
              union all
              select concat('migration ', state, case when moved_count > 0 then ' of people' end)
                from series_migrations
              union all
              select concat('webhook ', outcome) from webhook_attempts) o (what)
       group by 1`);
    return Object.fromEntries(rows.map(({ what, n }) => [what ?? '', Number(n)]));
  }

  #depsOf(name: string): ProcessDeps {
    return {
      name,
      server: this.#server,
      time: this.#time,
      relay: this.#relay,
      hooks: this.#hooks,
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
        this.#hooks.activity,
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

  /** Does what the script says when its time, or its moment, has come. */
  #cue(isLastCall = false): boolean {
    const [action] = this.#script;
    if (action === undefined) return false;
    const { amid = null } = action;
    const owner = amid === null ? null : this.#amid(amid);
    const isTime = amid === null && this.#cuedAtMs + action.afterMs <= this.#time.nowMs;
    if (!isTime && owner === null && !isLastCall) return false;
    this.#script.shift();
    this.#cuedAtMs = this.#time.nowMs;
    this.#act(owner === null ? action : this.#concerning(action), owner);
    return true;
  }

  /** Before time passes: what is to happen while somebody waits for it. */
  #cueWaiting(): boolean {
    const [action] = this.#script;
    if (action?.kind !== 'event' || action.amid !== 'waiting') return false;
    const [row] = this.#server.ask(`
      select u.external_id as user, s ->> 'event_type' as name
        from recipients r
        join users u on u.bucket = r.bucket and u.id = r.user_id
        join series_versions v on v.automation_id = r.automation_id and v.number = r.version
        join lateral jsonb_array_elements(v.steps) s on s ->> 'id' = r.step_id
       where r.held and not r.parked and s ->> 'type' = 'wait_for_event'
       order by r.due_at, r.enrollment_id limit 1`);
    if (row === undefined) return false;
    this.#script.shift();
    this.#cuedAtMs = this.#time.nowMs;
    const name = row.name as typeof action.name;
    this.#act({ ...action, user: Number(row.user?.split('-')[1]), name });
    return true;
  }

  /** The same about the user whose step is being worked. */
  #concerning(action: Action): Action {
    const [row] = this.#server.ask(`
      select u.external_id as user
        from recipients r join users u on u.bucket = r.bucket and u.id = r.user_id
       where r.status = 'processing'
       order by r.due_at, r.enrollment_id limit 1`);
    if (row === undefined || !('user' in action)) return action;
    return { ...action, user: Number(row.user?.split('-')[1]) };
  }

  /** The worker that is at such a moment. */
  #amid(moment: Moment): string | null {
    switch (moment) {
      case 'handing over':
        return this.#relay.handings.find(isUnderWay)?.worker ?? null;
      case 'calling':
        return this.#hooks.callings.find(isUnderWay)?.worker ?? null;
      case 'claiming': {
        const owner = this.#server.inTransaction()?.owner ?? API;
        return owner === API ? null : owner;
      }
      case 'beginning':
        return this.#askerOf(BEGINNING);
      case 'settling':
        return this.#askerOf(SETTLING);
      case 'reacting':
        return this.#askerOf(REACTING);
      case 'migrating':
        return this.#askerOf(MIGRATING);
      case 'waiting':
        return null;
    }
  }

  #askerOf(text: RegExp): string | null {
    return this.#server.waiting().find((session) => text.test(session.nextText()))?.owner ?? null;
  }

  /** Lets one thing happen that can happen now. False when there is none. */
  #happen(): boolean {
    if (this.#cue()) return true;
    const server = this.#server;
    const options: (() => void)[] = [];
    for (const session of server.answered()) {
      if (this.#mayRun(session.owner)) options.push(() => this.#deliver(session));
    }
    for (const session of server.waiting()) {
      if (this.#isGhost(session)) {
        server.cut(session, 'forgotten');
        continue;
      }
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
    for (const event of this.#hooks.events(this.#mayRun)) {
      if (event.atMs > now) continue;
      options.push(() => {
        this.#say(`${event.kind}: ${event.calling.id}`);
        this.#time.as(event.calling.worker, () => this.#hooks.happen(event));
      });
    }
    const timerAt = this.#time.nextAt(this.#mayRun);
    if (timerAt !== null && timerAt <= now) options.push(() => this.#time.ring(this.#mayRun));
    options.push(...this.#workers.due());
    if (options.length === 0) return false;
    this.#chance.pick(options)();
    return true;
  }

  /** Opened by what goes on running of a process that is no more, and would not without this one. */
  #isGhost(session: Session): boolean {
    const { owner } = session;
    if (owner === API || this.#workers.names().includes(owner)) return false;
    return this.#server.sessionsOf(owner).includes(session);
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
    if (this.#api === null || this.#isCalm) return false;
    const isUnlucky = this.#chance.isTrue(this.#plan.cutsPerMille / 1_000);
    if (isUnlucky) this.#trouble.at(this.#time.nowMs);
    return isUnlucky;
  }

  #execute(session: Session): void {
    const server = this.#server;
    if (this.#isUnlucky()) {
      const fate = this.#chance.pick(['forgotten', 'executed', 'later'] as const);
      this.#say(`${session.owner} loses its connection (${fate}): ${firstWords(session)}`);
      server.cut(session, fate);
      return this.#afterCut();
    }
    this.#setClock();
    const text = session.nextText();
    this.#say(`${session.owner}#${session.id}: ${firstWords(session)}`);
    server.execute(session);
    this.#statementCount += 1;
    if (BEGINNING.test(text)) this.#guard(() => this.#checks.attempts());
    if (MOVING.test(text)) this.#guard(() => this.#checks.moves(new Date(this.#dbNowMs)));
    if (ASKING.test(text)) this.#checks.asked(session.owner, this.#time.nowMs);
    const isBetween = server.inTransaction() === null;
    if (isBetween && this.#statementCount % BOOKS_EVERY === 0) {
      this.#guard(() => void this.#checks.books());
    }
    // Everything takes a moment.
    this.#time.nowMs += this.#chance.below(3);
  }

  /** What was executed for a connection that broke counts as well. */
  #afterCut(): void {
    if (this.#server.inTransaction() === null) this.#guard(() => this.#checks.attempts());
  }

  /** The database's clock stands still while a transaction is open. */
  #setClock(): void {
    if (this.#server.inTransaction() !== null || this.#dbNowMs === this.#time.nowMs) return;
    this.#dbNowMs = this.#time.nowMs;
    this.#server.query(`set milepost.now = '${new Date(this.#dbNowMs).toISOString()}'`);
  }

  /** Lets time pass until something can happen. False when nothing will. */
  #pass(): boolean {
    if (this.#cueWaiting()) return true;
    const server = this.#server;
    const now = this.#time.nowMs;
    const next = this.#nextAt();
    if (next === null) return this.#cue(true);
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
    const servers = [...this.#relay.events(this.#mayRun), ...this.#hooks.events(this.#mayRun)];
    const times = servers.map(({ atMs }) => atMs);
    const timerAt = this.#time.nextAt(this.#mayRun);
    if (timerAt !== null) times.push(timerAt);
    const [action] = this.#script;
    if (action !== undefined && (action.amid ?? null) === null)
      times.push(this.#cuedAtMs + action.afterMs);
    times.push(...this.#workers.changesAt());
    const queue = this.#queue();
    const isBusy = this.#callCount > 0 || servers.length > 0;
    if (isBusy || queue.isMoving || this.#workers.isBusy) times.push(...this.#workers.roundsAt());
    else if (queue.nextDueAtMs !== null) times.push(queue.nextDueAtMs);
    return times.length === 0 ? null : Math.min(...times);
  }

  /** Whether the workers have anything to do now, and when the next step is due. */
  #queue(): { isMoving: boolean; nextDueAtMs: number | null } {
    const now = new Date(this.#time.nowMs).toISOString();
    const [row] = this.#server.ask(
      `
      select count(*) filter (where r.status = 'processing' or s.status = 'archived'
                                 or r.parked and s.status = 'active'
                                 or not r.parked and r.due_at <= $1::timestamptz) + o.n as moving,
             concat(string_agg(concat(r.enrollment_id, r.seq, r.status, r.due_at, r.parked, r.attempts), ' '
                               order by r.enrollment_id, r.seq), o.state) as state,
             (extract(epoch from min(r.due_at) filter (where not r.parked)) * 1000)::bigint as next
        from (select count(*) as n, string_agg(state, ' ') as state
                from (select id::text from signals
                      union all
                      select concat(automation_id, to_version) from series_migrations
                       where state = 'running'
                      union all
                      select concat(c.automation_id, c.cursor_id) from series_scans c
                        join automations a on a.id = c.automation_id and a.status = 'active'
                       where c.kind = 'activation' and c.next_at is not null) o (state)) o
        left join (recipients r join automations s on s.id = r.automation_id) on true
       group by o.n, o.state`,
      [now],
    );
    const next = row?.next ?? null;
    if (this.#state !== row?.state || Number(row?.moving) === 0)
      this.#changedAtMs = this.#time.nowMs;
    this.#state = row?.state ?? null;
    const isMoving = Number(row?.moving) > 0;
    if (isMoving && this.#workers.names().length === 0)
      return { isMoving: false, nextDueAtMs: null };
    return { isMoving, nextDueAtMs: next === null ? null : Number(next) };
  }

  /** @param owner whose moment it is */
  #act(action: Action, owner: string | null = null): void {
    this.#say(JSON.stringify(action));
    this.#trouble.act(action, this.#time.nowMs);
    const chosen = (worker: number): number => this.#workers.indexOf(owner, worker);
    switch (action.kind) {
      case 'kill':
        this.#workers.kill(chosen(action.worker));
        return this.#afterCut();
      case 'stop':
        return this.#workers.stop(chosen(action.worker));
      case 'freeze':
        return this.#workers.freeze(chosen(action.worker), action.forMs);
      case 'cut':
        this.#workers.cut(chosen(action.worker));
        return this.#afterCut();
      case 'restart database':
        for (const name of [API, ...this.#workers.names()]) this.#workers.cutAll(name);
        return this.#afterCut();
      default:
        this.#time.as(API, () => this.#call(action));
    }
  }

  /** A call to the API, whose answer is a promise; without an answer nothing was promised. */
  #call(action: Action): void {
    const api = this.#api;
    if (api === null) throw new Error('there is no API');
    this.#callCount += 1;
    const nowMs = (): number => this.#time.nowMs;
    const deps = { api, server: this.#server, plan: this.#plan, promises: this.#promises, nowMs };
    void answerOf(action, deps)
      .then(
        (answer) => this.#say(`answered ${action.kind}: ${JSON.stringify(answer)}`),
        (error: unknown) => {
          if (error instanceof Violation) throw error;
          const isRefusal = error instanceof DomainError;
          this.#say(`${isRefusal ? 'refused' : 'failed'} ${action.kind}: ${String(error)}`);
        },
      )
      .catch(this.#fail)
      .finally(() => {
        this.#callCount -= 1;
        this.#answerCount += 1;
      });
  }
}

/** Of a handover or a call: whether its worker still waits for the answer. */
const isUnderWay = ({ isAnswered, isOrphaned }: { isAnswered: boolean; isOrphaned: boolean }) =>
  !isAnswered && !isOrphaned;

function firstWords(session: Session): string {
  return session.nextText().replaceAll(/\s+/g, ' ').trim().slice(0, 70);
}
