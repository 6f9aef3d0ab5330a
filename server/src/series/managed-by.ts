import type { Db } from '../platform/db.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Automation } from './series.ts';
import { sourcesOf } from './sql/sources.ts';

/** The files that series are kept in, by the ids of the series, as the API shows them. */
export async function managedByCode(
  db: Db,
  { workspaceId, series }: { workspaceId: string; series: readonly Automation[] },
) {
  if (series.length === 0) return new Map<string, never>();
  const sources = await sourcesOf(db, { workspaceId, ids: series.map(({ id }) => id) });
  const byId = new Map(series.map((one) => [one.id, one]));
  return new Map(
    sources.flatMap(({ automationId, slug, path, appliedAt, fingerprint }) => {
      const one = byId.get(automationId);
      if (one === undefined) return [];
      const isChanged = fingerprintOf(one) !== fingerprint;
      const at = appliedAt.toISOString();
      const view = { kind: 'code' as const, slug, path, applied_at: at, is_changed: isChanged };
      return [[automationId, { managed_by: view }] as const];
    }),
  );
}
