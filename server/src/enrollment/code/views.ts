import { isDeepStrictEqual } from 'node:util';
import { isoOf } from '../../platform/http.ts';
import { isAbsent } from '../../schedule/fault.ts';
import {
  filled,
  findingViewOf,
  fingerprintOf,
  type Automation,
  type InFlight,
  type SeriesDraft,
  type SeriesSource,
} from '../../series/index.ts';
import { diffView } from '../builder/diff-view.ts';
import { publishPreviewViewOf } from '../versions/views.ts';
import type { CodeApplied } from './apply-code.ts';
import type { CodePlan } from './plan-code.ts';

/** What applying a file would do, as the API says it. */
export function planViewOf(
  { slug, said, series, status, fingerprint, deeds, diff, conflicts, people, ...plan }: CodePlan,
  { to, inFlight }: { to: Automation['status'] | null; inFlight: InFlight },
) {
  const after = to ?? status ?? 'draft';
  return {
    slug,
    id: series?.id ?? null,
    name: { before: series?.name ?? null, after: said.name },
    status: { before: status, after: status === 'completed' && to === 'active' ? status : after },
    version: series?.version ?? null,
    fingerprint,
    does: [...deeds],
    diff: diffView(diff, deeds.includes('publish') ? (series?.version ?? null) : null),
    conflicts: [...conflicts],
    people,
    preview: plan.preview === null ? null : publishPreviewViewOf(plan.preview, inFlight),
    warnings: plan.warnings.map(findingViewOf),
  };
}

/** What was done. */
export const appliedViewOf = (
  { plan, series }: CodeApplied,
  about: Parameters<typeof planViewOf>[1],
) => ({
  ...planViewOf(plan, about),
  id: series?.id ?? null,
  version: series?.version ?? null,
  status: { before: plan.status, after: series?.status ?? null },
  fingerprint: fingerprintOf(plan.said),
});

/** A series as a file would have it. */
export function codeSeriesViewOf(
  series: Automation,
  { source, hasUnpublished }: { source: SeriesSource | null; hasUnpublished: boolean },
) {
  const { id, name, status } = series;
  const draft = series.draft as unknown as SeriesDraft;
  const fingerprint = fingerprintOf(series);
  return {
    id,
    slug: source?.slug ?? null,
    path: source?.path ?? null,
    applied_at: isoOf(source?.appliedAt ?? null),
    name,
    status,
    fingerprint,
    is_changed: source !== null && source.fingerprint !== fingerprint,
    applied: source === null ? null : { fingerprint: source.fingerprint, status: source.status },
    has_unpublished: hasUnpublished,
    settings: saidSettings(draft),
    steps: draft.steps.map(saidStep),
  };
}

const EMPTY = { settings: {}, steps: [] } as unknown as SeriesDraft;

/** Settings without those that are as they are by default. */
function saidSettings(draft: SeriesDraft): object {
  const defaults: Readonly<Record<string, unknown>> = { ...filled(EMPTY).settings };
  return Object.fromEntries(
    Object.entries(filled(draft).settings).filter(([name, value]) => {
      const usual = defaults[name] ?? null;
      return !isDeepStrictEqual(value ?? null, usual) && !isAbsent(value);
    }),
  );
}

/** Null says that the series ends there. */
const TARGETS: ReadonlySet<string> = new Set(['next', 'yes', 'no', 'on_timeout']);

/** A step without what it would be anyway. */
const saidStep = (step: SeriesDraft['steps'][number]): object =>
  Object.fromEntries(
    Object.entries(step).filter(
      ([name, value]) =>
        (!isAbsent(value) || TARGETS.has(name)) && !(name === 'purpose' && value === 'marketing'),
    ),
  );
