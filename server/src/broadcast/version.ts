import type { Db } from '../platform/db.ts';
import type { ScheduleSettings } from '../schedule/settings.ts';
import { findVersion } from '../series/index.ts';

/** The one step of a broadcast. */
export const STEP_ID = 'email';

/** What of a published broadcast decides who gets it when. */
export interface BroadcastVersion {
  readonly settings: ScheduleSettings;
  readonly email: Readonly<Record<string, unknown>>;
}

/** The version of a broadcast that is being sent. */
export async function versionOf(
  db: Db,
  { id, version }: { id: string; version: number },
): Promise<BroadcastVersion> {
  const found = await findVersion(db, { automationId: id, number: version });
  const email = found?.steps[0];
  if (found === null || email === undefined) {
    throw new Error(`version ${version} of broadcast ${id} is missing`);
  }
  return { settings: found.settings, email };
}
