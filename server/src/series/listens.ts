import { factsNeeded, filterOf } from '../audience/index.ts';
import type { SeriesSettings } from './settings.ts';
import type { Step } from './step.ts';

/**
 * What a version listens to, in the words of `workspaces.listens`: `created`, `changed`,
 * `event:order_placed`, `entered:<series id>`, `message:hard_bounce`. Whatever is not listened to is not
 * written down for the worker.
 */
export function listensOf(settings: SeriesSettings, steps: Iterable<Step>): string[] {
  const words = new Set<string>();
  const event = (name: string): void => void words.add(`event:${name}`);
  const filter = (json: unknown): void => {
    words.add('changed');
    for (const { eventType } of factsNeeded(filterOf(json)).events) event(eventType);
  };
  switch (settings.entry_trigger) {
    case 'user_created':
      words.add('created');
      break;
    case 'event':
      if (settings.entry_event_name !== null) event(settings.entry_event_name);
      break;
    case 'segment_match':
      words.add('created');
      filter(settings.audience);
      break;
    default:
  }
  for (const rule of [settings.goal, ...settings.exit]) {
    if (rule === null) continue;
    if ('on' in rule) words.add(`message:${rule.on}`);
    else if ('enters' in rule) words.add(`entered:${rule.enters}`);
    else if ('event' in rule) event(rule.event);
    else filter(rule.filter);
  }
  for (const step of steps) {
    if (step.type === 'wait_for_event') event(step.event_type);
    // A date that is waited for may move.
    if (step.type === 'wait' && step.until?.date !== undefined) words.add('changed');
  }
  return [...words].toSorted();
}
