import { openAt } from '../../src/schedule/plan.ts';
import type { ScheduleRules } from '../../src/schedule/settings.ts';
import type { PgliteServer } from '../support/pglite-server.ts';
import type { Handing, Relay } from './relay.ts';

/** What was promised to somebody, by an answer. */
export interface Promises {
  /** Users whose removal was answered and whom nobody has enrolled again since. */
  readonly removed: ReadonlySet<string>;
  /** Whether a pause or an archiving was answered and nothing has been resumed since. */
  readonly isHeld: boolean;
  /** Enrollments that were answered. */
  readonly enrolled: readonly string[];
  /** How often a member ordered a message again. */
  readonly orders: ReadonlyMap<string, number>;
  /** Workers that died, were frozen, or were told to stop: what was in their hands may be in doubt. */
  readonly unlucky: ReadonlySet<string>;
}

export class Violation extends Error {}

interface Begun {
  readonly attempt: string;
  readonly workerId: string;
  isHanded: boolean;
}

type Row = Record<string, string | null>;

/** Watches a history from outside: what the database has committed, and what the mail server took. */
export class Checks {
  readonly #begun = new Map<string, Begun>();
  readonly #server: PgliteServer;
  readonly #relay: Relay;
  readonly #promises: Promises;
  readonly #rules: ScheduleRules;
  readonly #stepCount: number;

  constructor(
    server: PgliteServer,
    {
      relay,
      promises,
      rules,
      stepCount,
    }: { relay: Relay; promises: Promises; rules: ScheduleRules; stepCount: number },
  ) {
    this.#server = server;
    this.#relay = relay;
    this.#promises = promises;
    this.#rules = rules;
    this.#stepCount = stepCount;
  }

