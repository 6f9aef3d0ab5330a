import { expect, test } from 'vitest';
import { smtpKind } from './smtp-kind.ts';
import { SMTP_CONNECTIONS_DEFAULT } from './smtp.ts';

const url = 'smtp://mail.example:587';
const options = { now: () => new Date(0) };

test('a transport has as many connections as it says, else as many as the server gives each', () => {
  const concurrencyOf = (values: object, connections?: number): number =>
    smtpKind.create({ url, ...values }, { ...options, ...(connections ? { connections } : {}) })
      .concurrency;
  expect(concurrencyOf({ connections: '3' }, 10)).toBe(3);
  expect(concurrencyOf({}, 7)).toBe(7);
  expect(concurrencyOf({})).toBe(SMTP_CONNECTIONS_DEFAULT);
});
