import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { dependsOn, type Topic } from './topics.ts';

/** Changes that come within this time are asked for at once. */
const GATHER_MS = 400;

/** After a refusal, of which the browser does not try again by itself. */
const REOPEN_MS = 5_000;

/**
 * Keeps one event stream open for a side, and asks again for what it says has changed.
 *
 * Around a gap everything is asked again: what was said meanwhile is not known, and a server that does
 * not answer has to be told of.
 */
export function useStream(sideId: string): void {
  const queries = useQueryClient();
  useEffect(() => {
    const isOfSide = ([kind, side]: readonly unknown[]): boolean =>
      kind === 'ask' && side === sideId;
    const askAll = (): void =>
      void queries.invalidateQueries({ predicate: ({ queryKey }) => isOfSide(queryKey) });
    const askAbout = (topics: ReadonlySet<Topic>): void =>
      void queries.invalidateQueries({
        predicate: ({ queryKey }) => isOfSide(queryKey) && dependsOn(String(queryKey[2]), topics),
      });
    const stream = openStream(sideId, {
      onChange: askAbout,
      onGap: () => {
        askAll();
        // Whoever was signed out, or lost the workspace, has no stream any more.
        void queries.invalidateQueries({ queryKey: ['session'] });
      },
      onBack: askAll,
    });
    window.addEventListener('offline', askAll);
    window.addEventListener('online', askAll);
    return () => {
      stream.close();
      window.removeEventListener('offline', askAll);
      window.removeEventListener('online', askAll);
    };
  }, [queries, sideId]);
}

interface StreamHandlers {
  readonly onChange: (topics: ReadonlySet<Topic>) => void;
  /** The stream broke, or did not come about. */
  readonly onGap: () => void;
  /** The stream is open after a gap. */
  readonly onBack: () => void;
}

function openStream(
  sideId: string,
  { onChange, onGap, onBack }: StreamHandlers,
): { readonly close: () => void } {
  let source: EventSource;
  let gathered = new Set<Topic>();
  let telling: ReturnType<typeof setTimeout> | undefined;
  let reopening: ReturnType<typeof setTimeout> | undefined;
  let hadGap = false;
  const tell = (): void => {
    telling = undefined;
    const topics = gathered;
    gathered = new Set();
    onChange(topics);
  };
  const open = (): void => {
    source = new EventSource(`/api/v1/stream?workspace=${encodeURIComponent(sideId)}`);
    source.addEventListener('changed', ({ data }: MessageEvent<string>) => {
      for (const topic of topicsOf(data)) gathered.add(topic);
      telling ??= setTimeout(tell, GATHER_MS);
    });
    source.addEventListener('open', () => {
      if (hadGap) onBack();
      hadGap = false;
    });
    source.addEventListener('error', () => {
      // Also where it never was open: what the page asked for may have come just before.
      if (!hadGap) onGap();
      hadGap = true;
      if (source.readyState === EventSource.CLOSED) reopening = setTimeout(open, REOPEN_MS);
    });
  };
  open();
  return {
    close: () => {
      clearTimeout(telling);
      clearTimeout(reopening);
      source.close();
    },
  };
}

function topicsOf(data: string): readonly Topic[] {
  const { topics } = JSON.parse(data) as { topics?: readonly Topic[] };
  return topics ?? [];
}
