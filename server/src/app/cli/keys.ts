import { databaseClock } from '../../platform/clock.ts';
import { SetupError } from '../../platform/setup-error.ts';
import {
  createSecretBox,
  listKeys,
  listWorkspaces,
  revokeKey,
  rotateKey,
} from '../../workspace/index.ts';
import type { Key, KeyDeps, SecretBox } from '../../workspace/index.ts';
import type { Pool } from '../../platform/db.ts';
import type { ConfigOptions } from '../config.ts';
import { answer, asCommand, withDatabase, type World } from './context.ts';

type Options = ConfigOptions & { json?: boolean };

interface SideKey extends Key {
  readonly workspaceId: string;
  readonly where: string;
}

/** `milepost keys list`. */
export function listCommand(
  world: World,
  options: Options & { workspace?: string },
): Promise<void> {
  return withDatabase(world, options, async ({ db, encryptionKey }) => {
    const box = createSecretBox(encryptionKey);
    const keys = (await allKeys(db, box)).filter(
      ({ workspaceId }) => options.workspace === undefined || workspaceId === options.workspace,
    );
    const words = keys.map(({ id, where, kind, hint, text, revokedAt }) => {
      const state = revokedAt === null ? 'valid' : `revoked ${revokedAt.toISOString()}`;
      return `${id}  ${where}  ${kind.padEnd(8)}  ${text ?? `…${hint}`}  ${state}`;
    });
    answer(world, options, { keys: keys.map(viewOf) }, words.join('\n'));
  });
}

/** `milepost keys rotate`: the new key is shown this once. */
export function rotateCommand(world: World, options: Options, id: string): Promise<void> {
  return withKey(world, options, {
    id,
    change: async (deps, ref) => {
      const as = { command: 'milepost keys rotate', action: 'key.rotate' } as const;
      const key = await asCommand(as, () => rotateKey(deps, ref));
      const words = `${key.text}\nThe old one stays valid until: npx milepost keys revoke ${id}`;
      answer(world, options, { key: { id: key.id, kind: key.kind, key: key.text } }, words);
    },
  });
}

/** `milepost keys revoke`. */
export function revokeCommand(world: World, options: Options, id: string): Promise<void> {
  return withKey(world, options, {
    id,
    change: async (deps, ref) => {
      const as = { command: 'milepost keys revoke', action: 'key.revoke' } as const;
      const { key, liveCount } = await asCommand(as, () => revokeKey(deps, ref));
      const last = liveCount === 0 ? `; it was the last valid ${key.kind} key of this side` : '';
      const value = {
        key: { id: key.id, kind: key.kind, revoked_at: key.revokedAt?.toISOString() ?? null },
      };
      answer(world, options, value, `revoked …${key.hint}${last}`);
    },
  });
}

interface KeyRef {
  readonly workspaceId: string;
  readonly id: string;
  readonly now: Date;
}

function withKey(
  world: World,
  options: Options,
  { id, change }: { id: string; change: (deps: KeyDeps, ref: KeyRef) => Promise<void> },
): Promise<void> {
  return withDatabase(world, options, async ({ db, encryptionKey }) => {
    const box = createSecretBox(encryptionKey);
    const found = (await allKeys(db, box)).find((key) => key.id === id);
    if (found === undefined)
      throw new SetupError(`There is no key ${id}; see: npx milepost keys list`);
    const now = (await databaseClock(db)).now();
    await change({ pool: db, box, forget: () => {} }, { workspaceId: found.workspaceId, id, now });
  });
}

/** The keys of every side: at most a few dozen each. */
async function allKeys(db: Pool, box: SecretBox): Promise<SideKey[]> {
  const sides = await listWorkspaces({ db, box });
  const lists = await Promise.all(
    sides.map(async ({ id: workspaceId, name, side }) =>
      (await listKeys({ db, box }, { workspaceId })).map((key) => ({
        ...key,
        workspaceId,
        where: `${name} (${side})`,
      })),
    ),
  );
  return lists.flat();
}

const viewOf = ({ id, workspaceId, kind, hint, text, createdAt, revokedAt }: SideKey) => ({
  id,
  workspace_id: workspaceId,
  kind,
  hint,
  key: text,
  created_at: createdAt.toISOString(),
  revoked_at: revokedAt?.toISOString() ?? null,
});
