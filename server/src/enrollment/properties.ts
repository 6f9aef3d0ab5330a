import { faultOfData } from '../platform/plain-data.ts';
import { isAbsent, recordOf } from '../schedule/fault.ts';

/** What an enrolling call brings along; merge tags and conditions name it `event`. */
export type Properties = Readonly<Record<string, unknown>>;

/** As JSON, like the metadata of an event: one row of the queue's neighbour holds it. */
const PROPERTIES_BYTES_MAX = 10_000;
/** A name that templates and filters can write out. */
const PROPERTY_NAME_LENGTH_MAX = 100;
/** As deep as traits may be. */
const NESTING_MAX = 32;

/**
 * Reads the properties of an enrolling call.
 *
 * @returns null where none were sent; or what is wrong, in words to follow their name
 */
export function propertiesOf(
  value: unknown,
): { readonly properties: Properties | null } | { readonly wrong: string } {
  if (isAbsent(value)) return { properties: null };
  const properties = recordOf(value);
  if (properties === null) return { wrong: 'must be an object' };
  const isTooLong = (name: string): boolean => name.length > PROPERTY_NAME_LENGTH_MAX;
  if (Object.keys(properties).some(isTooLong)) {
    return { wrong: `must have names of at most ${PROPERTY_NAME_LENGTH_MAX} characters` };
  }
  const fault = faultOfData(properties, { nestingMax: NESTING_MAX });
  if (fault !== null) return { wrong: fault.message };
  if (Buffer.byteLength(JSON.stringify(properties)) > PROPERTIES_BYTES_MAX) {
    return { wrong: `exceeds ${PROPERTIES_BYTES_MAX} bytes` };
  }
  return { properties };
}
