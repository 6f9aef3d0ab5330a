import { useMemo } from 'react';
import { useAsk } from '../../../api/ask.ts';
import { useToday } from '../../../components/report/use-today.ts';
import { businessDaysOf, minuteOfDay, placeOf, textOf, windowOf } from './settings.ts';
import type { Day, OpenHours } from './week.ts';
import { useRules } from './use-rules.ts';

interface Holiday {
  readonly date: Day;
  readonly name: string;
}

export interface Opening {
  readonly open: OpenHours;
  /** In order, from today on: those of this year and the next. */
  readonly holidays: readonly Holiday[];
  /** Null until it is known. */
  readonly today: Day | null;
  /** Where no person's zone is known, or is not asked. */
  readonly timezone: string;
  readonly isTheirs: boolean;
  /** The hours are not typed to the end: nothing is shown as open. */
  readonly isIncomplete: boolean;
  /** Everything that the first look needs is there. */
  readonly isReady: boolean;
}

/** The hours and days of the draft, with the holidays that they pass over. */
export function useOpenHours(): Opening {
  const { settings } = useRules();
  const { today } = useToday();
  const workspace = useAsk('GET /settings', {}).data?.timezone;
  const place = placeOf(settings);
  const year = Number(today?.slice(0, 4) ?? 2026);
  const query = {
    country: place?.country ?? '',
    ...(place?.region === null || place === null ? {} : { region: place.region }),
  };
  const enabled = place !== null && place.country !== '' && today !== null;
  const input = (of: number) => ({ query: { ...query, year: of } });
  const { data: now, isLoading } = useAsk('GET /holidays', input(year), { enabled });
  const { data: next, isLoading: isLoadingNext } = useAsk('GET /holidays', input(year + 1), {
    enabled,
  });
  const found = useMemo(
    () => (enabled ? [...(now?.data ?? []), ...(next?.data ?? [])] : []),
    [enabled, now, next],
  );
  const window = windowOf(settings);
  const start = minuteOfDay(window?.start ?? '');
  const end = minuteOfDay(window?.end ?? '');
  return {
    open: {
      window: start === null || end === null ? null : { start, end },
      isBusinessDaysOnly: settings['business_days_only'] === true,
      businessDays: businessDaysOf(settings),
      holidays: new Map(found.map(({ date, name }) => [date, name])),
    },
    holidays: found.filter(({ date }) => today !== null && date >= today),
    today,
    timezone: textOf(settings['timezone']) || (workspace ?? 'UTC'),
    isTheirs: settings['use_user_timezone'] !== false,
    isReady: today !== null && workspace !== undefined && !isLoading && !isLoadingNext,
    isIncomplete: window !== null && (start === null || end === null || start === end),
  };
}
