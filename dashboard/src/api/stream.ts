import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { dependsOn, type Topic } from './topics.ts';

/** Changes that come within this time are asked for at once. */
const GATHER_MS = 400;

/**
 * Keeps one event stream open for a side, and asks again for what it says has changed.
 *
 * After a gap everything is asked again: what was said meanwhile is not known.
 */
export function useStream(sideId: string): void {
  const queries = useQueryClient();
  useEffect(() => {
    const source = new EventSource(`/api/v1/stream?workspace=${encodeURIComponent(sideId)}`);
    let topics = new Set<Topic>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let wasOpen = false;
    const askAgain = (): void => {
      timer = undefined;
      const changed = topics;
      topics = new Set();
      void queries.invalidateQueries({
        predicate: ({ queryKey: [kind, side, operation] }) =>
          kind === 'ask' && side === sideId && dependsOn(String(operation), changed),
      });
    };
    source.addEventListener('changed', ({ data }: MessageEvent<string>) => {
      for (const topic of topicsOf(data)) topics.add(topic);
      timer ??= setTimeout(askAgain, GATHER_MS);
    });
    source.addEventListener('open', () => {
      if (wasOpen) void queries.invalidateQueries({ queryKey: ['ask', sideId] });
      wasOpen = true;
    });
    return () => {
      clearTimeout(timer);
      source.close();
    };
  }, [queries, sideId]);
}

function topicsOf(data: string): readonly Topic[] {
  const { topics } = JSON.parse(data) as { topics?: readonly Topic[] };
  return topics ?? [];
}
