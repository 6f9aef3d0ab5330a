import type { Pool } from '../platform/db.ts';
import { Batcher } from '../platform/batcher.ts';
import { bucketOf, companyIdOf } from '../platform/ids.ts';
import type { CompanyPatch } from './company.ts';
import type { Identifier } from './identify.ts';
import { upsertCompanies, type CompanyChange, type CompanyChanged } from './sql/companies.ts';

/** Creates or changes companies, and puts users into them. */
export interface CompanyIdentifier {
  /**
   * One company; calls that arrive together share a round trip and a commit. The user, if one is
   * named, belongs to it afterwards, and is created where nobody knows them.
   */
  readonly identify: (call: {
    workspaceId: string;
    externalId: string;
    patch: CompanyPatch;
    /** The user's external id. */
    userId: string | null;
  }) => Promise<CompanyChanged>;
}

/** A company may be larger than a user; far more than arrive together all the same. */
const BATCH_MAX = 100;
/** Somebody else creates the same company at the same moment at most a few times in a row. */
const ROUNDS_MAX = 5;

export function createCompanyIdentifier({
  db,
  identifier,
}: {
  db: Pool;
  identifier: Identifier;
}): CompanyIdentifier {
  const batcher = new Batcher<CompanyChange, CompanyChanged>({
    batchMax: BATCH_MAX,
    keyOf: ({ id }) => id,
    work: (changes) => applyAll(db, changes),
  });
  return {
    identify: async ({ workspaceId, externalId, patch, userId }) => {
      const id = companyIdOf(workspaceId, externalId);
      const change = { bucket: bucketOf(id), id, workspaceId, externalId, patch };
      const changed = await batcher.add(change);
      // After the company is there: a user never belongs to one that is not.
      if (userId !== null) {
        await identifier.link({ workspaceId, externalId: userId, companyId: id });
      }
      return changed;
    },
  };
}

async function applyAll(db: Pool, changes: readonly CompanyChange[]): Promise<CompanyChanged[]> {
  const done = new Map<string, CompanyChanged>();
  for (let round = 0; round < ROUNDS_MAX && done.size < changes.length; round += 1) {
    const left = changes.filter(({ id }) => !done.has(id));
    for (const changed of await upsertCompanies(db, left)) done.set(changed.id, changed);
  }
  return changes.map(({ id }) => {
    const changed = done.get(id);
    if (changed === undefined) throw new Error(`company ${id} could not be written`);
    return changed;
  });
}
