import { recordOf, type FilterJson } from '../../../components/filter-builder/filter.ts';

/** Settings as they travel; what is not known here is kept as it is. */
export type Settings = Readonly<Record<string, unknown>>;

/** What of the settings changes; undefined takes a member away. */
export type SettingsPatch = Readonly<Record<string, unknown>>;

const TRIGGERS = ['api', 'user_created', 'event', 'segment_match', 'manual'] as const;
export type Trigger = (typeof TRIGGERS)[number];

/** A count and its unit, as a field shows it; what is missing is null, and the server says so. */
export interface Span {
  readonly amount: number | null;
  readonly unit: string;
}

/** The settings with some members replaced; all others stay exactly as they are. */
export function patched(settings: Settings, patch: SettingsPatch): Settings {
  const entries = Object.entries({ ...settings, ...patch });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** Members of a part of the settings, such as `reenrollment`, replaced; the others stay. */
export const partPatched = (
  settings: Settings,
  name: string,
  patch: SettingsPatch,
): SettingsPatch => ({
  [name]: patched(recordOf(settings[name]), patch),
});

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
export const numberOf = (value: unknown): number | null =>
  typeof value === 'number' ? value : null;
export const filterOf = (value: unknown): FilterJson | null =>
  value === null || value === undefined ? null : recordOf(value);

/** Null where there is none. */
export function spanOf(value: unknown): Span | null {
  if (value === null || value === undefined) return null;
  const { amount, unit } = recordOf(value);
  return { amount: numberOf(amount), unit: textOf(unit) };
}

export const triggerOf = (settings: Settings): string => textOf(settings['entry_trigger']) || 'api';

/** Another trigger: what only belongs to an event goes with it. */
export function triggerPatch(settings: Settings, trigger: Trigger): SettingsPatch {
  if (trigger === 'event') {
    return { entry_trigger: trigger, entry_event_name: settings['entry_event_name'] ?? '' };
  }
  return { entry_trigger: trigger, entry_event_name: null, entry_filter: null };
}

export const DAYS = [1, 2, 3, 4, 5, 6, 7] as const;
const BUSINESS_DAYS: readonly number[] = [1, 2, 3, 4, 5];

/** ISO weekdays that are business days: Monday to Friday if nothing is said. */
export const businessDaysOf = (settings: Settings): readonly number[] =>
  Array.isArray(settings['business_days'])
    ? settings['business_days'].filter((day): day is number => typeof day === 'number')
    : BUSINESS_DAYS;

/** Send hours as texts of the two fields; null for the whole day. */
export function windowOf(
  settings: Settings,
): { readonly start: string; readonly end: string } | null {
  const value = settings['send_window'];
  if (value === null || value === undefined) return null;
  const { start, end } = recordOf(value);
  return { start: textOf(start), end: textOf(end) };
}

/** Minutes of the day; null for what is no time. `24:00` is one. */
export function minuteOfDay(text: string): number | null {
  const [, hour, minute] = /^(\d\d):(\d\d)$/.exec(text) ?? [];
  const value = Number(hour) * 60 + Number(minute);
  return Number.isNaN(value) || Number(minute) > 59 || value > 1440 ? null : value;
}

/** Whose holidays are none of the business days; null for nobody's. */
export function placeOf(
  settings: Settings,
): { readonly country: string; readonly region: string | null } | null {
  const value = settings['holidays'];
  if (value === null || value === undefined) return null;
  const { country, region } = recordOf(value);
  return { country: textOf(country), region: textOf(region) || null };
}

/** What ends a passage or reaches the goal: a filter over the user, or an event. */
export type WatchKind = 'filter' | 'event';
export const watchKindOf = (watch: Settings): WatchKind =>
  watch['event'] === undefined || watch['event'] === null ? 'filter' : 'event';

/** A watch of another kind; what is not of a kind, such as `within`, stays. */
export function watchOfKind(watch: Settings, kind: WatchKind): Settings {
  const { event: _event, filter: _filter, ...rest } = watch;
  // Nothing is made up: the server says that a condition is missing.
  return kind === 'event' ? { event: '', ...rest } : { filter: null, ...rest };
}

const EXIT_KINDS = ['filter', 'event', 'on', 'enters'] as const;
export type ExitKind = (typeof EXIT_KINDS)[number];

export function exitKindOf(rule: Settings): ExitKind {
  if (rule['on'] !== undefined && rule['on'] !== null) return 'on';
  if (rule['enters'] !== undefined && rule['enters'] !== null) return 'enters';
  return watchKindOf(rule);
}

/** A new rule of a kind. */
export function exitOfKind(kind: ExitKind): Settings {
  switch (kind) {
    case 'on':
      return { on: 'unsubscribe' };
    case 'enters':
      return { enters: '' };
    default:
      return watchOfKind({}, kind);
  }
}

export const exitsOf = (settings: Settings): readonly Settings[] =>
  Array.isArray(settings['exit']) ? (settings['exit'] as unknown[]).map(recordOf) : [];
