import { expect, test } from 'vitest';
import { signedHeaders } from './signature.ts';

// The vector of the reference libraries (standard-webhooks, libraries/javascript/src/webhook.test.ts).
const VECTOR = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: new Date(1_614_265_330_000),
  body: '{"test": 2432232314}',
};
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

test('the published vector of Standard Webhooks gives the published signature', () => {
  expect(signedHeaders({ ...VECTOR, secrets: [SECRET] })).toEqual({
    'webhook-id': VECTOR.id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': SIGNATURE,
  });
});

test('two secrets give two signatures with a blank between', () => {
  const other = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
  const one = signedHeaders({ ...VECTOR, secrets: [other] })['webhook-signature'];
  const both = signedHeaders({ ...VECTOR, secrets: [other, SECRET] })['webhook-signature'];
  expect(both).toBe(`${one} ${SIGNATURE}`);
});

test('the seconds of the timestamp are whole', () => {
  const timestamp = new Date(VECTOR.timestamp.getTime() + 999);
  expect(signedHeaders({ ...VECTOR, timestamp, secrets: [SECRET] })['webhook-signature']).toBe(
    SIGNATURE,
  );
});

test.each([[[]], [['']], [['whsec_']], [[SECRET.slice(6)]], [['whsec_c2hvcnQ=']]])(
  'nothing is signed with %j',
  (secrets) => {
    expect(() => signedHeaders({ ...VECTOR, secrets })).toThrow(/secret/);
  },
);
