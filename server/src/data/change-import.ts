import { inTransaction, type Pool } from '../platform/db.ts';
import { storedIdOf } from '../platform/ids.ts';
import { recordChange, type Action } from '../workspace/index.ts';
import { importNotFound, importState } from './errors.ts';
import type { Import, ImportState } from './import.ts';
import { findImport, lockImport, setState } from './sql/imports.ts';

/** @throws `data.import_not_found` */
export async function readImport(
  db: Pool,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<Import> {
  const one = await findImport(db, { workspaceId, id: storedIdOf(id) });
  if (one === null) throw importNotFound();
  return one;
}

const CHANGES = {
  pause: { from: ['running'], to: 'paused', action: 'import.pause' },
  resume: { from: ['paused', 'failed'], to: 'running', action: 'import.resume' },
  cancel: { from: ['running', 'paused', 'failed'], to: 'cancelled', action: 'import.cancel' },
} as const satisfies Record<
  string,
  { from: readonly ImportState[]; to: ImportState; action: Action }
>;

/**
 * Holds an import, lets it go on, or ends it. The piece that is being written is waited for: once this
 * resolves nothing more is written. What was written stays.
 *
 * @throws `data.import_not_found`, `data.import_state`
 */
export function changeImport(
  db: Pool,
  { workspaceId, id, to }: { workspaceId: string; id: string; to: keyof typeof CHANGES },
): Promise<Import> {
  const change = CHANGES[to];
  return inTransaction(db, async (tx) => {
    const one = await lockImport(tx, { workspaceId, id: storedIdOf(id) });
    if (one === null) throw importNotFound();
    if (one.state === change.to) return one;
    if (!(change.from as readonly ImportState[]).includes(one.state)) throw importState(one.state);
    await setState(tx, { id: one.id, state: change.to });
    await recordChange(tx, {
      workspaceId,
      action: change.action,
      target: { kind: 'import', id: one.id },
      before: { state: one.state },
      after: { state: change.to },
    });
    const changed = await findImport(tx, { workspaceId, id: one.id });
    return changed ?? one;
  });
}
