import { databaseClock } from '../../platform/clock.ts';
import {
  createSecretBox,
  createWorkspace,
  listWorkspaces,
  ownNewWorkspace,
  readWorkspace,
  type NewSide,
} from '../../workspace/index.ts';
import type { ConfigOptions } from '../config.ts';
import { answer, asCommand, withDatabase, type World } from './context.ts';

type Options = ConfigOptions & { json?: boolean };

/** `milepost workspace create`: both sides, with their keys, which are shown this once. */
export function createCommand(world: World, options: Options & { name: string }): Promise<void> {
  return withDatabase(world, options, async ({ db, encryptionKey }) => {
    const box = createSecretBox(encryptionKey);
    const now = (await databaseClock(db)).now();
    const made = await asCommand(
      { command: 'milepost workspace create', action: 'workspace.create' },
      () => createWorkspace({ pool: db, box }, { name: options.name, now }),
    );
    const { name, live, test } = made;
    const { pairId } = await readWorkspace(db, { workspaceId: live.id });
    await ownNewWorkspace(db, { pairId, now });
    const value = { workspace: { name }, live: sideView(live), test: sideView(test) };
    answer(world, options, value, sidesText(name, { live, test }));
  });
}

const sideView = ({ id, widgetKey, secretKey, identitySecret }: NewSide) => ({
  id,
  widget_key: widgetKey,
  secret_key: secretKey,
  identity_secret: identitySecret,
});

const sidesText = (name: string, sides: Record<'live' | 'test', NewSide>): string =>
  [
    `Workspace "${name}"`,
    ...(['live', 'test'] as const).flatMap((side) => [
      '',
      `${side} side        ${sides[side].id}`,
      `  widget key       ${sides[side].widgetKey}`,
      `  secret key       ${sides[side].secretKey}`,
      `  identity secret  ${sides[side].identitySecret}`,
    ]),
    '',
    'Secret keys and identity secrets are shown this once.',
  ].join('\n');

/** `milepost workspace list`. */
export function listCommand(world: World, options: Options): Promise<void> {
  return withDatabase(world, options, async ({ db, encryptionKey }) => {
    const sides = await listWorkspaces({ db, box: createSecretBox(encryptionKey) });
    const value = sides.map(({ id, name, side, widgetKey, createdAt }) => ({
      id,
      name,
      side,
      widget_key: widgetKey,
      created_at: createdAt.toISOString(),
    }));
    const words = value.map(
      ({ id, name, side, widget_key: key }) => `${id}  ${side}  ${name}  ${key ?? '-'}`,
    );
    answer(world, options, { workspaces: value }, words.join('\n'));
  });
}
