import { useEffect, useState } from 'react';
import { minuteOf, viewerZone } from '../../../app/time.ts';

const MINUTE_MS = 60_000;

/** The zone of a person, and what their clock says. */
export function LocalTime({ zone }: { readonly zone: string | null }) {
  const [now, setNow] = useState(() => new Date().toISOString());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date().toISOString()), MINUTE_MS);
    return () => clearInterval(timer);
  }, []);
  if (zone === null) return 'no time zone known';
  return (
    <>
      {zone}, <span data-tabular="">{minuteOf(`${now.slice(0, 17)}00.000Z`, zone)}</span> there
      {zone === viewerZone && ' and here'}
    </>
  );
}
