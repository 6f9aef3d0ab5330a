import type { Side, WorkspaceSide } from '@milepost/sdk';

/** One workspace: the sides of it that this session may see. */
export interface Workspace {
  readonly name: string;
  readonly test: WorkspaceSide | null;
  readonly live: WorkspaceSide | null;
}

/**
 * Puts the two sides of each workspace together.
 *
 * They share a name. Where several workspaces do too, the first test side goes with the first live
 * side, in the order of the session.
 */
export function workspacesOf(sides: readonly WorkspaceSide[]): Workspace[] {
  const names = [...new Set(sides.map(({ name }) => name))];
  return names.flatMap((name) => {
    const of = (side: Side) => sides.filter((one) => one.name === name && one.side === side);
    const [tests, lives] = [of('test'), of('live')];
    return Array.from({ length: Math.max(tests.length, lives.length) }, (_, index) => ({
      name,
      test: tests[index] ?? null,
      live: lives[index] ?? null,
    }));
  });
}

/** The side with this id; without one, the first test side, so that no live side opens by itself. */
export function sideToShow(
  sides: readonly WorkspaceSide[],
  wantedId: string | null,
): WorkspaceSide | undefined {
  return (
    sides.find(({ id }) => id === wantedId) ?? sides.find(({ side }) => side === 'test') ?? sides[0]
  );
}
