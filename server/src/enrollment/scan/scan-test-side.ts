import { setTimeout as sleep } from 'node:timers/promises';
import { hasOpenScan } from '../sql/scans.ts';
import { scanSome, type ScanDeps } from './scan-some.ts';

const BUSY_WAIT_MS = 5;
const BUSY_WAITS_MAX = 6_000;

/**
 * Does the scans that a test side has begun to their end, with its clock standing: before it moves.
 *
 * @returns how many people were looked at
 */
export async function scanTestSide(deps: ScanDeps, workspaceId: string): Promise<number> {
  let looked = 0;
  let waits = 0;
  do {
    const count = await scanSome(deps, { workspaceId });
    looked += count;
    waits = count === 0 ? waits + 1 : 0;
    if (waits > BUSY_WAITS_MAX) throw new Error(`test side ${workspaceId}: a scan stays locked`);
    // A worker beside us has it, or it waits for statements that began before it: let them finish.
    if (count === 0) await sleep(BUSY_WAIT_MS);
  } while (await hasOpenScan(deps.db, workspaceId));
  return looked;
}
