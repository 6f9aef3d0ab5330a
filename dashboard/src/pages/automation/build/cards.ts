import type { Answer } from '@milepost/sdk';
import { useMemo, useState } from 'react';
import { useAsk } from '../../../api/ask.ts';
import { countOf } from '../../../components/number.ts';
import { isSame } from '../draft/same.ts';
import type { Step } from '../draft/step.ts';
import { type OutlineStep, useDraft } from '../draft/use-draft.ts';
import { createKeeper } from './keeper.ts';
import { titleOf, typeWordsOf } from './step-types.ts';

export type StepCount = Answer<'GET /series/{id}/step_counts'>['steps'][string];

/** What a step shows on the canvas and in the list. */
export interface Card {
  readonly step: Step;
  /** From 1, in reading order. */
  readonly number: number;
  readonly title: string;
  /** "day 7 (Mon 09:00)"; null where nobody knows. */
  readonly day: string | null;
  /** Null before the series is published. */
  readonly counts: StepCount | null;
  readonly faultCount: number;
  /** Publishing would change it. */
  readonly isChanged: boolean;
  /** What else is to be said to who does not see it. */
  readonly more: string;
}

/** When a step is done with, in the person's time, as the planner says. */
export function dayWordsOf(step: OutlineStep | null): string | null {
  if (step === null || step.day === null) return null;
  const { day, weekday, local_time: time, latest, certain } = step;
  if (latest !== null && latest.day !== day) {
    return `day ${day}–${latest.day} (from ${weekday} ${time})`;
  }
  return `${certain ? '' : 'from '}day ${day} (${weekday} ${time})`;
}

/** The counts of a published step that are not zero, in words. */
export function countWordsOf(counts: StepCount | null): string[] {
  if (counts === null) return [];
  const { waiting, processing, passed, skipped, failed } = counts;
  const all = [
    [waiting + processing, 'waiting'],
    [passed, 'passed'],
    [skipped, 'skipped'],
    [failed, 'failed'],
  ] as const;
  const mark = counts.is_exact ? '' : '+';
  return all.flatMap(([count, word]) => (count > 0 ? [`${countOf(count)}${mark} ${word}`] : []));
}

function cardOf(step: Step, index: number, known: Omit<Card, 'step' | 'number' | 'more'>): Card {
  const { name } = typeWordsOf(step.type);
  const { title, day, counts, faultCount, isChanged } = known;
  const more = [
    `step ${index + 1}`,
    ...(day === null || title.startsWith(name) ? [] : [name.toLowerCase()]),
    ...countWordsOf(counts),
    ...(faultCount > 0 ? [faultCount === 1 ? '1 fault' : `${faultCount} faults`] : []),
    ...(isChanged ? ['changed since it was published'] : []),
  ].join(', ');
  return { step, number: index + 1, ...known, more };
}

/** The cards of all steps; one that says the same is the same object, so that its node stays still. */
export function useCards(): readonly Card[] {
  const { series, steps, outline, faults, changedSteps, publishState } = useDraft();
  const isPublished = series.version !== null;
  const counted = useAsk(
    'GET /series/{id}/step_counts',
    { path: { id: series.id } },
    { enabled: isPublished },
  ).data?.steps;
  const [keep] = useState(() => createKeeper<Card>({ keyOf: ({ step }) => step.id, isSame }));
  return useMemo(() => {
    const told = new Map(outline?.steps.map((step) => [step.step_id, step]));
    const cards = steps.map((step, index) => {
      const outlined = told.get(step.id) ?? null;
      return cardOf(step, index, {
        title: titleOf(step, outlined?.words ?? null),
        day: dayWordsOf(outlined),
        counts: isPublished ? (counted?.[step.id] ?? null) : null,
        faultCount: (faults.get(step.id) ?? []).filter(({ keeps }) => keeps !== 'nothing').length,
        isChanged: publishState === 'different' && changedSteps.has(step.id),
      });
    });
    return keep(cards);
  }, [keep, steps, outline, counted, faults, changedSteps, publishState, isPublished]);
}
