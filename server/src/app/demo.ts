import type { Identifier } from '../audience/index.ts';
import type { Pool } from '../platform/db.ts';
import { createSeries, moveSeries } from '../series/index.ts';
import {
  createWorkspace,
  listWorkspaces,
  type NewWorkspace,
  type SecretBox,
} from '../workspace/index.ts';
import { readFact, writeFact } from './sql.ts';
import { DEMO_SERIES, demoUsers } from './demo-data.ts';

/** What the first start makes, for looking at. */
export interface Demo {
  /** Null when it was made at an earlier start: secret keys are shown once. */
  readonly made: NewWorkspace | null;
  readonly workspaceId: string;
  readonly widgetKey: string;
  readonly seriesId: string;
}

interface DemoDeps {
  readonly db: Pool;
  readonly box: SecretBox;
  readonly identifier: Identifier;
  readonly now: Date;
}

const FACT = 'demo';

/** What is remembered of it. */
interface Known {
  readonly workspaceId: string;
  readonly seriesId: string;
}

/**
 * Makes the demo on the first start of an empty installation: a workspace whose test side has an
 * active welcome series and 25 users in 12 zones. Later starts only find it.
 *
 * @returns null where there are workspaces but no demo: somebody's own installation
 */
export async function ensureDemo(deps: DemoDeps): Promise<Demo | null> {
  const { db, box } = deps;
  const known = await readFact<Known>(db, FACT);
  if (known !== null) {
    const side = (await listWorkspaces({ db, box })).find(({ id }) => id === known.workspaceId);
    if (side === undefined || side.widgetKey === null) return null;
    return { ...known, widgetKey: side.widgetKey, made: null };
  }
  const others = await listWorkspaces({ db, box }, { limit: 1 });
  return others.length > 0 ? null : makeDemo(deps);
}

async function makeDemo({ db, box, identifier, now }: DemoDeps): Promise<Demo> {
  const made = await createWorkspace({ pool: db, box }, { name: 'Demo', now });
  const workspaceId = made.test.id;
  const draft = await createSeries(db, { workspaceId, body: DEMO_SERIES, now });
  const ref = { workspaceId, id: draft.id };
  await moveSeries(db, ref, { transition: 'activate', now });
  await Promise.all(
    demoUsers(now).map(({ externalId, patch }) =>
      identifier.identify({ workspaceId, externalId, patch }),
    ),
  );
  const fact = { workspaceId, seriesId: draft.id };
  await writeFact(db, { name: FACT, value: fact, now });
  return { ...fact, made, widgetKey: made.test.widgetKey };
}
