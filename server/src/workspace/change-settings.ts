import { inTransaction, type Pool } from '../platform/db.ts';
import { workspaceNotFound } from './errors.ts';
import { patchStored, readSettingsPatch, type SettingsPorts } from './settings-patch.ts';
import { settingsOf, type Settings } from './settings.ts';
import { lockWorkspace, updateSettings } from './sql/workspaces.ts';

/** What changing settings needs. */
export interface SettingsDeps extends SettingsPorts {
  readonly pool: Pool;
  /** Called after a change is committed: makes this process forget what it knows about settings. */
  readonly forget: () => void;
}

/**
 * Changes the settings that `body` names and leaves the others.
 *
 * Changes that arrive together are applied one after the other: none undoes what another named.
 *
 * @param body as sent, unchecked; see `SettingsView` for the names
 * @returns all settings as they are now
 * @throws workspace.settings_invalid with every fault and its path, workspace.not_found
 */
export async function changeSettings(
  { pool, forget, isMailbox }: SettingsDeps,
  { workspaceId, body, now }: { workspaceId: string; body: unknown; now: Date },
): Promise<Settings> {
  const patch = readSettingsPatch(body, { isMailbox });
  const settings = await inTransaction(pool, async (db) => {
    const row = await lockWorkspace(db, { workspaceId });
    if (row === null) throw workspaceNotFound();
    const name = patch.name ?? row.name;
    const timezone = patch.timezone ?? row.timezone;
    const stored = patchStored(row.stored, patch);
    await updateSettings(db, { workspaceId, name, timezone, stored, now });
    return settingsOf({ name, timezone, stored });
  });
  forget();
  return settings;
}
