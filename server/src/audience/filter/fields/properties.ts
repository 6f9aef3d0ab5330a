import type { Facts } from '../facts.ts';
import { jsonField, type FieldKind } from '../field.ts';

const PREFIX = 'properties';
const DESCRIBES = 'what the call that began the enrollment brought along';

/** What came with the call that began the enrollment. Merge tags name it `event`. */
export const PROPERTY_FIELDS: FieldKind<Facts> = {
  prefix: PREFIX,
  describes: DESCRIBES,
  fieldOf: (path) =>
    jsonField(path, {
      of: ({ properties }) => {
        if (properties === undefined) throw new Error('the properties were not loaded');
        return properties;
      },
      sql: (sql) => sql`n.properties`,
      part: 'properties',
    }),
};

/** Where there is no enrollment. */
export const NO_PROPERTY_FIELDS: FieldKind<Facts> = {
  prefix: PREFIX,
  describes: DESCRIBES,
  fieldOf: () => `cannot be ${PREFIX}.…, which only conditions of steps know`,
  isElsewhere: true,
};
