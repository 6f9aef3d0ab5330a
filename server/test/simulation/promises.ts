import { DomainError } from '../../src/platform/errors.ts';
import { userIdOf } from '../../src/platform/ids.ts';
import type { PgliteServer } from '../support/pglite-server.ts';
import type { Plan } from './plan.ts';
import { seriesIdOf, userOf, WORKSPACE } from './setting.ts';

/** What was promised to somebody, by an answer. */
export class Promises {
  /** Passages of which nothing more may begin, by id, and what was answered. */
  readonly over = new Map<string, { readonly why: 'removed' | 'left'; readonly atMs: number }>();
  /** Series of which a pause or an archiving was answered, and nothing has been resumed since. */
  readonly held = new Set<string>();
  /** Enrollments that were answered. */
  readonly enrolled: string[] = [];
  /** How often a member ordered a message again. */
  readonly orders = new Map<string, number>();
  /** Workers that died, were frozen, or were told to stop: what was in their hands may be in doubt. */
  readonly unlucky = new Set<string>();
  /** Who has to be, or to have been, in which series at the end. */
  readonly entries: { readonly user: string; readonly seriesId: string; readonly why: string }[] =
    [];
  readonly #server: PgliteServer;
  readonly #plan: Plan;
  readonly #resumes = new Map<string, Calls>();

  constructor(server: PgliteServer, plan: Plan) {
    this.#server = server;
    this.#plan = plan;
  }

  /** The passages under way of a user: of one series, or of all. */
  passagesOf(user: string, seriesId: string | null = null): Passage[] {
    return this.#server
      .ask("select id, automation_id from enrollments where user_id = $1 and state = 'active'", [
        userIdOf(WORKSPACE.id, user),
      ])
      .flatMap(({ id, automation_id: automationId }) =>
        seriesId === null || automationId === seriesId
          ? [{ id: id ?? '', seriesId: automationId ?? '' }]
          : [],
      );
  }

  knows(user: string): boolean {
    const id = userIdOf(WORKSPACE.id, user);
    return this.#server.ask('select 1 from users where id = $1', [id]).length > 0;
  }

  /** Nothing more begins in passages that were under way when a call began that ends them. */
  end(passages: readonly Passage[], why: 'removed' | 'left', atMs: number): void {
    for (const { id } of passages) if (!this.over.has(id)) this.over.set(id, { why, atMs });
  }

  /** Series whose goal or exit rule is just this event, whatever is in it. */
  isLeftBy(seriesId: string, event: string): boolean {
    const spec = this.#plan.series[indexOf(seriesId)];
    if (spec === undefined) return false;
    const { goal, exit } = spec.settings;
    return (event === 'done' && goal === 1) || (event === 'bye' && exit === 1);
  }

  /** What has been accepted starts somebody in each series that is never anything but active. */
  start(
    action: { kind: 'event'; user: number; n: number } | { kind: 'created'; user: number },
  ): void {
    const { series, limits } = this.#plan;
    if (limits === 1) return;
    const user = userOf(action.user, this.#plan);
    for (const [index, { settings, isDraft }] of series.entries()) {
      const { entry } = settings;
      const isStarted =
        action.kind === 'created' ? entry === 3 : entry === 1 || (entry === 2 && action.n >= 2);
      if (!isStarted || isDraft || this.#isEverMoved(index)) continue;
      this.entries.push({ user, seriesId: seriesIdOf(index), why: action.kind });
    }
  }

  #isEverMoved(index: number): boolean {
    const { script, series } = this.#plan;
    return script.some(
      (action) =>
        (action.kind === 'pause' || action.kind === 'archive') &&
        action.series % series.length === index,
    );
  }

  /** Calls that resume a series: what is answered of another status while one is open means nothing. */
  resumesOf(seriesId: string): Calls {
    const calls = this.#resumes.get(seriesId) ?? new Calls();
    this.#resumes.set(seriesId, calls);
    return calls;
  }
}

export interface Passage {
  readonly id: string;
  readonly seriesId: string;
}

export const indexOf = (seriesId: string): number => Number(seriesId.at(-1));

/** Calls of one kind: what another call promised holds only if none of them was mixed with it. */
export class Calls {
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
