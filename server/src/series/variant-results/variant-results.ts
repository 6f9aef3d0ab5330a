import type { Db } from '../../platform/db.ts';
import type { Automation } from '../series.ts';
import { findVersion } from '../sql.ts';
import {
  countVariants,
  findTest,
  VARIANT_MESSAGES_MAX,
  type StoredTest,
  type VariantCount,
} from '../sql/variants.ts';
import { variantsOf } from '../variants.ts';
import { proportionOf } from './look.ts';
import { chanceOfNothing } from './proportions.ts';

/** What one variant came to. */
export interface VariantResult extends VariantCount {
  /** Null for one that the email has no more. */
  readonly weight: number | null;
  /** Whether it differs from the first variant, from 0 to 1; null where the numbers are too small. */
  readonly openedConfidence: number | null;
  readonly clickedConfidence: number | null;
}

/** What the variants of an email came to. */
export interface VariantResults {
  readonly variants: readonly VariantResult[];
  /** Whether only the latest messages were counted. */
  readonly isTruncated: boolean;
  readonly test: StoredTest | null;
}

/**
 * What the variants of an email came to, in all versions; null for a step without any.
 *
 * @param stepId null: the first step, which is the only one of a broadcast
 */
export async function readVariantResults(
  db: Db,
  { automation, stepId }: { automation: Automation; stepId: string | null },
): Promise<(VariantResults & { readonly stepId: string }) | null> {
  const { id: automationId, version: number } = automation;
  const version = number === null ? null : await findVersion(db, { automationId, number });
  const steps = (version ?? (automation.draft as { steps?: readonly Step[] })).steps ?? [];
  const step = steps.find(({ id }) => stepId === null || id === stepId);
  const named = stepId ?? (typeof step?.['id'] === 'string' ? step['id'] : '');
  const current = variantsOf(step ?? {});
  const counts = await countVariants(db, { automationId, stepId: named });
  if (current.length === 0 && counts.length === 0) return null;
  const sentCount = counts.reduce((sum, { sent }) => sum + sent, 0);
  return {
    stepId: named,
    variants: resultsOf(current, counts),
    isTruncated: sentCount >= VARIANT_MESSAGES_MAX,
    test: await findTest(db, { automationId, stepId: named }),
  };
}

type Step = Readonly<Record<string, unknown>>;

/** Results in the order of the variants, those that are gone at the end. Pure. */
function resultsOf(
  current: readonly { readonly name: string; readonly weight: number }[],
  counts: readonly VariantCount[],
): VariantResult[] {
  const gone = counts
    .map(({ name }) => name)
    .filter((name) => !current.some((v) => v.name === name));
  const names = [...current.map(({ name }) => name), ...gone.toSorted()];
  const [first = ''] = names;
  const confidence = (name: string, metric: 'opened' | 'clicked'): number | null => {
    if (name === first) return null;
    const chance = chanceOfNothing(
      proportionOf(counts, name, metric),
      proportionOf(counts, first, metric),
    );
    return chance === null ? null : 1 - chance;
  };
  return names.map((name) => ({
    ...NOTHING,
    ...counts.find((one) => one.name === name),
    name,
    weight: current.find((one) => one.name === name)?.weight ?? null,
    openedConfidence: confidence(name, 'opened'),
    clickedConfidence: confidence(name, 'clicked'),
  }));
}

const NOTHING = { sent: 0, delivered: 0, opened: 0, clicked: 0, bounced: 0, unsubscribed: 0 };
