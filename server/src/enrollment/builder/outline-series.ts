import { recipientZoneOf, type RecipientZone } from '../../schedule/recipient-zone.ts';
import {
  checkStep,
  indexOf,
  looseDraftOf,
  wordsOfSettings,
  type CheckDeps,
  type CheckFor,
  type DraftFault,
  type LooseDraft,
  type SettingsWords,
} from '../../series/index.ts';
import type { RequestActor } from '../../workspace/index.ts';
import { factsOfTraits, type OutlineCall } from './outline-call.ts';
import { outlineOf, type OutlinedStep } from './outline.ts';

/** Something to know about a draft that keeps nobody from publishing it. */
export interface DraftWarning {
  readonly stepId: string | null;
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** A draft in time and in words, and what is wrong with it. */
export interface Outline {
  readonly at: Date;
  readonly zone: RecipientZone;
  readonly draft: LooseDraft;
  readonly steps: readonly OutlinedStep[];
  readonly faults: readonly DraftFault[];
  readonly warnings: readonly DraftWarning[];
  readonly words: SettingsWords;
}

/**
 * When each step of a draft happens, and every fault that saving and publishing it would find. Writes
 * nothing.
 *
 * @param seriesId null while the series has no id
 */
export async function outlineSeries(
  deps: CheckDeps,
  call: OutlineCall,
  { actor, seriesId, now }: { actor: RequestActor; seriesId: string | null; now: Date },
): Promise<Outline> {
  const { workspaceId, timezone: workspaceTimezone } = actor;
  const draft = looseDraftOf(call, { seriesId, workspaceTimezone });
  const at = call.at ?? now;
  const person = call.user === null ? null : factsOfTraits(call.user, { workspaceId, now: at });
  const userTimezone = person?.user.timezone ?? null;
  const steps = outlineOf(draft, { at, userTimezone, person });
  const about = { workspace: actor.settings, now };
  const found = call.checks
    ? await checkEmails(deps, draft, { workspaceId, steps: call.steps, about })
    : NOTHING;
  return {
    at,
    zone: recipientZoneOf(userTimezone, draft.series.rules),
    draft,
    steps,
    faults: [...draft.faults, ...found.faults],
    warnings: [...steps.flatMap(slotWarnings), ...found.warnings],
    words: wordsOfSettings(draft.settings, { workspaceTimezone }),
  };
}

interface Found {
  readonly faults: readonly DraftFault[];
  readonly warnings: readonly DraftWarning[];
}

const NOTHING: Found = { faults: [], warnings: [] };

const slotWarnings = ({ id, hasNoSlot }: OutlinedStep): DraftWarning[] =>
  hasNoSlot
    ? [{ stepId: id, path: 'settings', code: 'no_open_slot', message: 'no window ever opens' }]
    : [];

/** Emails as they would be built now; those with faults of their own are left to these. */
async function checkEmails(
  deps: CheckDeps,
  draft: LooseDraft,
  { workspaceId, steps, about }: { workspaceId: string; steps: unknown; about: CheckFor },
): Promise<Found> {
  const list = Array.isArray(steps) ? (steps as Readonly<Record<string, unknown>>[]) : [];
  const broken = new Set(draft.faults.map(({ path }) => indexOf(path)));
  const faults: DraftFault[] = [];
  const warnings: DraftWarning[] = [];
  for (const [index, step] of list.entries()) {
    if (broken.has(index) || step['type'] !== 'email') continue;
    const stepId = String(step['id']);
    for (const finding of await checkStep(deps, { step, workspaceId, ...about })) {
      const { severity, code, message } = finding;
      const path = `steps/${index}/${finding.path}`;
      if (severity === 'error') faults.push({ stepId, path, message, code: 'email' });
      else warnings.push({ stepId, path, message, code });
    }
  }
  return { faults, warnings };
}
