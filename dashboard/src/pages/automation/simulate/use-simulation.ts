import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useSide } from '../../../api/side.ts';
import { viewerZone } from '../../../app/time.ts';
import { isSame } from '../draft/same.ts';
import { type Draft, useDraft } from '../draft/use-draft.ts';
import { titleOf } from '../build/step-types.ts';
import {
  faultsOfForm,
  type FormFault,
  NEW_FORM,
  requestOf,
  type SimulationForm,
  zoneOfPerson,
} from './form/form.ts';
import type { Simulation } from './result/result.ts';

/** A simulation, and what of its question is needed to show it. */
export interface Outcome {
  readonly simulation: Simulation;
  readonly form: SimulationForm;
  readonly doc: Draft['doc'];
  /** Counts up, so that each is shown anew. */
  readonly number: number;
  readonly isMadeUp: boolean;
  /** The zone of a made-up person; null where it is not known from the form. */
  readonly zoneOf: (userId: string) => string | null;
  /** Zones of made-up people. */
  readonly zones: readonly string[];
  /** Of the series, else of the workspace. */
  readonly timezone: string;
  readonly titleOfStep: (stepId: string) => string;
  /** Who enters, as the server said it then. */
  readonly entryWords: readonly string[];
}

interface Kept {
  readonly form: SimulationForm;
  readonly outcome: Outcome | null;
}

/** By side and series: another tab of the page is no reason to lose it. */
const kept = new Map<string, Kept>();
let number = 0;
const NO_FAULTS: readonly FormFault[] = [];

/** The form, the run, and what came of the last one. */
export function useSimulation() {
  const { side, client } = useSide();
  const draft = useDraft();
  const { series, doc } = draft;
  const key = `${side.id} ${series.id}`;
  const [{ form, outcome }, setState] = useState<Kept>(
    () => kept.get(key) ?? { form: NEW_FORM, outcome: null },
  );
  const [isAsked, setIsAsked] = useState(false);
  const put = (next: Partial<Kept>): void => {
    const state = { ...(kept.get(key) ?? { form, outcome }), ...next };
    kept.set(key, state);
    setState(state);
  };
  const faults = faultsOfForm(form);
  const run = useMutation({
    mutationFn: async () => {
      if (!(await draft.save())) throw new Error('The draft could not be saved: see above why.');
      const body = requestOf(form, viewerZone);
      const simulation = await client.call('POST /series/{id}/simulate', {
        path: { id: series.id },
        body,
      });
      // As it was when it was asked: both may have changed meanwhile.
      return { simulation, form, doc };
    },
    onSuccess: (asked) => put({ outcome: outcomeOf(asked, draft) }),
  });
  return {
    form,
    change: (change: Partial<SimulationForm>): void => put({ form: { ...form, ...change } }),
    /** Told once it was tried. */
    faults: isAsked ? faults : NO_FAULTS,
    simulate: (): void => {
      setIsAsked(true);
      if (faults.length === 0) run.mutate();
    },
    isRunning: run.isPending,
    error: run.error,
    outcome,
    isStale: outcome !== null && !(isSame(outcome.doc, doc) && isSame(outcome.form, form)),
  };
}

/** A simulation with what of its question is needed to show it. */
function outcomeOf(
  { simulation, form, doc }: Pick<Outcome, 'simulation' | 'form' | 'doc'>,
  { settings, outline, outlineOf }: Draft,
): Outcome {
  const titles = new Map(
    doc.steps.map((step) => [step.id, titleOf(step, outlineOf(step.id)?.words ?? null)]),
  );
  const words = outline?.words;
  number += 1;
  return {
    simulation,
    form,
    doc,
    number,
    isMadeUp: form.people === 'made_up',
    zoneOf: (userId) => zoneOfPerson(form, userId),
    zones: form.people === 'made_up' ? form.zones : [],
    timezone: zoneOfSeries(settings, outline?.timezone.name),
    titleOfStep: (id) => titles.get(id) ?? id,
    entryWords:
      words === undefined ? [] : [`Who enters: ${words.entry}.`, `Audience: ${words.audience}.`],
  };
}

/** The outline asks for nobody in particular: its zone is that of the series or the workspace. */
const zoneOfSeries = (settings: Draft['settings'], outlined: string | undefined): string => {
  const { timezone } = settings;
  return typeof timezone === 'string' && timezone !== '' ? timezone : (outlined ?? viewerZone);
};
