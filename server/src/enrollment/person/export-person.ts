import {
  companiesOf,
  companyViewOf,
  eventsOfUser,
  userViewOf,
  usersByIds,
  type OwnEvent,
} from '../../audience/index.ts';
import {
  addressHash,
  changesOf,
  readPreferences,
  suppressionChangesOf,
  userHash,
  type ConsentKey,
} from '../../consent/index.ts';
import { messagesForExport, type OwnMessage } from '../../delivery/index.ts';
import type { Pool } from '../../platform/db.ts';
import { bucketOf, userIdOf } from '../../platform/ids.ts';
import type { PageAfter } from '../../platform/page.ts';
import { userNotFound } from '../errors.ts';
import { listPassagesOf, stepsOf, type PersonPassage } from './sql.ts';

/** Rows read at a time: with bodies these are some megabytes. */
const MESSAGES_AT_ONCE = 50;
const ROWS_AT_ONCE = 500;
const SUPPRESSIONS_MAX = 1_000;

interface Person {
  readonly workspaceId: string;
  readonly bucket: number;
  readonly userId: string;
}

/**
 * Everything that is kept of a person, as the text of one JSON object, piece by piece: as much is read
 * as the caller takes.
 *
 * @throws `enrollment.user_not_found`, before the first piece
 */
export async function exportPerson(
  { db, consent: { key } }: { db: Pool; consent: { readonly key: ConsentKey } },
  { workspaceId, userExternalId }: { workspaceId: string; userExternalId: string },
): Promise<AsyncGenerator<string>> {
  const userId = userIdOf(workspaceId, userExternalId);
  const person: Person = { workspaceId, bucket: bucketOf(userId), userId };
  const user = (await usersByIds(db, [{ bucket: person.bucket, id: userId }])).get(userId);
  if (user === undefined) throw userNotFound();
  const companies = await companiesOf(db, [user]);
  const [company] = companies.values();
  const hashes = [
    userHash(key, userId),
    ...(user.email === null ? [] : [addressHash(key, user.email)]),
  ];
  const suppressions = { workspaceId, hashes, limit: SUPPRESSIONS_MAX };
  const head = {
    user: userViewOf(user, companies),
    company: company === undefined ? null : companyViewOf(company),
    preferences: await readPreferences(db, person),
    suppressions: await suppressionChangesOf(db, suppressions),
  };
  return pieces(db, person, head);
}

async function* pieces(db: Pool, person: Person, head: object): AsyncGenerator<string> {
  // The object is closed after the lists.
  yield JSON.stringify(head).slice(0, -1);
  yield* listed('consent_changes', changePages(db, person));
  yield* listed('enrollments', passagePages(db, person));
  yield* listed('messages', messagePages(db, person));
  yield* listed('events', eventPages(db, person));
  yield '}\n';
}

async function* listed(
  name: string,
  pages: AsyncGenerator<readonly unknown[]>,
): AsyncGenerator<string> {
  yield `,${JSON.stringify(name)}:[`;
  let isFirst = true;
  for await (const page of pages) {
    if (page.length === 0) continue;
    yield (isFirst ? '' : ',') + page.map((row) => JSON.stringify(row)).join(',');
    isFirst = false;
  }
  yield ']';
}

async function* changePages(db: Pool, person: Person): AsyncGenerator<readonly unknown[]> {
  let before: string | null = null;
  for (;;) {
    const page: Awaited<ReturnType<typeof changesOf>> = await changesOf(db, {
      ...person,
      before,
      limit: ROWS_AT_ONCE,
    });
    yield page.map(({ listId, ...change }) => ({ ...change, list_id: listId }));
    if (page.length < ROWS_AT_ONCE) return;
    before = page.at(-1)?.id ?? null;
  }
}

async function* passagePages(db: Pool, person: Person): AsyncGenerator<readonly unknown[]> {
  let after: PageAfter | null = null;
  for (;;) {
    const ask = { ...person, state: null, after, limit: ROWS_AT_ONCE };
    const page: PersonPassage[] = await listPassagesOf(db, ask);
    const enrollmentIds = page.map(({ id }) => id);
    const steps = await stepsOf(db, { bucket: person.bucket, enrollmentIds });
    const byPassage = Map.groupBy(steps, ({ enrollmentId }) => enrollmentId);
    yield page.map((passage) => ({
      id: passage.id,
      series_id: passage.automationId,
      series_name: passage.seriesName,
      version: passage.version,
      run: passage.run,
      state: passage.state,
      end_reason: passage.endReason,
      entered_by: passage.enteredBy,
      entered_at: passage.enteredAt,
      ended_at: passage.endedAt,
      properties: passage.properties,
      next_step: passage.stepId,
      next_due: passage.dueAt,
      steps: (byPassage.get(passage.id) ?? []).map((step) => ({
        step_id: step.stepId,
        outcome: step.outcome,
        reason: step.reason,
        due_at: step.dueAt,
        at: step.at,
        reasons: step.reasons,
      })),
    }));
    const last = page.at(-1);
    if (page.length < ROWS_AT_ONCE || last === undefined) return;
    after = { at: last.enteredAt, id: last.id };
  }
}

async function* messagePages(db: Pool, person: Person): AsyncGenerator<readonly unknown[]> {
  let after: OwnMessage | null = null;
  for (;;) {
    const ask = { ...person, after, limit: MESSAGES_AT_ONCE };
    const page: OwnMessage[] = await messagesForExport(db, ask);
    yield page.map(({ message }) => message);
    if (page.length < MESSAGES_AT_ONCE) return;
    after = page.at(-1) ?? null;
  }
}

async function* eventPages(db: Pool, person: Person): AsyncGenerator<readonly unknown[]> {
  let after: OwnEvent | null = null;
  for (;;) {
    const page: OwnEvent[] = await eventsOfUser(db, { ...person, after, limit: ROWS_AT_ONCE });
    yield page.map((event) => ({
      id: event.id,
      event_type: event.eventType,
      occurred_at: event.occurredAt,
      received_at: event.receivedAt,
      event_id: event.eventId,
      session_id: event.sessionId,
      element_selector: event.elementSelector,
      page_url: event.pageUrl,
      metadata: event.metadata,
    }));
    if (page.length < ROWS_AT_ONCE) return;
    after = page.at(-1) ?? null;
  }
}
