import type { Pool } from '../platform/db.ts';
import { uuidv7 } from '../platform/ids.ts';
import { recordOf, type Fault } from '../schedule/fault.ts';
import { emailStepFaults, insertAutomation, nameFaults, seriesInvalid } from '../series/index.ts';
import type { Automation } from '../series/index.ts';

/**
 * Adds a broadcast as a draft: a name, and the email's fields as far as they are known.
 *
 * @throws `series.invalid` with every fault and its path
 */
export async function createBroadcast(
  db: Pool,
  { workspaceId, body, now }: { workspaceId: string; body: unknown; now: Date },
): Promise<Automation> {
  const fields = recordOf(body) ?? {};
  const content = contentOf(fields);
  const faults = [...nameFaults(fields), ...contentFaults(content)];
  if (faults.length > 0) throw seriesInvalid(faults);
  const automation: Automation = {
    id: uuidv7(now),
    workspaceId,
    type: 'broadcast',
    name: fields['name'] as string,
    status: 'draft',
    draft: content,
    version: null,
    createdAt: now,
    updatedAt: now,
  };
  await insertAutomation(db, automation);
  return automation;
}

const CONTENT_FIELDS = ['subject', 'html', 'text', 'preheader', 'from', 'reply_to'] as const;

const contentOf = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    CONTENT_FIELDS.filter((field) => fields[field] !== undefined && fields[field] !== null).map(
      (field) => [field, fields[field]],
    ),
  );

/** A draft may lack parts; what it has must be right. */
function contentFaults(content: Record<string, unknown>): Fault[] {
  const complete = { subject: 'x', html: 'x', ...content };
  return emailStepFaults(complete, '').map(({ path, message }) => ({
    path: path.slice(1),
    message,
  }));
}
