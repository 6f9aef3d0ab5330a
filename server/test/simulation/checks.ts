import { openAt } from '../../src/schedule/plan.ts';
import type { PgliteServer } from '../support/pglite-server.ts';
import type { Hooks } from './hooks.ts';
import type { Promises } from './promises.ts';
import type { Handing, Relay } from './relay.ts';
import { WORKSPACE } from './setting.ts';
import type { Versions } from './versions.ts';

export class Violation extends Error {}

interface Begun {
  readonly attempt: string;
  readonly workerId: string;
  isHanded: boolean;
}

export type Row = Record<string, string | null>;

export interface ChecksDeps {
  readonly relay: Relay;
  readonly hooks: Hooks;
  readonly promises: Promises;
  readonly versions: Versions;
}

/** Watches a history from outside: what the database has committed, and what servers took. */
export class Checks {
  readonly #begun = new Map<string, Begun>();
  /** When each worker last asked which webhooks it may call. */
  readonly #askedAtMs = new Map<string, number>();
  readonly #server: PgliteServer;
  readonly #relay: Relay;
  readonly #promises: Promises;
  readonly #versions: Versions;

  constructor(server: PgliteServer, { relay, promises, versions }: ChecksDeps) {
    this.#server = server;
    this.#relay = relay;
    this.#promises = promises;
    this.#versions = versions;
  }

  /** After a statement that may have begun attempts: each is allowed, and none is the second. */
  attempts(): void {
    const rows = this.#server.ask(`
      select m.id, m.attempt, m.worker_id, m.user_external_id as user, m.enrollment_id, m.step_id,
             r.advances, e.state, s.id as series, s.status, r.version, u.timezone,
             to_char(m.attempted_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at,
             m.attempted_at < r.due_at as is_early,
             exists (select from signals g where g.bucket = m.bucket and g.user_id = m.user_id) as is_signalled,
             exists (select from messages o
                      where o.bucket = m.bucket and o.enrollment_id = m.enrollment_id
                        and o.step_id = m.step_id and o.seq <> m.seq
                        and o.state in ('sending', 'accepted', 'in_doubt')) as is_repeated
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
    const { over, held, orders } = this.#promises;
    const refuse = (what: string): never => {
      throw new Violation(`an attempt for ${user} began ${what}: ${JSON.stringify(row)}`);
    };
    if (held.has(row.series!)) refuse('after a pause was answered');
    const ended = over.get(row.enrollment_id!);
    if (row.advances === 't' && ended !== undefined) refuse(`after they had ${ended.why}`);
    if (row.status !== 'active') refuse(`in a series that is ${row.status}`);
    const isOver = row.state === 'removed' || row.state === 'exited';
    if (isOver || (row.advances === 't' && row.state !== 'active')) {
      refuse(`in an enrollment that is ${row.state}`);
    }
    if (row.is_signalled === 't') refuse('before what happened was looked at');
    if (row.is_repeated === 't') refuse('of a step that was sent already');
    if (row.is_early === 't') refuse('early');
    const { rules } = this.#versions.of(row.series!, row.version!);
    const open = openAt(new Date(row.at!), { userTimezone: row.timezone ?? null, rules });
    if (open === null) refuse(`outside its window, ${row.timezone}`);
    const before = this.#relay.handings.filter(
      ({ messageId, isAnswered, handover }) =>
        messageId === id && !(isAnswered && handover !== 'throws' && handover.kind === 'deferred'),
    );
    if (before.length > (orders.get(id!) ?? 0)) refuse('once more');
  }

  /** After steps were moved on: none was decided before what was accepted earlier was looked at. */
  moves(now: Date): void {
    const rows = this.#server.ask(
      `select l.enrollment_id, l.seq, l.step_id, g.kind, g.name
         from step_log l
         join enrollments e on e.bucket = l.bucket and e.id = l.enrollment_id
         join series_versions v on v.automation_id = e.automation_id and v.number = e.version
         join lateral jsonb_array_elements(v.steps) s on s ->> 'id' = l.step_id
         join signals g on g.bucket = l.bucket and g.user_id = l.user_id
        where l.at = $1::timestamptz and l.outcome = 'passed' and g.at < l.at
          and s ->> 'type' not in ('email', 'webhook')`,
      [now.toISOString()],
    );
    if (rows.length > 0) throw new Violation(`decided too soon: ${JSON.stringify(rows)}`);
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
    const [row] = this.#server.ask('select state, worker_id from messages where id = $1', [
      messageId,
    ]);
    if (row?.state === 'sending' && row.worker_id === workerId) return;
    throw new Violation(`${messageId} leaves although it was taken over: ${JSON.stringify(row)}`);
  }

  /** After a worker has asked which of its webhooks it may call now. */
  asked(worker: string, nowMs: number): void {
    this.#askedAtMs.set(worker, nowMs);
  }

  /** As a webhook is called: nobody was told before that their removal is done. */
  calling(worker: string, enrollmentId: string): void {
    const ended = this.#promises.over.get(enrollmentId);
    const askedAtMs = this.#askedAtMs.get(worker);
    if (askedAtMs === undefined) throw new Violation(`${worker} calls a webhook and never asked`);
    if (ended?.why === 'removed' && ended.atMs < askedAtMs) {
      throw new Violation(`${worker} calls a webhook of ${enrollmentId}, which was removed before`);
    }
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
  books(): Row[] {
    const ledger = this.#server.ask('select * from ledger order by automation_id');
    for (const row of ledger) {
      if (row.unaccounted !== '0')
        throw new Violation(`the ledger is wrong: ${JSON.stringify(row)}`);
    }
    const odd = this.#server.ask(`
      select e.id, e.state, e.version, count(r.seq) as rows, min(r.step_id) as step,
             bool_and(v.steps @> jsonb_build_array(jsonb_build_object('id', r.step_id))) as is_known,
             bool_and(r.version = e.version) as is_same
        from enrollments e
        left join recipients r on r.bucket = e.bucket and r.enrollment_id = e.id and r.advances
        left join series_versions v on v.automation_id = r.automation_id and v.number = r.version
       group by e.bucket, e.id
      having case when e.state = 'active'
                  then count(r.seq) <> 1 or not bool_and(v.steps is not null)
                       or not bool_and(v.steps @> jsonb_build_array(jsonb_build_object('id', r.step_id)))
                       or not bool_and(r.version = e.version)
                  else count(r.seq) filter (where r.status = 'pending') > 0 end`);
    if (odd.length > 0) throw new Violation(`nobody waits like that: ${JSON.stringify(odd)}`);
    const crowded = this.#server.ask(`
      select e.user_id, count(*) as n
        from enrollments e join workspaces w on w.id = e.workspace_id
       where e.state = 'active' and w.id = '${WORKSPACE.id}'
       group by e.user_id, w.settings
      having count(*) > (w.settings #>> '{limits,series_at_once}')::int`);
    if (crowded.length > 0) throw new Violation(`in too many series: ${JSON.stringify(crowded)}`);
    return ledger;
  }

  /** Whether something happened to a message after which nobody knows whether it left. */
  mayBeInDoubt(id: string): boolean {
    const begun = this.#begun.get(id);
    if (begun !== undefined && this.#promises.unlucky.has(begun.workerId)) return true;
    return this.#relay.handings.some(
      ({ messageId, handover }) =>
        messageId === id && (handover === 'throws' || handover.kind === 'in_doubt'),
    );
  }
}
