import { isAbsent, recordOf, type Fault } from '../schedule/fault.ts';
import { publishedOf, type PublishedSeries } from './catalog.ts';
import { codedFaultsOfSteps, STEPS_MAX, type StepFaultCode } from './graph.ts';
import { faultsOfPublishing, type SeriesDraft } from './series.ts';
import { faultsOfSettings, settingsOf, type SeriesSettings } from './settings.ts';
import type { Step } from './step.ts';
import { stepTypeNamed } from './steps/index.ts';

/** What is wrong with a draft, and at which step. */
export interface DraftFault extends Fault {
  /** Null for the draft itself, its settings, or a step without an id. */
  readonly stepId: string | null;
  readonly code: StepFaultCode | 'settings' | 'publish' | 'email';
}

/** A step of a draft, with or without faults. */
export interface DraftStep {
  readonly id: string;
  /** The ids of the steps that it leads to, in the order of its fields; those of no step are left out. */
  readonly leadsTo: readonly { readonly path: string; readonly to: string }[];
  /** As it would be published; null where its own fields have faults. */
  readonly step: Step | null;
}

/** As much of a draft as can be made sense of, whatever is wrong with the rest. */
export interface LooseDraft {
  /** In their order; of several with one id only the first. */
  readonly steps: readonly DraftStep[];
  /** The sound steps and settings made ready for planning. */
  readonly series: PublishedSeries;
  readonly settings: SeriesSettings;
  readonly faults: readonly DraftFault[];
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a draft that need not be sound: every fault that saving and publishing it would find, and what
 * can be planned in spite of them. Pure.
 *
 * @param seriesId null while the series has no id
 */
export function looseDraftOf(
  { settings: sent, steps: sentSteps }: { settings: unknown; steps: unknown },
  { seriesId, workspaceTimezone }: { seriesId: string | null; workspaceTimezone: string },
): LooseDraft {
  const stepFaults = codedFaultsOfSteps(sentSteps);
  const list: readonly unknown[] = Array.isArray(sentSteps) ? sentSteps.slice(0, STEPS_MAX) : [];
  const idAt = (path: string): string | null => idOf(list[indexOf(path) ?? -1]);
  const settingFaults = isAbsent(sent) ? [] : faultsOfSettings(sent, { seriesId });
  const settings = settingsOf(withoutFaults(recordOf(sent) ?? {}, settingFaults));
  const broken = new Set(
    stepFaults.flatMap(({ code, path }) => (code === 'field' ? [indexOf(path)] : [])),
  );
  const steps = draftStepsOf(list, broken);
  const sound = steps.flatMap(({ step }) => (step === null ? [] : [step]));
  const publishing = Array.isArray(sentSteps) ? faultsOfPublishing(draftOf(settings, list)) : [];
  return {
    steps,
    settings,
    series: publishedOf(
      {
        automationId: seriesId ?? '',
        number: 0,
        settings,
        steps: sound as unknown as SeriesDraft['steps'],
      },
      workspaceTimezone,
    ),
    faults: [
      ...stepFaults.map((fault) => ({ ...fault, stepId: idAt(fault.path) })),
      ...publishing.map((fault) => asFault(fault, { code: 'publish', stepId: idAt(fault.path) })),
      ...settingFaults.map((fault) => asFault(fault, { code: 'settings', stepId: null })),
    ],
  };
}

const asFault = (
  { path, message }: Fault,
  rest: Pick<DraftFault, 'code' | 'stepId'>,
): DraftFault => ({ path, message, ...rest });

const draftOf = (settings: SeriesSettings, list: readonly unknown[]): SeriesDraft => ({
  settings,
  steps: list.map((step) => recordOf(step) ?? {}),
});

/** The place in the list that a path such as `steps/3/delay` is about. */
export function indexOf(path: string): number | null {
  const index = /^steps\/(\d+)(?:\/|$)/.exec(path)?.[1];
  return index === undefined ? null : Number(index);
}

function idOf(step: unknown): string | null {
  const id = recordOf(step)?.['id'];
  return typeof id === 'string' && id !== '' ? id : null;
}

/** Settings without the members that have faults: their defaults hold instead. */
function withoutFaults(settings: Fields, faults: readonly Fault[]): Fields {
  const wrong = new Set(faults.map(({ path }) => path.split('/')[1] ?? ''));
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !wrong.has(name)));
}

function draftStepsOf(list: readonly unknown[], broken: ReadonlySet<number | null>): DraftStep[] {
  const ids = new Set(list.flatMap((step) => idOf(step) ?? []));
  const seen = new Set<string>();
  return list.flatMap((value, index): DraftStep[] => {
    const fields = recordOf(value);
    const id = idOf(value);
    if (fields === null || id === null || seen.has(id)) return [];
    seen.add(id);
    const type = stepTypeNamed(fields['type']);
    const following = idOf(list[index + 1]);
    const targets = type?.targets(fields) ?? [{ path: 'next', to: fields['next'] }];
    const resolved = targets.map(({ path, to }) => {
      const target = to === undefined ? following : to;
      return { path, to: typeof target === 'string' && ids.has(target) ? target : null };
    });
    const isSound = type !== null && !broken.has(index);
    const ends = resolved.map(({ to }) => to);
    return [
      {
        id,
        leadsTo: resolved.flatMap(({ path, to }) => (to === null ? [] : [{ path, to }])),
        step: isSound ? type.withTargets(fields as unknown as Step, ends) : null,
      },
    ];
  });
}
