import { isAbsent, recordOf, type Fault } from '../../schedule/fault.ts';
import { AUTOMATION_STATUSES, seriesInvalid, type AutomationStatus } from '../../series/index.ts';
import type { ApplyCall } from './apply-code.ts';

export const SLUG_LENGTH_MAX = 100;
export const PATH_LENGTH_MAX = 500;
export const SLUG_PATTERN = '^[a-z0-9][a-z0-9_-]*$';

/** What a file may ask for; a series completes by itself. */
export const FILE_STATUSES = ['draft', 'active', 'paused', 'archived'] as const;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the body of a plan or an apply. What is wrong with the series is found by who plans it.
 *
 * @throws `series.invalid`
 */
export function codeCallOf(body: unknown): ApplyCall {
  const fields = recordOf(body);
  if (fields === null) throw seriesInvalid([{ path: '', message: 'must be an object' }]);
  const faults = [
    ...textFaults(fields),
    ...choiceFaults(fields),
    ...pulledFaults(fields['pulled']),
    ...(isAbsent(fields['force']) || typeof fields['force'] === 'boolean'
      ? []
      : [{ path: 'force', message: 'must be true or false' }]),
  ];
  if (faults.length > 0) throw seriesInvalid(faults);
  const { slug, was, path, id, status, in_flight: inFlight, pulled, force, series } = fields;
  return {
    slug: slug as string,
    was: (was ?? null) as string | null,
    path: (path ?? slug) as string,
    id: (id ?? null) as string | null,
    status: (status ?? null) as AutomationStatus | null,
    inFlight: inFlight === 'migrate' ? 'migrate' : 'stay',
    pulled: (pulled ?? null) as ApplyCall['pulled'],
    force: force === true,
    series,
  };
}

function textFaults({ slug, was, path, id }: Fields): Fault[] {
  const faults: Fault[] = [];
  const message = `must be 1 to ${SLUG_LENGTH_MAX} of a-z, 0-9, _ and -, the first a letter or digit`;
  if (!isSlug(slug)) faults.push({ path: 'slug', message });
  if (!isAbsent(was) && !isSlug(was)) faults.push({ path: 'was', message });
  const isPath = typeof path === 'string' && path.length > 0 && path.length <= PATH_LENGTH_MAX;
  if (!isAbsent(path) && !isPath) {
    faults.push({ path: 'path', message: `must have 1 to ${PATH_LENGTH_MAX} characters` });
  }
  if (!isAbsent(id) && typeof id !== 'string') {
    faults.push({ path: 'id', message: 'must be the id of a series' });
  }
  return faults;
}

const isSlug = (value: unknown): boolean =>
  typeof value === 'string' &&
  value.length <= SLUG_LENGTH_MAX &&
  new RegExp(SLUG_PATTERN).test(value);

function choiceFaults(fields: Fields): Fault[] {
  return (
    [
      ['status', FILE_STATUSES],
      ['in_flight', ['stay', 'migrate']],
    ] as const
  )
    .filter(
      ([name, words]) => !isAbsent(fields[name]) && !words.some((one) => one === fields[name]),
    )
    .map(([name, words]) => ({ path: name, message: `must be one of ${words.join(', ')}` }));
}

function pulledFaults(value: unknown): Fault[] {
  if (isAbsent(value)) return [];
  const fields = recordOf(value);
  const isFine =
    typeof fields?.['fingerprint'] === 'string' &&
    AUTOMATION_STATUSES.some((status) => status === fields['status']);
  return isFine ? [] : [{ path: 'pulled', message: 'must have a fingerprint and a status' }];
}
