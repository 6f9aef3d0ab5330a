import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { answerCase } from '../../src/schedule/case.ts';
import type * as ZoneClockModule from '../../src/schedule/zone-clock.ts';

/**
 * Goal: all published cases, those in Morocco too. Method: the real planner, with Morocco's clock
 * as the zone data had it when the cases were answered (releases 2025b to 2026b): one hour ahead of
 * UTC but for Ramadan. Release 2026c, which the runtime has, ends that on 2026-09-20.
 */
const ramadans = vi.hoisted(() => [
  ['2025-02-23T02:00:00Z', '2025-04-06T02:00:00Z'],
  ['2026-02-15T02:00:00Z', '2026-03-22T02:00:00Z'],
  ['2027-02-07T02:00:00Z', '2027-03-14T02:00:00Z'],
  ['2028-01-23T02:00:00Z', '2028-03-05T02:00:00Z'],
]);

vi.mock('../../src/schedule/zone-clock.ts', async (importOriginal) => {
  const original = await importOriginal<typeof ZoneClockModule>();
  const changes = ramadans.flat().map((text) => Date.parse(text));
  const morocco = original.createZoneClock((instant) => {
    const passed = changes.filter((change) => change <= instant).length;
    return {
      from: changes[passed - 1] ?? Number.NEGATIVE_INFINITY,
      until: changes[passed] ?? Number.POSITIVE_INFINITY,
      offsetMs: passed % 2 === 0 ? 3_600_000 : 0,
    };
  });
  const zoneClockOf = (zone: string) =>
    zone === 'Africa/Casablanca' ? morocco : original.zoneClockOf(zone);
  return { ...original, zoneClockOf };
});

test('every published case is answered to the millisecond with its own zone data', () => {
  const path = join(import.meta.dirname, 'cases.jsonl');
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  const answers = lines.map((line) => answerCase(line));
  expect(
    answers.map((answer) => ('scheduled_for' in answer ? answer.scheduled_for : answer)),
  ).toEqual(lines.map((line) => (JSON.parse(line) as { scheduled_for: string }).scheduled_for));
});
