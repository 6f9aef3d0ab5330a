import {
  companiesOf,
  companyViewOf,
  eventsOfUser,
  userViewOf,
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
import { addressesOf, messagesForExport, type OwnMessage } from '../../delivery/index.ts';
import type { Pool } from '../../platform/db.ts';
import type { PageAfter } from '../../platform/page.ts';
import { ADDRESSES_MAX, addressIdsOf, personOf, refOf, type PersonRef } from './person.ts';
import { listPassagesOf, stepsOf, type PersonPassage } from './sql.ts';

/** Rows read at a time: with bodies these are some megabytes. */
const MESSAGES_AT_ONCE = 50;
const ROWS_AT_ONCE = 500;
const SUPPRESSIONS_MAX = 1_000;

/**
 * Everything that is kept of a person, as the text of one JSON object, piece by piece: as much is read
 * as the caller takes. With it what was sent to their addresses without naming them, and what keeps mail
 * from these: what `erasePerson` erases is what this tells.
 *
 * @throws `enrollment.user_not_found`, before the first piece
 */
export async function exportPerson(
  { db, consent: { key } }: { db: Pool; consent: { readonly key: ConsentKey } },
  { workspaceId, userExternalId }: { workspaceId: string; userExternalId: string },
): Promise<AsyncGenerator<string>> {
  const { ref, user, stored } = await personOf(db, { workspaceId, userExternalId });
  const companies = await companiesOf(db, stored === null ? [] : [stored]);
  const [company] = companies.values();
  const former = await addressesOf(db, { ...ref, limit: ADDRESSES_MAX });
  const addresses = [...new Set([...(user.email === null ? [] : [user.email]), ...former])];
  const hashes = new Set([
    userHash(key, ref.userId),
    ...addresses.map((address) => addressHash(key, address)),
  ]);
  const suppressions = { workspaceId, hashes: [...hashes], limit: SUPPRESSIONS_MAX };
  const head = {
    user: stored === null ? null : userViewOf(stored, companies),
    company: company === undefined ? null : companyViewOf(company),
    addresses,
    preferences: await readPreferences(db, ref),
    suppressions: await suppressionChangesOf(db, suppressions),
  };
  const ids = new Set([ref.userId, ...addressIdsOf({ workspaceId, addresses })]);
  const people = [...ids].map((id) => refOf(workspaceId, id));
  return pieces(db, { person: ref, people, head });
}

/** @param people the person, and whoever reads mail at their addresses */
async function* pieces(
  db: Pool,
  { person, people, head }: { person: PersonRef; people: readonly PersonRef[]; head: object },
): AsyncGenerator<string> {
  // The object is closed after the lists.
  yield JSON.stringify(head).slice(0, -1);
  yield* listed('consent_changes', changePages(db, person));
  yield* listed(
    'enrollments',
    ofEach(people, (one) => passagePages(db, one)),
  );
  yield* listed(
    'messages',
    ofEach(people, (one) => messagePages(db, one)),
  );
  yield* listed('events', eventPages(db, person));
  yield '}\n';
}

async function* ofEach<T>(
  people: readonly PersonRef[],
  pagesOf: (person: PersonRef) => AsyncGenerator<T>,
): AsyncGenerator<T> {
  for (const person of people) yield* pagesOf(person);
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

async function* changePages(db: Pool, person: PersonRef): AsyncGenerator<readonly unknown[]> {
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

async function* passagePages(db: Pool, person: PersonRef): AsyncGenerator<readonly unknown[]> {
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

async function* messagePages(db: Pool, person: PersonRef): AsyncGenerator<readonly unknown[]> {
  let after: OwnMessage | null = null;
  for (;;) {
    const ask = { ...person, after, limit: MESSAGES_AT_ONCE };
    const page: OwnMessage[] = await messagesForExport(db, ask);
    yield page.map(({ message }) => message);
    if (page.length < MESSAGES_AT_ONCE) return;
    after = page.at(-1) ?? null;
  }
}

async function* eventPages(db: Pool, person: PersonRef): AsyncGenerator<readonly unknown[]> {
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
