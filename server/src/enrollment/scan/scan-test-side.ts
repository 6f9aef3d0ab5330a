import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '../../platform/db.ts';
import { hasOpenScan, hasSweeps, startSweeps } from '../sql/scans.ts';
import { scanSome, type ScanDeps } from './scan-some.ts';

const BUSY_WAIT_MS = 5;
const BUSY_WAITS_MAX = 6_000;

/**
 * Does all scans of a test side to their end, with its clock standing: before it moves.
 *
 * @param isSweep looks for what time alone has changed, too: at each full hour of the clock
 * @returns how many people were looked at
 */
export async function scanTestSide(
  deps: ScanDeps,
  workspaceId: string,
  { isSweep = false }: { isSweep?: boolean } = {},
): Promise<number> {
  if (isSweep) await startSweeps(deps.db, workspaceId);
  let looked = 0;
  for (let waits = 0; await hasOpenScan(deps.db, workspaceId);) {
    const count = await scanSome(deps, { workspaceId });
    looked += count;
    waits = count === 0 ? waits + 1 : 0;
    if (waits > BUSY_WAITS_MAX) throw new Error(`test side ${workspaceId}: a scan stays locked`);
    // A worker beside us has it, or it waits for statements that began before it: let them finish.
    if (count === 0) await sleep(BUSY_WAIT_MS);
  }
  return looked;
}

/** Whether anything on a test side changes by its clock alone, so that each full hour has to be met. */
export const sweepsTestSide = (db: Db, workspaceId: string): Promise<boolean> =>
  hasSweeps(db, workspaceId);
