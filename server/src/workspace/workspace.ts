import type { Side } from './key.ts';
import { settingsOf, type Settings, type StoredSettings } from './settings.ts';

/** One side of a workspace: the tenancy boundary. */
export interface Workspace {
  readonly id: string;
  /** Shared by the live and the test side of one workspace, which share nothing else. */
  readonly pairId: string;
  readonly side: Side;
  readonly name: string;
  readonly timezone: string;
  readonly settings: Settings;
  /** Where the clock of a test side stands; null on a live side. */
  readonly clockNow: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A workspace as it is stored. */
export interface WorkspaceRow extends Omit<Workspace, 'settings'> {
  readonly stored: StoredSettings;
}

/** A stored workspace with the settings that hold for it. */
export function workspaceOf({ stored, ...row }: WorkspaceRow): Workspace {
  return { ...row, settings: settingsOf({ name: row.name, timezone: row.timezone, stored }) };
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** Whether a text that a caller sent can be asked for as an id. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
