import { expect, test } from 'vitest';
import { BUFFER_BYTES_MAX, createListener } from './listener.ts';

const who = { workspaceId: 'w', owner: 'o', session: null, authorization: null };

test('who does not read is cut off before much is kept for them', async () => {
  const listener = createListener(who, 0);
  const closed = new Promise((resolve) => listener.body.once('close', resolve));
  for (let n = 0; n < 10_000 && !listener.body.destroyed; n += 1) {
    listener.send('changed', { topics: ['messages'] });
    expect(listener.body.readableLength).toBeLessThanOrEqual(BUFFER_BYTES_MAX);
  }
  expect(listener.body.destroyed).toBe(true);
  await closed;
  listener.send('changed', {});
  listener.end('shutdown');
});

test('a comment is sent every fifteen seconds, and events as they are', async () => {
  const listener = createListener(who, 0);
  for (const at of [1_000, 14_000, 15_000, 16_000, 29_000, 30_500]) listener.beat(at);
  listener.send('changed', { topics: ['a\nb'] });
  listener.end('session');
  const said = (await listener.body.toArray()) as Buffer[];
  expect(said.map(String).join('')).toBe(
    'retry: 3000\n\n: \n\n: \n\nevent: changed\ndata: {"topics":["a\\nb"]}\n\n' +
      'event: end\ndata: {"reason":"session"}\n\n',
  );
});
