import {
  changedElsewhere,
  createFromCode,
  fingerprintOf,
  moveSeries,
  putSource,
  saveFromCode,
  slugTaken,
  type Automation,
  type CodeFile,
} from '../../series/index.ts';
import type { RequestActor } from '../../workspace/index.ts';
import { resumeSeries } from '../resume.ts';
import { publishSeries } from '../versions/publish.ts';
import type { Deed } from './deeds.ts';
import { planCode, type CodeCall, type CodeDeps, type CodePlan } from './plan-code.ts';

export interface ApplyDeps extends CodeDeps {
  /** Refuses where sending was stopped. */
  readonly assertMaySend: (workspaceId: string) => Promise<void>;
  /** Called after something changed that workers should look at soon. */
  readonly onChanged: () => void;
}

/** How a file is applied. */
export interface ApplyCall extends CodeCall {
  /** Where the file is in its repository. */
  readonly path: string;
  /** Whether what somebody else changed is overwritten. */
  readonly force: boolean;
}

/** What applying a file came to. */
export interface CodeApplied {
  /** What was planned, and done. */
  readonly plan: CodePlan;
  /** Null where the file ends a series that there is not. */
  readonly series: Automation | null;
}

const STARTING: ReadonlySet<Deed> = new Set<Deed>(['activate', 'resume']);

/**
 * Makes a series what a file says. Applied again it does nothing: no version, no entry in the audit log.
 *
 * The draft is written first, and never over what somebody else wrote meanwhile. What is left to do when
 * this ends halfway is planned, and done, the next time.
 *
 * @throws `series.changed_elsewhere`, `series.changed`, `series.invalid`, `series.archived`,
 *   `series.slug_taken`, `tracking.sending_paused`
 */
export async function applyCode(
  deps: ApplyDeps,
  call: ApplyCall,
  { actor, now }: { actor: RequestActor; now: Date },
): Promise<CodeApplied> {
  const { db, catalog } = deps;
  const { workspaceId } = actor;
  const plan = await planCode(deps, call, { actor, now });
  if (plan.conflicts.length > 0 && !call.force) {
    throw changedElsewhere(plan.series?.name ?? plan.said.name);
  }
  if (plan.deeds.some((deed) => STARTING.has(deed))) await deps.assertMaySend(workspaceId);
  if (isKept(plan, call)) return { plan, series: plan.series };
  const file: CodeFile = { slug: call.slug, path: call.path };
  const save = { workspaceId, file, said: plan.said, now };
  if (plan.series === null && plan.deeds.length === 0) return { plan, series: null };
  let series =
    plan.series === null
      ? await createFromCode(db, save)
      : await saveFromCode(db, { ...save, id: plan.series.id, seen: plan.fingerprint });
  catalog.drop(series);
  const etag = fingerprintOf(series);
  for (const deed of plan.deeds) {
    series = await done(deps, series, { deed, etag, now, inFlight: call.inFlight });
    catalog.drop(series);
  }
  if (plan.deeds.length > 0) deps.onChanged();
  await keep(deps, series, { file, plan, now });
  return { plan, series };
}

/** Whether there is nothing to do, nor to write down. */
function isKept({ deeds, source, series, said }: CodePlan, { slug, path }: ApplyCall): boolean {
  return (
    deeds.length === 0 &&
    source !== null &&
    source.slug === slug &&
    source.path === path &&
    source.fingerprint === fingerprintOf(said) &&
    source.status === series?.status
  );
}

async function done(
  deps: ApplyDeps,
  series: Automation,
  {
    deed,
    etag,
    now,
    inFlight,
  }: { deed: Deed; etag: string; now: Date; inFlight: CodeCall['inFlight'] },
): Promise<Automation> {
  const ref = { workspaceId: series.workspaceId, id: series.id };
  const { db } = deps;
  switch (deed) {
    case 'create':
    case 'save':
      return series;
    case 'activate':
      return moveSeries(db, ref, { transition: 'activate', now, etag });
    case 'hold':
      return moveSeries(db, ref, { transition: 'activate', now, etag, isHeld: true });
    case 'publish':
      return publishSeries(deps, ref, { inFlight, now, etag });
    case 'resume':
      return resumeSeries(deps, ref, {});
    case 'pause':
    case 'archive':
      return moveSeries(db, ref, { transition: deed, now });
  }
}

/** Writes down how the series is now that everything is done. */
async function keep(
  { db }: ApplyDeps,
  { id: automationId, workspaceId, status }: Automation,
  { file, plan, now: appliedAt }: { file: CodeFile; plan: CodePlan; now: Date },
): Promise<void> {
  const fingerprint = fingerprintOf(plan.said);
  const source = { ...file, automationId, workspaceId, fingerprint, status, appliedAt };
  if (!(await putSource(db, source))) throw slugTaken(file.slug);
}
