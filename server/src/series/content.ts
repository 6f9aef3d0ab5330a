import { quoted, recordOf, type Fault } from '../schedule/fault.ts';
import { changedBy } from './email-fields.ts';
import { emailStepFaults } from './steps/email.ts';

/** What a content update may change of an email step: what is said, not whom it reaches or when. */
const CONTENT_FIELDS = [
  'subject',
  'html',
  'mjml',
  'content',
  'format',
  'template_id',
  'template_version',
  'strict',
  'text',
  'preheader',
  'from',
  'reply_to',
] as const;

/** New content for one email step; null takes a field away. */
export type ContentFields = Readonly<Record<string, unknown>>;

/** New content by step id. */
export type ContentUpdates = ReadonlyMap<string, ContentFields>;

/** A correction of an email that was published already. */
export interface ContentUpdate {
  /** One number per call; a later one wins. */
  readonly revision: number;
  readonly stepId: string;
  /** The last version that it is for. */
  readonly versionsTo: number;
  readonly fields: ContentFields;
  readonly at: Date;
}

/** A step as it is stored. */
type StoredStep = Readonly<Record<string, unknown>>;

const STEPS_MAX = 500;

/** Steps as they are sent: with the updates, oldest first, written over them. */
export function withContent(
  steps: readonly StoredStep[],
  updates: readonly Pick<ContentUpdate, 'stepId' | 'fields'>[],
): readonly StoredStep[] {
  if (updates.length === 0) return steps;
  return steps.map((step) =>
    updates
      .filter(({ stepId }) => step['type'] === 'email' && step['id'] === stepId)
      .reduce((changed, { fields }) => changedBy(changed, fields), step),
  );
}

/** The updates that a body asks for; every fault of its shape instead, where it has any. */
export function contentOf(body: unknown): { faults: Fault[] } | { updates: ContentUpdates } {
  const steps = recordOf(recordOf(body)?.['steps']);
  if (steps === null) return { faults: [{ path: 'steps', message: 'must be an object' }] };
  const entries = Object.entries(steps);
  if (entries.length === 0 || entries.length > STEPS_MAX) {
    return { faults: [{ path: 'steps', message: `must name 1 to ${STEPS_MAX} steps` }] };
  }
  const faults = entries.flatMap(([id, fields]) => shapeFaults(fields, `steps/${id}`));
  if (faults.length > 0) return { faults };
  return { updates: new Map(entries as [string, ContentFields][]) };
}

function shapeFaults(value: unknown, path: string): Fault[] {
  const fields = recordOf(value);
  if (fields === null) return [{ path, message: 'must be an object' }];
  const names = Object.keys(fields);
  if (names.length === 0) return [{ path, message: 'must have a field to change' }];
  const message = `is not one of what a content update may change: ${CONTENT_FIELDS.join(', ')}`;
  return names
    .filter((name) => !CONTENT_FIELDS.some((field) => field === name))
    .map((name) => ({ path: `${path}/${name}`, message }));
}

/**
 * Everything wrong with the emails that updates would make, in the draft and in every version.
 *
 * @param variants the steps of the draft and of all published versions, as they are sent now
 */
export function faultsOfContent(
  updates: ContentUpdates,
  variants: readonly (readonly StoredStep[])[],
): Fault[] {
  const faults = new Map<string, Fault>();
  const add = (fault: Fault): void => void faults.set(`${fault.path} ${fault.message}`, fault);
  for (const [id, fields] of updates) {
    const path = `steps/${id}`;
    const found = variants.flatMap((steps) => steps.filter((step) => step['id'] === id));
    const emails = found.filter((step) => step['type'] === 'email');
    if (found.length === 0) add({ path, message: `names no step of this series: ${quoted(id)}` });
    else if (emails.length === 0) add({ path, message: 'is not an email' });
    for (const email of emails) emailStepFaults(changedBy(email, fields), path).forEach(add);
  }
  return [...faults.values()];
}
