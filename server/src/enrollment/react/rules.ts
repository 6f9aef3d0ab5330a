import {
  eventFilterOf,
  factsNeeded,
  filterOf,
  type EventFilter,
  type Filter,
} from '../../audience/index.ts';
import type { Delay } from '../../schedule/delay.ts';
import type { ExitRule, Goal, PublishedSeries } from '../../series/index.ts';

/** A rule by which a passage ends early, ready to be asked. */
export type LeaveRule = {
  readonly state: 'goal_reached' | 'exited';
  /** The end reason. */
  readonly reason: string;
  /** How long after entering it still counts; null for always. */
  readonly within: Delay | null;
} & (
  | { readonly kind: 'filter'; readonly filter: Filter }
  | { readonly kind: 'event'; readonly event: string; readonly filter: EventFilter | null }
  | { readonly kind: 'message'; readonly what: string }
  | { readonly kind: 'entered'; readonly seriesId: string }
);

/** What a published version does with signals. */
export interface ReactRules {
  /** The goal first. */
  readonly leaving: readonly LeaveRule[];
  readonly audience: Filter | null;
  /** The events that the audience counts. */
  readonly audienceEvents: ReadonlySet<string>;
  readonly entryFilter: EventFilter | null;
}

const compiled = new WeakMap<object, ReactRules>();

/** The compiled rules of a version, kept as long as the version is. */
export function reactRulesOf({ settings, rules }: PublishedSeries): ReactRules {
  const known = compiled.get(settings);
  if (known !== undefined) return known;
  const { timezone } = rules;
  const { goal, exit, audience, entry_filter: entryFilter } = settings;
  const members = audience === null ? null : filterOf(audience, { timezone });
  const made: ReactRules = {
    leaving: [
      ...(goal === null ? [] : [goalRule(goal, timezone)]),
      ...exit.map((rule) => exitRule(rule, timezone)),
    ],
    audience: members,
    audienceEvents: new Set(
      members === null ? [] : factsNeeded(members).events.map(({ eventType }) => eventType),
    ),
    entryFilter: entryFilter === null ? null : eventFilterOf(entryFilter, { timezone }),
  };
  compiled.set(settings, made);
  return made;
}

function goalRule(goal: Goal, timezone: string): LeaveRule {
  const base = { state: 'goal_reached', reason: 'goal', within: goal.within ?? null } as const;
  return { ...base, ...watchRule(goal, timezone) };
}

function exitRule(rule: ExitRule, timezone: string): LeaveRule {
  const base = { state: 'exited', within: null } as const;
  if ('on' in rule) return { ...base, reason: rule.on, kind: 'message', what: rule.on };
  if ('enters' in rule) {
    const { enters: seriesId } = rule;
    return { ...base, reason: `entered:${seriesId}`, kind: 'entered', seriesId };
  }
  const watch = watchRule(rule, timezone);
  return { ...base, reason: watch.kind, ...watch };
}

function watchRule(watch: Exclude<ExitRule, { on: unknown } | { enters: unknown }>, zone: string) {
  const timezone = { timezone: zone };
  if (!('event' in watch))
    return { kind: 'filter', filter: filterOf(watch.filter, timezone) } as const;
  const { event, filter } = watch;
  const compiledFilter = filter === undefined ? null : eventFilterOf(filter, timezone);
  return { kind: 'event', event, filter: compiledFilter } as const;
}
