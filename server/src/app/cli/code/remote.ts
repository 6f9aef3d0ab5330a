import { setTimeout as sleep } from 'node:timers/promises';
import type { Static } from 'typebox';
import { SetupError } from '../../../platform/setup-error.ts';
import type { CodeSeriesPage, AppliedView, PlanView } from '../../../enrollment/index.ts';
import type { World } from '../context.ts';
import { remoteSideOf, type RemoteSide } from '../remote-side.ts';

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
  /** Lets a series be managed by code no more. */
  readonly unmanage: (slug: string) => Promise<{ id: string; slug: string }>;
  /** How many users a filter selects; null selects everybody. */
  readonly count: (filter: unknown) => Promise<number>;
}

/** Where the server says that it is asked too often. */
const TRIES_MAX = 10;
/** A plan looks at everybody in flight. */
const ANSWER_MAX_MS = 120_000;

/**
 * The side that command line and environment name, as `remoteSideOf` says.
 *
 * @throws SetupError that says what is missing
 */
export function remoteOf(world: World, options: RemoteOptions): Remote {
  const side = remoteSideOf(world, options);
  const ask = <Answer>(method: string, path: string, body?: object): Promise<Answer> =>
    call<Answer>(side, { method, path, body });
  return {
    url: side.url,
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
    unmanage: (slug) => ask('DELETE', `/series/code/${encodeURIComponent(slug)}`),
    count: async (filter) => {
      const body = filter === null ? {} : { filter };
      return (await ask<{ count: number }>('POST', '/users/count', body)).count;
    },
  };
}

async function call<Answer>(
  remote: RemoteSide,
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
  { url, key }: RemoteSide,
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
