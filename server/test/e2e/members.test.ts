import { afterAll, expect, test } from 'vitest';
import { dataFolder, milepost, startMilepost } from '../support/command.ts';
import { PASSWORD, setUpOwner } from '../support/sign-in.ts';

/**
 * Goal: whoever runs a server can become its owner, and help members in who lost their password. Method:
 * the real `milepost start` and the commands beside it.
 */
const folder = dataFolder();
afterAll(folder.remove);
const where = ['--data-dir', folder.dir];

const linkIn = (text: string): string | undefined => /http\S+#token=[\w-]+/.exec(text)?.[0];

test('the link of the first run is printed until it is used, and a lost password is replaced', async () => {
  const first = await startMilepost([...where, '--port', '0']);
  const link = linkIn(first.banner);
  expect(link).toMatch(/^http:\/\/localhost:\d+\/setup#token=[\w-]{43}$/);
  const port = new URL(link ?? '').port;
  // Where it really listens, whatever port this command would take by itself.
  const shown = await milepost(['setup-link', ...where]);
  expect([shown.status, shown.out.trim()]).toEqual([0, link]);
  await first.end('SIGTERM');

  const again = await startMilepost([...where, '--port', port]);
  try {
    expect(linkIn(again.banner)).toBe(link);
    await setUpOwner(again.url, again.banner);
    const refused = await milepost(['setup-link', ...where]);
    expect(refused.status).not.toBe(0);
    expect(refused.err).toContain('There is an owner already');

    const unknown = await milepost(['members', 'reset-link', 'nobody@example.com', ...where]);
    expect([unknown.status === 0, unknown.err]).toEqual([false, expect.stringContaining('Member')]);
    const args = ['members', 'reset-link', 'ada@example.com', ...where, '--json'];
    const { link: reset } = JSON.parse((await milepost(args)).out) as { link: string };
    expect(reset).toMatch(/^http:\/\/localhost:\d+\/reset-password#token=/);
    const token = new URL(reset).hash.slice('#token='.length);
    const post = (path: string, body: object) =>
      fetch(again.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: again.url },
        body: JSON.stringify(body),
      });
    const password = 'quite another password';
    expect((await post('/api/v1/password/reset', { token, password })).status).toBe(200);
    const email = 'ada@example.com';
    const enter = (secret: string) =>
      post('/api/auth/sign-in/email', { email, password: secret }).then(({ status }) => status);
    expect([await enter(PASSWORD), await enter(password)]).toEqual([401, 200]);

    const made = await milepost(['workspace', 'create', '--name', 'Second', ...where]);
    expect(made.status, made.err).toBe(0);
    const signedIn = await post('/api/auth/sign-in/email', { email, password });
    const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const session = await fetch(`${again.url}/api/v1/session`, { headers: { cookie } });
    const { workspaces } = (await session.json()) as { workspaces: { name: string }[] };
    expect(new Set(workspaces.map(({ name }) => name))).toEqual(new Set(['Demo', 'Second']));
  } finally {
    const { out, err } = await again.end('SIGTERM');
    expect(out + err).not.toContain(PASSWORD);
  }

  const third = await startMilepost([...where, '--port', '0']);
  expect(linkIn(third.banner)).toBeUndefined();
  await third.end('SIGTERM');
});
