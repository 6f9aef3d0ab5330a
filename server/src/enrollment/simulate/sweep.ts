import { dependsOnTime, type Facts, type Filter } from '../../audience/index.ts';
import type { PublishedSeries } from '../../series/index.ts';
import { reactRulesOf } from '../react/rules.ts';
import { enter } from './enter.ts';
import { activeOf, personOf, signal, type Life } from './life.ts';

const HOUR_MS = 3_600_000;

/** What of a series the clock alone may change. */
interface Swept {
  /** Null where entering does not depend on the clock. */
  readonly audience: Filter | null;
  readonly leaving: readonly Filter[];
}

const sweptOf = new WeakMap<object, Swept>();

function sweptBy(series: PublishedSeries): Swept {
  const known = sweptOf.get(series);
  if (known !== undefined) return known;
  const { audience, leaving } = reactRulesOf(series);
  const isSegment = series.settings.entry_trigger === 'segment_match';
  const swept = {
    audience: isSegment && audience !== null && dependsOnTime(audience) ? audience : null,
    leaving: leaving.flatMap((rule) =>
      rule.kind === 'filter' && dependsOnTime(rule.filter) ? [rule.filter] : [],
    ),
  };
  sweptOf.set(series, swept);
  return swept;
}

/**
 * The next full hour at which the scans of a test side find the person, by the clock alone; null when
 * there is none until then. Until then nothing else may happen to the person.
 */
export function nextSweep(life: Life, until: Date): Date | null {
  const { audience, leaving } = sweptBy(life.scenario.series);
  const isActive = activeOf(life) !== null;
  if (isActive ? leaving.length === 0 : audience === null) return null;
  const person = personOf(life, null);
  if (person === null) return null;
  const first = (Math.floor(life.now.getTime() / HOUR_MS) + 1) * HOUR_MS;
  // Years of hours: no dates are made on the way.
  for (let at = first; at <= until.getTime(); at += HOUR_MS) {
    if (isActive ? isLeavingAt(leaving, person, at) : isEnteringAt(life, person, at)) {
      return new Date(at);
    }
  }
  return null;
}

const isLeavingAt = (leaving: readonly Filter[], person: Facts, at: number): boolean =>
  leaving.some(({ root }) => root.holds(person, at));

/** Who has been in it comes back only if it is the time since the last sweep that made them match. */
function isEnteringAt({ scenario, passage }: Life, person: Facts, at: number): boolean {
  const { series, from } = scenario;
  const { audience } = sweptBy(series);
  if (audience === null || !audience.root.holds(person, at)) return false;
  if (passage === null) return true;
  const { enabled: mayReturn } = series.settings.reenrollment;
  return mayReturn && !audience.root.holds(person, Math.max(at - HOUR_MS, from.getTime()));
}

/** What the scans of this full hour do with the person: first who enters, then who leaves. */
export function sweep(life: Life): void {
  const at = life.now.getTime();
  const person = personOf(life, null);
  if (person === null) return;
  if (activeOf(life) === null && isEnteringAt(life, person, at)) {
    enter(life, { source: 'segment_match', entryEvent: null, properties: {} });
  }
  const { leaving } = sweptBy(life.scenario.series);
  if (activeOf(life) === null || !isLeavingAt(leaving, person, at)) return;
  signal(life, { kind: 'changed', mayStart: false });
}