  /** After a statement that may have begun attempts: each is allowed, and none is the second. */
  attempts(): void {
    const rows = this.#server.query(`
      select m.id, m.attempt, m.worker_id, m.user_external_id as user, r.advances, e.state,
             s.status, u.timezone, to_char(m.attempted_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at,
             m.attempted_at < r.due_at as is_early
        from messages m
        join recipients r on r.bucket = m.bucket and r.enrollment_id = m.enrollment_id and r.seq = m.seq
        join enrollments e on e.bucket = m.bucket and e.id = m.enrollment_id
        join automations s on s.id = m.automation_id
        join users u on u.bucket = m.bucket and u.id = m.user_id
       where m.state = 'sending'`);
    for (const row of rows) {
      const known = this.#begun.get(row.id!);
      if (known?.attempt === row.attempt && known?.workerId === row.worker_id) continue;
      this.#begun.set(row.id!, {
        attempt: row.attempt!,
        workerId: row.worker_id!,
        isHanded: false,
      });
      this.#attempt(row);
    }
  }

  #attempt(row: Row): void {
    const { id, user } = row;
    const refuse = (what: string): never => {
      throw new Violation(`an attempt for ${user} began ${what}: ${JSON.stringify(row)}`);
    };
    if (this.#promises.isHeld) refuse('after a pause was answered');
    if (row.advances === 't' && this.#promises.removed.has(user!)) {
      refuse('after the removal was answered');
    }
    if (row.status !== 'active') refuse(`in a series that is ${row.status}`);
    if (row.state === 'removed' || (row.advances === 't' && row.state !== 'active')) {
      refuse(`in an enrollment that is ${row.state}`);
    }
    if (row.is_early === 't') refuse('early');
    const open = openAt(new Date(row.at!), {
      userTimezone: row.timezone ?? null,
      rules: this.#rules,
    });
    if (open === null) refuse(`outside its window, ${row.timezone}`);
    const before = this.#relay.handings.filter(
      ({ messageId, isAnswered, handover }) =>
        messageId === id && !(isAnswered && handover !== 'throws' && handover.kind === 'deferred'),
    );
    if (before.length > (this.#promises.orders.get(id!) ?? 0)) refuse('once more');
  }

  /** As a handover begins: its attempt is committed, is this worker's, and is handed over once. */
  handover({ messageId, worker }: Handing, workerId: string): void {
    const begun = this.#begun.get(messageId);
    const refuse = (what: string): never => {
      throw new Violation(`${worker} hands ${messageId} over ${what}`);
    };
    if (begun === undefined || begun.workerId !== workerId)
      return void refuse('without an attempt');
    if (begun.isHanded) refuse('twice in one attempt');
    begun.isHanded = true;
    this.#isOwned(messageId, workerId);
  }

  /** As the bytes leave that cannot be called back: the message is still this worker's. */
  leaving({ messageId }: Handing, workerId: string): void {
    this.#isOwned(messageId, workerId);
  }

  #isOwned(messageId: string, workerId: string): void {
    // What an open transaction has written, nobody else can know of yet.
    if (this.#server.inTransaction() !== null) return;
    const [row] = this.#server.query(`
      select state, worker_id from messages where id = '${messageId}'`);
    if (row?.state === 'sending' && row.worker_id === workerId) return;
    throw new Violation(`${messageId} leaves although it was taken over: ${JSON.stringify(row)}`);
  }

  /** No more messages are being sent by a worker than it has connections. */
  atDeath(workerId: string, connections: number): void {
    const [row] = this.#server.query(`
      select count(*) as n from messages where state = 'sending' and worker_id = '${workerId}'`);
    if (Number(row?.n) > connections) {
      throw new Violation(`${row?.n} messages were being sent over ${connections} connections`);
    }
  }

  /** True at any moment between two transactions. */
  ledger(): Row {
    const [row] = this.#server.query('select * from ledger');
    if (row?.unaccounted !== '0')
      throw new Violation(`the ledger is wrong: ${JSON.stringify(row)}`);
    return row;
  }

  /** Once nothing moves any more. */
  atRest({ allDecided }: { allDecided: boolean }): void {
    const ledger = this.ledger();
    const waiting = this.#server.query(`
      select r.*, e.state as enrollment from recipients r
        join enrollments e on e.bucket = r.bucket and e.id = r.enrollment_id`);
    if (waiting.length > 0) throw new Violation(`something is stuck: ${JSON.stringify(waiting)}`);
    const unfinished = this.#server.query(`
      select e.id, e.state, max(o.seq) as steps from enrollments e
        left join (select enrollment_id, seq from step_log
                   union all select enrollment_id, seq from messages where state = 'in_doubt') o
          on o.enrollment_id = e.id
       group by e.id, e.state
      having e.state = 'active' or e.state = 'completed' and max(o.seq) is distinct from ${this.#stepCount}`);
    if (unfinished.length > 0) throw new Violation(`lost steps: ${JSON.stringify(unfinished)}`);
    const ids = new Set(this.#server.query('select id from enrollments').map(({ id }) => id));
    const lost = this.#promises.enrolled.filter((id) => !ids.has(id));
    if (lost.length > 0) throw new Violation(`lost enrollments: ${lost.join(', ')}`);
    if (allDecided && ledger.in_doubt !== '0') {
      throw new Violation(`still in doubt after every decision: ${JSON.stringify(ledger)}`);
    }
    for (const row of this.#server.query('select id, state, answer from messages')) {
      this.#message(row);
    }
  }

  #message({ id, state, answer }: Row): void {
    const takenCount = this.#relay.taken.filter((taken) => taken === id).length;
    const orderCount = this.#promises.orders.get(id!) ?? 0;
    const refuse = (what: string): never => {
      throw new Violation(`message ${id}, ${state} (${answer}), ${what}`);
    };
    if (takenCount > 1 + orderCount) refuse(`was taken ${takenCount} times`);
    if (state === 'sending' || state === 'scheduled') refuse('has no end');
    if (state === 'accepted' && takenCount === 0 && !answer?.startsWith('marked')) {
      refuse('was never taken');
    }
    if (orderCount > 0) return;
    if (takenCount > 0 && state !== 'accepted' && state !== 'in_doubt') refuse('was taken');
    if (state === 'in_doubt' && !this.#mayBeInDoubt(id!)) refuse('has no reason to be');
  }

  #mayBeInDoubt(id: string): boolean {
    const begun = this.#begun.get(id);
    if (begun !== undefined && this.#promises.unlucky.has(begun.workerId)) return true;
    return this.#relay.handings.some(
      ({ messageId, handover }) =>
        messageId === id && (handover === 'throws' || handover.kind === 'in_doubt'),
    );
  }
}
