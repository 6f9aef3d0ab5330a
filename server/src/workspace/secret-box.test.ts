import { createDecipheriv, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSecretBox } from './secret-box.ts';

const KEY = randomBytes(32);
const box = createSecretBox(KEY);

test('property: what was sealed for a row opens for that row', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.uuid(), (text, rowId) => {
      expect(box.open(box.seal(text, rowId), rowId)).toBe(text);
    }),
  );
});

test('a sealed secret does not open for another row, with another key, or with any byte changed', () => {
  const sealed = box.seal('mp_is_live_x', 'row-1');
  expect(() => box.open(sealed, 'row-2')).toThrow('MILEPOST_ENCRYPTION_KEY');
  expect(() => createSecretBox(randomBytes(32)).open(sealed, 'row-1')).toThrow('does not open');
  for (let i = 0; i < sealed.length; i += 1) {
    const changed = Buffer.from(sealed);
    changed[i] = (changed[i] ?? 0) ^ 1;
    expect(() => box.open(changed, 'row-1')).toThrow('does not open');
    expect(() => box.open(sealed.subarray(0, i), 'row-1')).toThrow('does not open');
  }
});

test('the same text is sealed differently each time, and does not show', () => {
  const seals = Array.from({ length: 100 }, () =>
    box.seal('mp_is_live_x', 'row').toString('latin1'),
  );
  expect(new Set(seals).size).toBe(100);
  expect(seals.some((sealed) => sealed.includes('mp_is'))).toBe(false);
});

test('a sealed secret is AES-256-GCM behind a version byte', () => {
  const sealed = box.seal('secret', 'row');
  expect(sealed[0]).toBe(1);
  const plain = createDecipheriv('aes-256-gcm', KEY, sealed.subarray(1, 13))
    .setAAD(Buffer.from('milepost.1.row'))
    .setAuthTag(sealed.subarray(13, 29))
    .update(sealed.subarray(29));
  expect(plain.toString()).toBe('secret');
});

test('an error does not tell what was in the box', () => {
  try {
    box.open(box.seal('mp_is_live_x', 'row-1'), 'row-2');
    expect.unreachable();
  } catch (error) {
    expect(String((error as Error).stack)).not.toContain('mp_is_live_x');
  }
});

test('a key of another length than 32 bytes is refused', () => {
  expect(() => createSecretBox(randomBytes(16))).toThrow('must be 32 bytes, not 16');
});
