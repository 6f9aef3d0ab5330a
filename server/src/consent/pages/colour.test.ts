import fc from 'fast-check';
import { expect, test } from 'vitest';
import { accentOn, contrast, type Hex } from './colour.ts';

const hex = fc
  .integer({ min: 0, max: 0xff_ff_ff })
  .map((value): Hex => `#${value.toString(16).padStart(6, '0')}`);
const grounds: readonly Hex[] = ['#ffffff', '#fbfaf8', '#131417', '#1a1b1f'];

test('whatever the brand, its accent can be read on the page and read from', () => {
  fc.assert(
    fc.property(hex, fc.constantFrom(...grounds), (brand, ground) => {
      const { colour, surface, ink } = accentOn(ground, brand, '#2f5d50');
      expect(contrast(colour, ground)).toBeGreaterThanOrEqual(4.5);
      expect(surface).toBe(brand);
      expect(contrast(ink, surface)).toBeGreaterThanOrEqual(4.5);
    }),
    { numRuns: 500 },
  );
});

test('a brand that can be read as it is stays as it is', () => {
  expect(accentOn('#ffffff', '#0B5FFF', '#2f5d50').colour).toBe('#0b5fff');
  expect(accentOn('#ffffff', '#04c', '#2f5d50').colour).toBe('#0044cc');
});

test.each([null, '', 'red', '#12345', 'url(https://example.com)', '#fff;}body{display:none'])(
  'what is no colour is as good as none: %j',
  (brand) => {
    expect(accentOn('#ffffff', brand, '#2f5d50').colour).toBe('#2f5d50');
  },
);

test('contrast is that of the standard', () => {
  expect(contrast('#000000', '#ffffff')).toBe(21);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});
