import { useState } from 'react';
import { useAsk } from '../../api/ask.ts';
import { useSide } from '../../api/side.ts';

/** The day that it is on the side, in its own zone: of a test side, by its clock. Null until known; a page that stays open over midnight keeps its day. */
export function useToday(): string | null {
  const { side } = useSide();
  const [opened] = useState(() => new Date().toISOString());
  const settings = useAsk('GET /settings', {});
  const clock = useAsk('GET /test_clock', {}, { enabled: side.side === 'test' });
  const zone = settings.data?.timezone;
  const now = side.side === 'test' ? clock.data?.now : opened;
  if (zone === undefined || now === undefined) return null;
  // The Swedish way of writing a date is the ISO one.
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(new Date(now));
}
