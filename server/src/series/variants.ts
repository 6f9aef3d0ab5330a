import { isAbsent, isIntegerIn, quoted, recordOf, type Fault } from '../schedule/fault.ts';
import { changedBy } from './email-fields.ts';
import { shareOf } from './hash.ts';
import type { EmailStep, EmailVariant, WinnerRule } from './step.ts';
import { indexAt, WEIGHT_MAX } from './weights.ts';

type Fields = Readonly<Record<string, unknown>>;

export const VARIANTS_MIN = 2;
/** More would each get too few people for anything to be learnt. */
export const VARIANTS_MAX = 10;
export const VARIANT_NAME_LENGTH_MAX = 64;
/** In any language; without what could name something else beside the id of a step. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} _.-]*$/u;
export const WINNER_AFTER_MIN = 100;
/** As many messages as are counted; see `VARIANT_MESSAGES_MAX`. */
export const WINNER_AFTER_MAX = 100_000;
export const WINNER_METRICS = ['opened', 'clicked'] as const;
const CONFIDENCE_DEFAULT = 0.95;
const CONFIDENCE_MIN = 0.8;
const CONFIDENCE_MAX = 0.9999;

/** What a variant may say otherwise than its email: what is said and by whom, not whom it reaches. */
const VARIANT_FIELDS = [
  'subject',
  'preheader',
  'html',
  'mjml',
  'content',
  'template_id',
  'template_version',
  'snippets',
  'format',
  'text',
  'from',
  'reply_to',
  'sender_id',
] as const;

/**
 * Everything wrong with the variants of an email that is right itself.
 *
 * @param faultsOf of an email without variants
 */
export function variantFaults(
  step: Fields,
  path: string,
  faultsOf: (step: Fields, path: string) => Fault[],
): Fault[] {
  const { variants } = step;
  const at = `${path}/variants`;
  if (isAbsent(variants)) {
    if (isAbsent(step['winner'])) return [];
    return [{ path: `${path}/winner`, message: 'must not be there without variants' }];
  }
  if (!Array.isArray(variants) || !isIntegerIn(variants.length, VARIANTS_MIN, VARIANTS_MAX)) {
    return [{ path: at, message: `must be a list of ${VARIANTS_MIN} to ${VARIANTS_MAX} variants` }];
  }
  const names = new Set<string>();
  const faults = variants.flatMap((variant: unknown, index): Fault[] => {
    const place = `${at}/${index}`;
    const fields = recordOf(variant);
    if (fields === null) return [{ path: place, message: 'must be an object' }];
    const shape = [
      ...nameFaults(fields['name'], `${place}/name`, names),
      ...ownFaults(fields, place),
    ];
    return shape.length > 0 ? shape : faultsOf(withVariant(step, fields), place);
  });
  return [...faults, ...winnerFaults(step['winner'], `${path}/winner`)];
}

function nameFaults(name: unknown, path: string, names: Set<string>): Fault[] {
  if (typeof name !== 'string' || name.length > VARIANT_NAME_LENGTH_MAX || !NAME.test(name)) {
    const what = `1 to ${VARIANT_NAME_LENGTH_MAX} letters, digits, blanks, or any of _ . -`;
    return [{ path, message: `must be ${what}` }];
  }
  if (names.has(name)) return [{ path, message: `is used twice: ${quoted(name)}` }];
  names.add(name);
  return [];
}

function ownFaults(fields: Fields, path: string): Fault[] {
  const { weight } = fields;
  const isWeight = typeof weight === 'number' && weight > 0 && weight <= WEIGHT_MAX;
  const message = `is not one of what a variant may change: ${VARIANT_FIELDS.join(', ')}`;
  return [
    ...(isWeight
      ? []
      : [{ path: `${path}/weight`, message: `must be a number above 0, at most ${WEIGHT_MAX}` }]),
    ...Object.keys(fields)
      .filter((name) => name !== 'name' && name !== 'weight')
      .filter((name) => !VARIANT_FIELDS.some((field) => field === name))
      .map((name) => ({ path: `${path}/${name}`, message })),
  ];
}

function winnerFaults(value: unknown, path: string): Fault[] {
  if (isAbsent(value)) return [];
  const rule = recordOf(value);
  if (rule === null) return [{ path, message: 'must be an object' }];
  const { metric, after, confidence } = rule;
  const faults: Fault[] = [];
  if (!WINNER_METRICS.some((one) => one === metric)) {
    faults.push({ path: `${path}/metric`, message: `must be one of ${WINNER_METRICS.join(', ')}` });
  }
  if (!isIntegerIn(after, WINNER_AFTER_MIN, WINNER_AFTER_MAX)) {
    const message = `must be a whole number from ${WINNER_AFTER_MIN} to ${WINNER_AFTER_MAX}`;
    faults.push({ path: `${path}/after`, message });
  }
  const isSure =
    typeof confidence === 'number' && confidence >= CONFIDENCE_MIN && confidence <= CONFIDENCE_MAX;
  if (!isAbsent(confidence) && !isSure) {
    const message = `must be a number from ${CONFIDENCE_MIN} to ${CONFIDENCE_MAX}`;
    faults.push({ path: `${path}/confidence`, message });
  }
  return faults;
}

/** An email as one of its variants has it: an email without variants. */
export function withVariant(step: Fields, variant: Fields): Fields {
  const { variants: _variants, winner: _winner, ...base } = step;
  const { name: _name, weight: _weight, ...own } = variant;
  return changedBy(base, own);
}

/** The variants of a stored step; none when it has none. */
export const variantsOf = (step: Fields): readonly (EmailVariant & Fields)[] =>
  Array.isArray(step['variants']) ? (step['variants'] as (EmailVariant & Fields)[]) : [];

/** Names an email of a series: a step, or a variant of one. */
export const emailKeyOf = (stepId: string, variant: string | null): string =>
  variant === null ? stepId : `${stepId}/${variant}`;

/**
 * The variant that a person gets: always the same one, by chance and by the weights; the winner once
 * there is one, if it is still there. Null when the email has no variants.
 */
export function variantFor(
  step: EmailStep,
  { userId, automationId, winner }: { userId: string; automationId: string; winner: string | null },
): EmailVariant | null {
  const { variants } = step;
  if (variants === undefined || variants === null || variants.length === 0) return null;
  const won = step.winner && variants.find(({ name }) => name === winner);
  if (won) return won;
  // Not by the key of a split, so that branch and variant of a person have nothing to do with each other.
  const share = shareOf(`${automationId}:${step.id}:variant:${userId}`);
  return variants[indexAt(variants, share)] ?? null;
}

/** What decides between the variants of an email; null where nothing does. */
export interface VariantTest {
  readonly stepId: string;
  readonly metric: WinnerRule['metric'];
  readonly after: number;
  readonly confidence: number;
  readonly names: readonly string[];
}

/** The emails among stored steps whose variants are to be decided between. */
export const testsOf = (steps: readonly Fields[]): VariantTest[] =>
  steps.flatMap((step) => {
    const rule = step['winner'] as WinnerRule | null | undefined;
    const variants = variantsOf(step);
    if (step['type'] !== 'email' || isAbsent(rule) || variants.length === 0) return [];
    const { metric, after, confidence } = rule;
    const names = variants.map(({ name }) => name);
    const stepId = String(step['id']);
    return [{ stepId, metric, after, confidence: confidence ?? CONFIDENCE_DEFAULT, names }];
  });
