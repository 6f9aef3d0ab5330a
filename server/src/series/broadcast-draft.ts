import type { Pool } from '../platform/db.ts';
import { uuidv7 } from '../platform/ids.ts';
import { seriesInvalid } from './errors.ts';
import { recordOf } from '../schedule/fault.ts';
import { textFault } from './fault.ts';
import { NAME_LENGTH_MAX, type Automation } from './series.ts';
import { insertAutomation } from './sql.ts';
import { email } from './steps/email.ts';

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
  const name = textFault(fields['name'], 'name', NAME_LENGTH_MAX);
  const content = contentOf(fields);
  const faults = [...(name === null ? [] : [name]), ...contentFaults(content)];
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
function contentFaults(content: Record<string, unknown>) {
  const complete = { subject: 'x', html: 'x', ...content };
  return email.faults(complete, '').map(({ path, message }) => ({ path: path.slice(1), message }));
}
