import { recordOf } from '../../schedule/fault.ts';
import type { ToolContext } from '../tool.ts';
import { at, cutAll, pick, terse } from './shared.ts';

/** What is read of a series. */
export interface SeriesView {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly version: number | null;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly steps: readonly Readonly<Record<string, unknown>>[];
  readonly updated_at: string;
  /** Of name and draft, as they are. */
  readonly etag: string;
}

/** Enough of a body to know it again. */
const BODY_SHOWN_MAX = 400;

export const readSeries = ({ ask }: ToolContext, id: string): Promise<SeriesView> =>
  ask<SeriesView>('GET', `/series/${at(id)}`);

/** A series with its draft. Bodies of emails are cut, unless they are asked for whole. */
export function seriesOf(series: SeriesView, { bodies = false } = {}): object {
  const { steps, settings, ...rest } = series;
  return {
    ...pick(rest, ['id', 'name', 'status', 'version', 'updated_at', 'etag']),
    settings: terse(settings),
    steps: bodies ? steps : steps.map((step) => cutAll(step, BODY_SHOWN_MAX)),
  };
}

/** The emails of a draft by their subjects, in order. */
export const subjectsOf = ({ steps }: Pick<SeriesView, 'steps'>): string[] =>
  steps.filter(({ type }) => type === 'email').map(({ subject }) => textOf(subject));

/** Where a draft sends people's data to, beside their mailboxes. */
export const calledBy = ({ steps }: Pick<SeriesView, 'steps'>): string[] =>
  unlike(steps.filter(({ type }) => type === 'webhook').map(({ url }) => textOf(url)));

/** Who a draft says its mail is from, and where answers go, where it does not leave that to the workspace. */
export const sendersOf = ({ steps }: Pick<SeriesView, 'steps'>): string[] =>
  unlike(
    steps.flatMap((step) => {
      const { variants } = step;
      const all = [step, ...(Array.isArray(variants) ? variants.map(recordOf) : [])];
      return all.flatMap((each) => [textOf(each?.['from']), textOf(each?.['reply_to'])]);
    }),
  );

const unlike = (texts: readonly string[]): string[] =>
  [...new Set(texts)].filter((text) => text !== '');

/** What a draft says where a text should be. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A draft, for telling whether it is still the one that was seen: its etag is of all that it says. */
export const draftOf = (series: SeriesView) => pick(series, ['id', 'status', 'version', 'etag']);

/** Triggers that take in everybody who matches an audience when the series is activated. */
const TAKES_AUDIENCE: readonly unknown[] = ['manual', 'segment_match'];

/** The filter of the audience that a series takes in by itself; null where it takes in nobody so. */
export const audienceOf = ({ settings }: SeriesView): unknown =>
  TAKES_AUDIENCE.includes(settings['entry_trigger']) ? recordOf(settings['audience']) : null;
