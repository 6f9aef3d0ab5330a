import { useState } from 'react';
import { useAsk } from '../../api/ask.ts';
import { useSide } from '../../api/side.ts';

interface Today {
  /** `YYYY-MM-DD`; null until known. A page that stays open over midnight keeps its day. */
  readonly today: string | null;
  /** Why it is not known. */
  readonly error: Error | null;
}

/** The day that it is on the side, in its own zone: of a test side, by its clock. */
export function useToday(): Today {
  const { side } = useSide();
  const [opened] = useState(() => new Date().toISOString());
  const settings = useAsk('GET /settings', {});
  const clock = useAsk('GET /test_clock', {}, { enabled: side.side === 'test' });
  const zone = settings.data?.timezone;
  const now = side.side === 'test' ? clock.data?.now : opened;
  if (zone === undefined || now === undefined) {
    return { today: null, error: settings.error ?? clock.error };
  }
  // The Swedish way of writing a date is the ISO one.
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(new Date(now));
  return { today, error: null };
}
