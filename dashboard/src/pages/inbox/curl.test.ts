import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { curlsOf } from './curl.ts';

const INPUT = {
  origin: 'http://localhost:4400',
  widgetKey: 'mp_wk_test_x',
  userId: 'ada',
  traits: { email: 'ada@example.com', name: `Ada "the" O'Brien $HOME \\ \`id\`` },
  seriesId: '7b0c',
};

/** What a shell hands to a command, one argument a line. */
function argumentsOf(command: string): string[] {
  const printing = command.replace(/^curl /, `printf '%s\\n' `);
  return execFileSync('/bin/sh', ['-c', printing], { encoding: 'utf8' }).trimEnd().split('\n');
}

test('the commands identify first, then enroll', () => {
  const [identify = '', enroll = ''] = curlsOf(INPUT).split('\n\n');
  expect(argumentsOf(identify)[0]).toBe('http://localhost:4400/api/sdk/users/identify');
  expect(argumentsOf(enroll)).toEqual([
    'http://localhost:4400/api/sdk/series',
    '-H',
    'Authorization: Bearer mp_wk_test_x',
    '-H',
    'Content-Type: application/json',
    '-d',
    '{"action":"enroll","user_id":"ada","series_id":"7b0c"}',
  ]);
});

test('a shell hands the body over byte for byte, whatever the name contains', () => {
  const [identify = ''] = curlsOf(INPUT).split('\n\n');
  const body = argumentsOf(identify).at(-1) ?? '';
  expect(JSON.parse(body)).toEqual({ user_id: 'ada', traits: INPUT.traits });
});
