import {
  companiesByIds,
  companyMergeFactsOf,
  mergeFactsOf,
  usersByIds,
} from '../../audience/index.ts';
import { bucketOf, userIdOf } from '../../platform/ids.ts';
import { parseAddress } from '../../platform/email-address.ts';
import type { Pool } from '../../platform/db.ts';
import { recordOf, isAbsent, type Fault } from '../../schedule/fault.ts';
import {
  compileEmail,
  missingValues,
  renderEmail,
  sampleFacts,
  workspaceFactsOf,
  type EmailContent,
  type EmailFacts,
  type EmailFinding,
  type RenderedEmail,
  type WorkspaceSaid,
} from '../../template/index.ts';
import { buildStep } from '../build-steps.ts';
import { readAutomation, type AutomationRef } from '../change-series.ts';
import { previewFailed, previewUserNotFound, seriesInvalid } from '../errors.ts';
import type { SeriesDraft } from '../series.ts';
import { emailStepFaults } from '../steps/email.ts';
import { variantsOf, withVariant } from '../variants.ts';
import { findingsOf, type CheckDeps } from './check-series.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Renders one email; in a thread of its own where there is one. */
export type RenderOne = (content: EmailContent, facts: EmailFacts) => Promise<RenderedEmail>;

export interface PreviewDeps extends CheckDeps {
  /** Who emails are from that name nobody. */
  readonly senderOf: (workspaceId: string) => Promise<{ readonly from: string }>;
  readonly render: RenderOne;
}

/** Which email, and for whom. */
export interface PreviewCall {
  /** An email of the draft; not needed beside `step`. */
  readonly stepId: string | null;
  /** An email that is not saved. */
  readonly step: Fields | null;
  /** The name of one of its variants; null for the email as it stands. */
  readonly variant: string | null;
  /** External id of a real user. */
  readonly userId: string | null;
  /** A made-up one: own columns and traits. */
  readonly user: Fields | null;
  readonly event: Fields;
}

/** The series or broadcast that the email stands in. */
export interface PreviewRef extends AutomationRef {
  readonly type: 'series' | 'broadcast';
}

/** An email as one person would get it. */
export interface Preview {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  /** `Name <address>` or an address. */
  readonly from: string;
  readonly warnings: readonly EmailFinding[];
  /** What was merged, is not known of the person, and has no default. */
  readonly missing: readonly string[];
}

/**
 * Reads `{step_id?, step?, variant?, user_id?, user?, event?}`.
 *
 * @throws `series.invalid`
 */
export function previewCallOf(body: unknown): PreviewCall {
  const fields = recordOf(body ?? {});
  if (fields === null) throw seriesInvalid([{ path: '', message: 'must be an object' }]);
  const faults: Fault[] = [];
  const text = (name: string): string | null => {
    const value = fields[name];
    if (isAbsent(value)) return null;
    if (typeof value === 'string' && value !== '') return value;
    faults.push({ path: name, message: 'must be a string that is not empty' });
    return null;
  };
  const object = (name: string): Fields | null => {
    const value = fields[name];
    if (isAbsent(value)) return null;
    const record = recordOf(value);
    if (record === null) faults.push({ path: name, message: 'must be an object' });
    return record;
  };
  const call = {
    stepId: text('step_id'),
    step: object('step'),
    variant: text('variant'),
    userId: text('user_id'),
    user: object('user'),
    event: object('event') ?? {},
  };
  if (faults.length === 0 && call.stepId === null && call.step === null) {
    faults.push({ path: 'step_id', message: 'is required, or step' });
  }
  if (call.userId !== null && call.user !== null) {
    faults.push({ path: 'user', message: 'must not be there beside user_id' });
  }
  if (faults.length > 0) throw seriesInvalid(faults);
  return call;
}

/**
 * Renders an email of a draft for a real or made-up person, and says what there is to know about it.
 * Nothing is written.
 *
 * @throws `series.not_found`, `series.invalid`, `series.preview_user`, `series.preview_failed`
 */
