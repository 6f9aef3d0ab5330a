import type { Side, WorkspaceSide } from '@milepost/sdk';

/** One workspace: the sides of it that this session may see. */
export interface Workspace {
  readonly name: string;
  readonly test: WorkspaceSide | null;
  readonly live: WorkspaceSide | null;
}

/** Puts the two sides of each workspace together, in the order of the session. */
export function workspacesOf(sides: readonly WorkspaceSide[]): Workspace[] {
  const pairs = Map.groupBy(sides, ({ pair_id: pairId }) => pairId);
  return [...pairs.values()].map((pair) => {
    const of = (side: Side) => pair.find((one) => one.side === side) ?? null;
    return { name: pair[0]?.name ?? '', test: of('test'), live: of('live') };
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
