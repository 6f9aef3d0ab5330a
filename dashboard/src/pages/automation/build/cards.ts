import type { Answer } from '@milepost/sdk';
import { useMemo, useRef } from 'react';
import { useAsk } from '../../../api/ask.ts';
import { countOf } from '../../../components/number.ts';
import { isSame } from '../draft/same.ts';
import type { Step } from '../draft/step.ts';
import { type OutlineStep, useDraft } from '../draft/use-draft.ts';
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
  /** Everything for who does not see it. */
  readonly label: string;
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

function cardOf(step: Step, index: number, known: Omit<Card, 'step' | 'number' | 'label'>): Card {
  const { name } = typeWordsOf(step.type);
  const { title, day, counts, faultCount, isChanged } = known;
  const isNamed = title.startsWith(name);
  const label = [
    isNamed ? title : `${name}: ${title}`,
    `step ${index + 1}`,
    ...(day === null ? [] : [day]),
    ...countWordsOf(counts),
    ...(faultCount > 0 ? [faultCount === 1 ? '1 fault' : `${faultCount} faults`] : []),
    ...(isChanged ? ['changed since it was published'] : []),
  ].join(', ');
  return { step, number: index + 1, ...known, label };
}

/** The cards of all steps; one that says the same is the same object, so that its node stays still. */
export function useCards(): readonly Card[] {
  const { series, steps, outlineOf, outline, faults, changedSteps, publishState } = useDraft();
  const isPublished = series.version !== null;
  const counted = useAsk(
    'GET /series/{id}/step_counts',
    { path: { id: series.id } },
    { enabled: isPublished },
  ).data?.steps;
  const before = useRef(new Map<string, Card>());
  return useMemo(() => {
    const cards = steps.map((step, index) => {
      const told = outlineOf(step.id);
      const card = cardOf(step, index, {
        title: titleOf(step, told?.words ?? null),
        day: dayWordsOf(told),
        counts: isPublished ? (counted?.[step.id] ?? null) : null,
        faultCount: (faults.get(step.id) ?? []).filter(({ keeps }) => keeps !== 'nothing').length,
        isChanged: publishState === 'different' && changedSteps.has(step.id),
      });
      const known = before.current.get(step.id);
      return known !== undefined && isSame(known, card) ? known : card;
    });
    before.current = new Map(cards.map((card) => [card.step.id, card]));
    return cards;
    // `outlineOf` is made anew from `outline`.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [steps, outline, counted, faults, changedSteps, publishState, isPublished]);
}
