import { DomainError } from '../../platform/errors.ts';
import { NIL_UUID, storedIdOf } from '../../platform/ids.ts';
import { SetupError } from '../../platform/setup-error.ts';
import { createSecretBox, listWorkspaces, readWorkspace } from '../../workspace/index.ts';
import type { Workspace } from '../../workspace/index.ts';
import type { Database } from '../database.ts';

/** Which side a command is about. */
export interface SideOptions {
  /** Whether the test side is meant. */
  readonly test?: boolean;
  /** Id of a workspace side, or the name of a workspace. */
  readonly workspace?: string;
}

/** The side that is meant: of the only workspace there is, or of the one that is named. */
export async function sideOf(
  { db, encryptionKey }: Database,
  { test = false, workspace }: SideOptions,
): Promise<Workspace> {
  const workspaceId = storedIdOf(workspace ?? '');
  if (workspaceId !== NIL_UUID) return readWorkspace(db, { workspaceId }).catch(inWords);
  const kind = test ? 'test' : 'live';
  const sides = await listWorkspaces({ db, box: createSecretBox(encryptionKey) });
  const meant = sides.filter(
    ({ name, side }) => side === kind && (workspace === undefined || name === workspace),
  );
  const [found] = meant;
  if (found !== undefined && meant.length === 1) {
    return readWorkspace(db, { workspaceId: found.id });
  }
  if (found === undefined) {
    const which = workspace === undefined ? '' : ` "${workspace}"`;
    throw new SetupError(`There is no workspace${which}; see: npx milepost workspace list`);
  }
  const names = meant.map(({ id, name }) => `  ${id}  ${name}`).join('\n');
  throw new SetupError(`Say which workspace, with --workspace and one of these ids:\n${names}`);
}

function inWords(error: unknown): never {
  if (error instanceof DomainError) throw new SetupError(error.message);
  throw error;
}
