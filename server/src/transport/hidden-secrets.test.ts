import { expect, test } from 'vitest';
import { withSecretsHidden } from './hidden-secrets.ts';
import { transportKindOf } from './transport-kinds.ts';
import type { Transport } from './transport.ts';

const saying = (answer: string): Transport => ({
  name: 'smtp',
  concurrency: 1,
  send: async () => ({ kind: 'deferred', answer, phase: 'auth' }),
  verify: async () => ({ ok: false, answer, phase: 'auth' }),
  close: async () => {},
});

test.each([
  ['resend', { api_key: 're_abcdefghijk' }, '401 API key re_abcdefghijk is not valid'],
  ['smtp', { url: 'smtp://ada:p%40ssword9@mail.example' }, '535 no user with p@ssword9'],
  ['smtp', { url: 'smtp://ada:p%40ssword9@mail.example' }, '500 what is AGFkYQBwQHNzd29yZDk='],
  [
    'smtp',
    { url: 'smtp://ada:p%40ssword9@mail.example' },
    '500 smtp://ada:p%40ssword9@mail.example',
  ],
])('a secret that a server repeats is not told on: %s', async (name, values, answer) => {
  const kind = transportKindOf(name)!;
  const transport = withSecretsHidden(saying(answer), kind, values);
  for (const said of [await transport.verify(), await transport.send(null as never)]) {
    expect(said.answer).toContain('[hidden]');
    expect(said.answer).not.toMatch(/abcdefghijk|ssword9|AGFkYQBwQHNzd29yZDk/);
    expect(said).toMatchObject({ phase: 'auth' });
  }
});

test('an honest answer stays as it is', async () => {
  const kind = transportKindOf('smtp')!;
  const transport = withSecretsHidden(saying('535 5.7.8 no'), kind, {
    url: 'smtp://a:b@c.example',
  });
  expect((await transport.verify()).answer).toBe('535 5.7.8 no');
});
