import { BaseSequencer } from 'vitest/node';

/**
 * Files that take longest, longest first. Begun late, one of them would go on alone while the other
 * cores have nothing left to do.
 */
const LONGEST = [
  'server/test/sql/random-graphs.test.ts',
  'server/test/e2e/crash.test.ts',
  'server/test/e2e/accessibility.test.ts',
  'server/test/simulation/simulation.test.ts',
  'server/test/sql/react.test.ts',
  'server/test/sql/simulate-equals.test.ts',
];

/** Orders the files of a run: the long ones first, whichever project they are of; the others as Vitest does. */
export class LongestFirst extends BaseSequencer {
  async sort(files) {
    // oxlint-disable-next-line unicorn/no-array-sort -- not that of an array
    const sorted = await super.sort(files);
    const placeOf = ({ moduleId }) => {
      const place = LONGEST.findIndex((path) => moduleId.endsWith(`/${path}`));
      return place === -1 ? LONGEST.length : place;
    };
    return sorted.toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}
