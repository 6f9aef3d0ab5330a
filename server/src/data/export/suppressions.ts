import { listSuppressions, type Suppression } from '../../consent/index.ts';
import type { PageAfter } from '../../platform/page.ts';
import type { ExportTable } from './table.ts';

const PAGE = 1_000;

/** Who must not be mailed; of who was erased only a hash is known, and they are left out. */
export const suppressionTable: ExportTable = {
  columns: ['email', 'user_id', 'reason', 'source', 'at'],
  pages: async function* pages(db, { workspaceId }) {
    let after: PageAfter | null = null;
    for (;;) {
      const ask = { workspaceId, reason: null, prefix: null, hash: null, after, limit: PAGE };
      const rows: Suppression[] = await listSuppressions(db, ask);
      yield rows
        .filter(({ address, userExternalId }) => address !== null || userExternalId !== null)
        .map(({ address, userExternalId, reason, source, at }) => ({
          email: address,
          user_id: userExternalId,
          reason,
          source,
          at: at.toISOString(),
        }));
      const last = rows.at(-1);
      if (rows.length < PAGE || last === undefined) return;
      after = { at: last.at, id: last.id };
    }
  },
};
