import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { dataFolder } from '../support/command.ts';
import { snippetsOf } from '../support/doc-snippets.ts';

/**
 * Goal: docs/quickstart.md is true. Method: every line of its shell blocks is run by a shell, in one
 * session, from `npm start` on; every JSON block is what the block before it answered. Only the port,
 * the data folder and the keys, which the document leaves open, are filled in.
 */
const ROOT = join(import.meta.dirname, '../../..');
const READY_MS = 120_000;
const INSTANT = /\d{4}-\d{2}-\d{2}T[\d:.]+Z/g;
const BETWEEN = '\u001e';
const PRELUDE = `set -euo pipefail
curl() { command curl --silent --show-error --fail-with-body --max-time 30 "$@"; }
`;

const data = dataFolder();
let child: ChildProcess | null = null;
afterAll(async () => {
  if (child?.pid !== undefined && child.exitCode === null) {
    const closed = once(child, 'close');
    process.kill(-child.pid, 'SIGTERM');
    await closed;
  }
  data.remove();
});

/** Runs the command that starts everything, and waits for what it prints. */
async function start(command: string): Promise<string> {
  const env = { ...process.env, MILEPOST_PORT: '0', MILEPOST_DATA_DIR: data.dir };
  const started = spawn('bash', ['-c', command], { cwd: ROOT, env, detached: true });
  child = started;
  let printed = '';
  for (const stream of [started.stdout, started.stderr]) {
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  }
  await expect
    .poll(() => printed, { timeout: READY_MS, interval: 100 })
    .toContain('move the clock.');
  return printed;
}

const printedAt = (banner: string, pattern: RegExp): string => pattern.exec(banner)?.[0] ?? '';
const likeOf = (text: string): unknown => JSON.parse(text.replaceAll(INSTANT, '<instant>'));

test(
  'every line of the quickstart runs, and answers what it says',
  { timeout: READY_MS * 2 },
  async () => {
    const [first, ...rest] = snippetsOf('docs/quickstart.md');
    expect(first?.text).toBe('npm start');
    const banner = await start(first?.text ?? '');
    const filled = (text: string): string =>
      text
        .replaceAll('http://localhost:4400', printedAt(banner, /http:\/\/localhost:\d+/))
        .replaceAll('mp_wk_test_…', printedAt(banner, /mp_wk_test_\w+/))
        .replaceAll('mp_sk_test_…', printedAt(banner, /mp_sk_test_\w+/));
    const shell = rest.filter(({ lang }) => lang === 'sh');
    const script = shell.map(({ text }) => `${filled(text)}\nprintf '${BETWEEN}'\n`).join('');
    const { stdout } = await promisify(execFile)('bash', ['-c', PRELUDE + script], { cwd: ROOT });
    const answers = stdout.split(BETWEEN);
    for (const [index, snippet] of rest.entries()) {
      if (snippet.lang !== 'json') continue;
      const asked = rest.slice(0, index).findLast(({ lang }) => lang === 'sh');
      const answer = answers[shell.findIndex((each) => each === asked)] ?? '';
      expect(likeOf(answer)).toEqual(likeOf(snippet.text));
    }
    const messages = answers.findLast((answer) => answer.includes('"scheduled_for"')) ?? '';
    const { data } = JSON.parse(messages) as { data: { scheduled_for: string; status: string }[] };
    expect(new Set(data.map(({ scheduled_for: at }) => at)).size).toBe(4);
    expect(answers.at(-2)).toContain('"sentence"');
  },
);
