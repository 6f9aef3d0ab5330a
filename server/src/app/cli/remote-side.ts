import { readFileSync } from 'node:fs';
import { SetupError } from '../../platform/setup-error.ts';
import type { World } from './context.ts';

const URL_DEFAULT = 'http://127.0.0.1:4400';

/** One side of a running server, by the secret key that lets us in. */
export interface RemoteSide {
  /** Without a slash at its end. */
  readonly url: string;
  readonly key: string;
}

/**
 * The side that the environment names: `MILEPOST_URL`, and `MILEPOST_SECRET_KEY` or `…_FILE`.
 *
 * @param url of the command line, which goes before the environment
 * @throws SetupError that says what is missing
 */
export function remoteSideOf({ env }: World, { url: told }: { url?: string } = {}): RemoteSide {
  const url = (told ?? (env['MILEPOST_URL'] || URL_DEFAULT)).replace(/\/+$/, '');
  if (!isAddress(url)) {
    const name = told === undefined ? 'MILEPOST_URL' : '--url';
    throw new SetupError(`${name} must be the address of a server: https://mail.example.com`);
  }
  return { url, key: env['MILEPOST_SECRET_KEY'] || keyInFile(env['MILEPOST_SECRET_KEY_FILE']) };
}

/** No password in it: refusals repeat the address, and some are read by an assistant. */
function isAddress(url: string): boolean {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username === '' && password === '';
}

function keyInFile(file = ''): string {
  const key = file === '' ? '' : textOf(file);
  if (key !== '') return key;
  throw new SetupError(
    'MILEPOST_SECRET_KEY, or MILEPOST_SECRET_KEY_FILE, must name a secret key (mp_sk_…)',
  );
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new SetupError(`MILEPOST_SECRET_KEY_FILE cannot be read: ${file}`, { cause });
  }
}