export async function previewEmail(
  deps: PreviewDeps,
  ref: PreviewRef,
  about: { call: PreviewCall; workspace: WorkspaceSaid; now: Date },
): Promise<Preview> {
  const { workspaceId } = ref;
  const { call, workspace, now } = about;
  const { step, path } = await stepOf(deps.db, ref, call);
  const built = await buildStep(deps.db, step, { workspaceId, isPublished: false });
  if (built.content === null) {
    throw seriesInvalid(built.faults.map((fault) => ({ ...fault, path: `${path}/${fault.path}` })));
  }
  const from =
    typeof step['from'] === 'string' ? step['from'] : (await deps.senderOf(workspaceId)).from;
  const facts = await factsOf(deps.db, workspaceId, { ...about, from });
  const content = { ...built.content, strict: false };
  const rendered = await deps.render(content, facts);
  if (rendered.kind === 'failed') throw previewFailed(rendered.reason);
  const { list_id: listId } = step;
  const list = typeof listId === 'string' ? await deps.listState({ workspaceId, listId }) : null;
  return {
    subject: rendered.subject,
    html: rendered.html,
    text: rendered.text,
    from,
    warnings: findingsOf(built, { workspace, now, list }),
    missing: missingValues(content, facts),
  };
}

/** Renders in this thread: for where no other is at hand. */
export const renderHere: RenderOne = async (content, facts) =>
  renderEmail(compileEmail(content), facts);

/** @throws `series.not_found`, `series.invalid` */
async function stepOf(
  db: Pool,
  ref: PreviewRef,
  call: PreviewCall,
): Promise<{ step: Fields; path: string }> {
  const { step, path } = await wholeStepOf(db, ref, call);
  if (call.variant === null) return { step, path };
  const index = variantsOf(step).findIndex(({ name }) => name === call.variant);
  const variant = variantsOf(step)[index];
  if (variant === undefined) {
    throw seriesInvalid([{ path: 'variant', message: 'names no variant of this email' }]);
  }
  return { step: withVariant(step, variant), path: `${path}/variants/${index}` };
}

/** @throws `series.not_found`, `series.invalid` */
async function wholeStepOf(
  db: Pool,
  ref: PreviewRef,
  { stepId, step }: PreviewCall,
): Promise<{ step: Fields; path: string }> {
  const automation = await readAutomation(db, ref, ref.type);
  if (step !== null) {
    const faults = emailStepFaults(step, 'step');
    if (faults.length > 0) throw seriesInvalid(faults);
    return { step: { id: 'preview', ...step, type: 'email' }, path: 'step' };
  }
  const { steps } = automation.draft as unknown as SeriesDraft;
  const index = steps.findIndex((one) => one['id'] === stepId);
  const found = steps[index];
  if (found?.['type'] !== 'email') {
    throw seriesInvalid([{ path: 'step_id', message: 'names no email of this series' }]);
  }
  return { step: found, path: `steps/${index}` };
}

/** @throws `series.preview_user` */
async function factsOf(
  db: Pool,
  workspaceId: string,
  {
    call,
    workspace,
    now,
    from,
  }: { call: PreviewCall; workspace: WorkspaceSaid; now: Date; from: string },
): Promise<EmailFacts> {
  const sample = sampleFacts(workspace, now);
  const address = parseAddress(from);
  const sender = { name: address?.name ?? null, address: address?.address ?? from };
  const common = { ...sample, workspace: workspaceFactsOf(workspace), sender, event: call.event };
  if (call.user !== null) {
    return { ...common, user: call.user, traits: call.user, company: null };
  }
  if (call.userId === null) return common;
  const id = userIdOf(workspaceId, call.userId);
  const user = (await usersByIds(db, [{ bucket: bucketOf(id), id }])).get(id);
  if (user === undefined) throw previewUserNotFound();
  const { companyId } = user;
  const company =
    companyId === null
      ? undefined
      : (await companiesByIds(db, [{ bucket: bucketOf(companyId), id: companyId }])).get(companyId);
  return {
    ...common,
    ...mergeFactsOf(user),
    company: company === undefined ? null : companyMergeFactsOf(company),
  };
}
