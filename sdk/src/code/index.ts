import type { Operations } from '../operations.ts';
import type { CheckedSteps, Traits } from './merge-tags.ts';

export type { TraitKind, Traits } from './merge-tags.ts';

type Body = Operations['POST /series']['body'];
type Step = Body['steps'][number];
type Email = Extract<Step, { readonly type: 'email' }>;

/** Files that hold parts of an email; their places are told from the file of the series. */
export interface EmailFiles {
  readonly html_file?: string;
  readonly mjml_file?: string;
  readonly text_file?: string;
  /** Rich text, in JSON. */
  readonly content_file?: string;
}

type EmailVariant = NonNullable<Email['variants']>[number] & EmailFiles;

/** An email step, whose parts may stand in files. */
export type EmailCode = Omit<Email, 'variants'> &
  EmailFiles & { readonly variants?: readonly EmailVariant[] | null };

/** A step as a file has it. */
export type StepCode = Exclude<Step, { readonly type: 'email' }> | EmailCode;

/** The settings of a series. */
export type SettingsCode = NonNullable<Body['settings']>;

/** A series as a file has it. */
export interface SeriesCode {
  readonly name: string;
  /** Left out: whatever it is on the server. */
  readonly status?: 'draft' | 'active' | 'paused' | 'archived';
  /** With these, merge tags that name others are faults: where they are written, and in `milepost plan`. */
  readonly traits?: Traits;
  readonly settings?: SettingsCode;
  readonly steps: readonly StepCode[];
}

type Checked<Code extends SeriesCode> = Code extends {
  readonly traits: infer Declared extends Traits;
}
  ? { readonly steps: CheckedSteps<Code['steps'], Declared> }
  : unknown;

/**
 * A series for `milepost plan` and `milepost apply`: the default export of `series/<slug>.ts`.
 *
 * Steps, settings and filters have the types of the API. Where `traits` are declared, merge tags in
 * literal texts are checked against them by the compiler; `milepost plan` checks those in files too.
 */
export function defineSeries<const Code extends SeriesCode>(code: Code & Checked<Code>): Code {
  return code;
}

/** The traits that an application gives its users: for `traits` of each series, and `traits.ts`. */
export function defineTraits<const Declared extends Traits>(traits: Declared): Declared {
  return traits;
}
