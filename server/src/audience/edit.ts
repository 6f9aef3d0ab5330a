import { bucketOf, companyIdOf, userIdOf } from '../platform/ids.ts';
import { inTransaction, type Pool } from '../platform/db.ts';
import { companyPatchOf } from './company-input.ts';
import { OWN_COMPANY_TRAITS, type Company } from './company.ts';
import { companyNotFound, userNotFound } from './errors.ts';
import { patchOf } from './identify-input.ts';
import { namesIn, type Identifier } from './identify.ts';
import { companiesByIds, upsertCompanies } from './sql/companies.ts';
import { deleteCompany, leaveCompany } from './sql/search-companies.ts';
import { usersByIds } from './sql/users.ts';
import { dataOf, type Data, type Fields } from './traits-input.ts';
import { OWN_TRAITS, type User } from './user.ts';
import { recordChange } from '../workspace/index.ts';

/** Users taken out of a company in one transaction. */
const LEAVING_MAX = 1_000;

/** Own columns beside the traits, as identify has them among the traits. */
function dataOfEdit(body: Fields, own: readonly string[]): Data {
  const { traits, context } = dataOf(body);
  const named = own.filter((key) => Object.hasOwn(body, key));
  return {
    traits: { ...traits, ...Object.fromEntries(named.map((key) => [key, body[key]])) },
    context,
  };
}

/**
 * A member changes what is known of a user, by the rules of identify: what is left out stays, null
 * removes. It is nothing that the user did, but series may start by it.
 *
 * @param onTimezoneChanged plans anew what waits for them
 * @throws `audience.user_not_found` and what identify refuses
 */
export async function editUser(
  {
    db,
    identifier,
    onTimezoneChanged,
  }: {
    db: Pool;
    identifier: Identifier;
    onTimezoneChanged: (user: { bucket: number; userId: string }) => Promise<unknown>;
  },
  {
    workspaceId,
    externalId,
    body,
    docsUrl,
  }: { workspaceId: string; externalId: string; body: Fields; docsUrl: string },
): Promise<User> {
  const { patch } = patchOf(dataOfEdit(body, OWN_TRAITS), { docsUrl });
  const changed = await identifier.edit({ workspaceId, externalId, patch });
  if (changed.outcome === 'absent') throw userNotFound();
  const id = userIdOf(workspaceId, externalId);
  const bucket = bucketOf(id);
  if (changed.isTimezoneChanged) await onTimezoneChanged({ bucket, userId: id });
  const user = (await usersByIds(db, [{ bucket, id }])).get(id);
  if (user === undefined) throw userNotFound();
  return user;
}

/**
 * `editUser` of a company.
 *
 * @throws `audience.company_not_found` and what identify refuses
 */
export async function editCompany(
  { db }: { db: Pool },
  {
    workspaceId,
    externalId,
    body,
    docsUrl,
  }: { workspaceId: string; externalId: string; body: Fields; docsUrl: string },
): Promise<Company> {
  const patch = companyPatchOf(dataOfEdit(body, OWN_COMPANY_TRAITS), { docsUrl });
  await readCompany(db, { workspaceId, externalId });
  const id = companyIdOf(workspaceId, externalId);
  await inTransaction(db, async (tx) => {
    const [changed] = await upsertCompanies(tx, [
      { bucket: bucketOf(id), id, workspaceId, externalId, patch },
    ]);
    // Somebody deletes it at this moment.
    if (changed === undefined) throw companyNotFound();
    await recordChange(tx, {
      workspaceId,
      action: 'company.change',
      target: { kind: 'company', id: externalId, name: null },
      before: null,
      after: { changed: namesIn(patch) },
    });
  });
  return readCompany(db, { workspaceId, externalId });
}

/** @throws `audience.company_not_found` */
export async function readCompany(
  db: Pool,
  { workspaceId, externalId }: { workspaceId: string; externalId: string },
): Promise<Company> {
  const id = companyIdOf(workspaceId, externalId);
  const company = (await companiesByIds(db, [{ bucket: bucketOf(id), id }])).get(id);
  if (company === undefined) throw companyNotFound();
  return company;
}

/**
 * Deletes a company; who belongs to it stays, and belongs to none. Again while it is not done, when it
 * broke off in between.
 *
 * @returns how many users belonged to it
 * @throws `audience.company_not_found`
 */
export async function removeCompany(
  db: Pool,
  { workspaceId, externalId }: { workspaceId: string; externalId: string },
): Promise<number> {
  const { id, bucket, name } = await readCompany(db, { workspaceId, externalId });
  let left = 0;
  for (;;) {
    const leave = { workspaceId, companyId: id, limit: LEAVING_MAX };
    const count = await inTransaction(db, (tx) => leaveCompany(tx, leave));
    left += count;
    if (count < LEAVING_MAX) break;
  }
  await inTransaction(db, async (tx) => {
    if (!(await deleteCompany(tx, { workspaceId, bucket, id }))) return;
    await recordChange(tx, {
      workspaceId,
      action: 'company.delete',
      target: { kind: 'company', id: externalId, name },
      before: null,
      after: { users_left: left },
    });
  });
  return left;
}
