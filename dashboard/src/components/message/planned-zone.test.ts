import { expect, test } from 'vitest';
import { plannedZone } from './planned-zone.ts';

const zoneReason = (outcome: string) => [{ rule: 'zone', input: 'user timezone', outcome }];

test('the zone that the planner names is the one the time is told in', () => {
  expect(plannedZone(zoneReason('Asia/Kolkata'), 'Europe/Berlin')).toBe('Asia/Kolkata');
  expect(plannedZone(zoneReason('the series zone, US/Pacific, is used'), null)).toBe('US/Pacific');
  expect(plannedZone(zoneReason('UTC'), 'Europe/Berlin')).toBe('UTC');
});

test('a zone that was set aside is not taken for the one that was used', () => {
  const reasons = [...zoneReason('Etc/Nowhere is not a zone'), ...zoneReason('Europe/Madrid')];
  expect(plannedZone(reasons, 'Etc/Nowhere')).toBe('Europe/Madrid');
});

test('without such a reason the zone of the person is used, when it is one', () => {
  expect(plannedZone([], 'Europe/Berlin')).toBe('Europe/Berlin');
  expect(plannedZone([], 'IST+5')).toBe('UTC');
  expect(plannedZone([], null)).toBe('UTC');
});
