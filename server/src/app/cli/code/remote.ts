import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Static } from 'typebox';
import { SetupError } from '../../../platform/setup-error.ts';
import type { CodeSeriesPage, AppliedView, PlanView } from '../../../enrollment/index.ts';
import type { World } from '../context.ts';

export type PlanAnswer = Static<typeof PlanView>;
export type AppliedAnswer = Static<typeof AppliedView>;
type CodePage = Static<typeof CodeSeriesPage>;
/** A series of the side, as a file would have it. */
export type RemoteSeries = CodePage['data'][number];

export interface RemoteOptions {
  readonly url?: string;
}

/** The server refused a call. */
export class Refusal extends SetupError {
  readonly code: string;
  readonly faults: readonly { readonly path: string; readonly message: string }[];

  constructor(code: string, message: string, faults: Refusal['faults']) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
    this.faults = faults;
  }
}

/** One side of a running server, as its secret key lets us in. */
export interface Remote {
  readonly url: string;
  /** All series of the side, archived ones too. */
  readonly series: () => Promise<{ workspaceId: string; side: string; series: RemoteSeries[] }>;
  readonly plan: (body: object) => Promise<PlanAnswer>;
  readonly apply: (body: object) => Promise<AppliedAnswer>;
  /** How many users a filter selects; null selects everybody. */
  readonly count: (filter: unknown) => Promise<number>;
}

const URL_DEFAULT = 'http://127.0.0.1:4400';
/** Where the server says that it is asked too often. */
const TRIES_MAX = 10;
/** A plan looks at everybody in flight. */
const ANSWER_MAX_MS = 120_000;

/**
 * The side that the environment names: `MILEPOST_URL`, `MILEPOST_SECRET_KEY` or `…_FILE`.
 *
 * @throws SetupError that says what is missing
 */
export function remoteOf({ env }: World, options: RemoteOptions): Remote {
  const url = (options.url ?? (env['MILEPOST_URL'] || URL_DEFAULT)).replace(/\/+$/, '');
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new SetupError(
      '--url, or MILEPOST_URL, must be the address of a server: https://mail.example.com',
    );
  }
  const key = keyOf(env);
  const ask = <Answer>(method: string, path: string, body?: object): Promise<Answer> =>
    call<Answer>({ url, key }, { method, path, body });
  return {
    url,
    series: async () => {
      const series: RemoteSeries[] = [];
      for (let cursor = ''; ;) {
        const page = await ask<CodePage>('GET', `/series/code?limit=20&cursor=${cursor}`);
        series.push(...page.data);
        const { workspace, next_cursor: next } = page;
        if (next === null) return { workspaceId: workspace.id, side: workspace.side, series };
        cursor = encodeURIComponent(next);
      }
    },
    plan: (body) => ask('POST', '/series/code/plan', body),
    apply: (body) => ask('POST', '/series/code/apply', body),
    count: async (filter) => {
      const body = filter === null ? {} : { filter };
      return (await ask<{ count: number }>('POST', '/users/count', body)).count;
    },
  };
}

function keyOf(env: World['env']): string {
  const file = env['MILEPOST_SECRET_KEY_FILE'];
  const key = env['MILEPOST_SECRET_KEY'] || (file ? readFileSync(file, 'utf8').trim() : '');
  if (key !== '') return key;
  throw new SetupError(
    'MILEPOST_SECRET_KEY, or MILEPOST_SECRET_KEY_FILE, must name a secret key (mp_sk_…)',
  );
}

async function call<Answer>(
  remote: { url: string; key: string },
  asked: { method: string; path: string; body: object | undefined },
  tries = TRIES_MAX,
): Promise<Answer> {
  const response = await send(remote, asked);
  if (response.status === 429 && tries > 1) {
    await sleep(Number(response.headers.get('retry-after') ?? 1) * 1_000);
    return call(remote, asked, tries - 1);
  }
  const answer = (await response.json().catch(() => null)) as (Answer & Refused) | null;
  if (response.ok && answer !== null) return answer;
  const { code = '', error = `The server answered ${response.status}`, details } = answer ?? {};
  throw new Refusal(code, error, Array.isArray(details) ? details : []);
}

async function send(
  { url, key }: { url: string; key: string },
  { method, path, body }: { method: string; path: string; body: object | undefined },
): Promise<Response> {
  return fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(ANSWER_MAX_MS),
  }).catch((cause: unknown) => {
    throw new SetupError(`There is no answer from ${url}: is a server running there?`, { cause });
  });
}

interface Refused {
  readonly code?: string;
  readonly error?: string;
  readonly details?: Refusal['faults'];
}
