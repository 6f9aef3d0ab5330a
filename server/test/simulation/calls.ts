import { removeUser } from '../../src/enrollment/remove.ts';
import { replanUser } from '../../src/enrollment/index.ts';
import { resolveDoubt } from '../../src/enrollment/resolve.ts';
import { resumeSeries } from '../../src/enrollment/resume.ts';
import { publishSeries } from '../../src/enrollment/versions/publish.ts';
import { changeSeries, moveSeries } from '../../src/series/change-series.ts';
import { updateContent } from '../../src/series/update-content.ts';
import type { PgliteServer } from '../support/pglite-server.ts';
import type { Action, Change, Plan } from './plan.ts';
import type { ApiProcess } from './process.ts';
import type { Promises } from './promises.ts';
import { bodyOf, seriesIdOf, userOf, WORKSPACE } from './setting.ts';

interface CallsDeps {
  readonly api: ApiProcess;
  readonly server: PgliteServer;
  readonly plan: Plan;
  readonly promises: Promises;
  readonly nowMs: () => number;
}

const CHANGED: Readonly<Record<Change, Readonly<Record<string, unknown>>>> = {
  pro: { plan: 'pro' },
  free: { plan: 'free' },
  'ends soon': { ends_at: '2025-03-28T13:00:00Z' },
  'ends later': { ends_at: '2025-03-31' },
  name: { nick: 'Ada' },
};

/** Makes a call to the API, and keeps what its answer promises. */
export async function answerOf(action: Action, deps: CallsDeps): Promise<unknown> {
  switch (action.kind) {
    case 'enroll':
    case 'remove':
    case 'zone':
    case 'address':
    case 'identify':
    case 'event':
      return ofUser(action, deps);
    case 'pause':
    case 'resume':
    case 'archive':
    case 'activate':
    case 'publish':
    case 'content':
      return ofSeries(action, deps);
    case 'resolve':
      return resolve(action.decision, deps);
    default:
      throw new Error(`nobody can be called for ${action.kind}`);
  }
}

type Of<K extends Action['kind']> = Extract<Action, { kind: K }>;

async function ofUser(
  action: Of<'enroll' | 'remove' | 'zone' | 'address' | 'identify' | 'event'>,
  deps: CallsDeps,
): Promise<unknown> {
  const { api, plan, promises, nowMs } = deps;
  const user = userOf(action.user, plan);
  switch (action.kind) {
    case 'enroll': {
      const seriesId = seriesIdOf(action.series % plan.series.length);
      const properties = action.series === 2 ? { tier: 'gold' } : null;
      const call = { workspace: WORKSPACE, userExternalId: user, seriesId, properties };
      const answer = await api.enroller.enroll(call);
      if (answer.kind === 'enrolled') promises.enrolled.push(answer.enrollmentId);
      return answer;
    }
    case 'remove': {
      const seriesId = seriesIdOf(action.series % plan.series.length);
      const passages = promises.passagesOf(user, seriesId);
      const who = { workspaceId: WORKSPACE.id, userExternalId: user, seriesId };
      const removed = await removeUser(api, who);
      promises.end(passages, 'removed', nowMs());
      return removed;
    }
    case 'zone':
      return identify(action.user, { own: { timezone: action.zone }, traits: {} }, deps);
    case 'address': {
      const email = action.hasAddress ? `${user}@example.com` : null;
      return identify(action.user, { own: { email }, traits: {} }, deps);
    }
    case 'identify':
      return identify(
        action.user,
        { own: { email: `${user}@example.com` }, traits: CHANGED[action.change] },
        deps,
      );
    case 'event':
      return track(action, deps);
  }
}

async function identify(
  userIndex: number,
  patch: {
    own: Readonly<Record<string, string | null>>;
    traits: Readonly<Record<string, unknown>>;
  },
  { api, plan, promises }: CallsDeps,
): Promise<unknown> {
  const externalId = userOf(userIndex, plan);
  const isNew = !promises.knows(externalId);
  const call = { workspaceId: WORKSPACE.id, externalId, patch: { ...patch, context: {} } };
  const changed = await api.identifier.identify(call);
  if (isNew && changed.outcome === 'created') promises.start({ kind: 'created', user: userIndex });
  if (!changed.isTimezoneChanged) return changed.outcome;
  const { id: userId } = changed;
  const bucket = Number.parseInt(userId.slice(-2), 16) % 64;
  return replanUser(api, { bucket, userId });
}

async function track(
  action: Of<'event'>,
  { api, plan, promises, nowMs }: CallsDeps,
): Promise<unknown> {
  const { name, n } = action;
  const user = userOf(action.user, plan);
  const passages = promises.passagesOf(user);
  const event = {
    eventType: name,
    occurredAt: null,
    eventId: null,
    elementSelector: null,
    pageUrl: null,
    metadata: JSON.stringify({ n }),
  };
  const call = { workspaceId: WORKSPACE.id, userId: user, sessionId: null, events: [event] };
  await api.tracker.track(call);
  const left = passages.filter(({ seriesId }) => promises.isLeftBy(seriesId, name));
  promises.end(left, 'left', nowMs());
  if (name === 'start') promises.start({ kind: 'event', user: action.user, n });
  return 'accepted';
}

async function ofSeries(
  action: Of<'pause' | 'resume' | 'archive' | 'activate' | 'publish' | 'content'>,
  { api, plan, promises }: CallsDeps,
): Promise<unknown> {
  const { db, clock } = api;
  const index = action.series % plan.series.length;
  const ref = { workspaceId: WORKSPACE.id, id: seriesIdOf(index) };
  const now = clock.now();
  switch (action.kind) {
    case 'resume': {
      promises.held.delete(ref.id);
      const { late } = action;
      const fields = late === 'as set' ? {} : { late, after: { amount: 1, unit: 'hours' } };
      const resume = () => resumeSeries(api, ref, fields);
      return (await promises.resumesOf(ref.id).during(resume)).status;
    }
    case 'pause':
    case 'archive': {
      const isUnmixed = promises.resumesOf(ref.id).watch();
      const { status } = await moveSeries(db, ref, { transition: action.kind, now });
      if (isUnmixed() && status !== 'active') promises.held.add(ref.id);
      return status;
    }
    case 'activate':
      return (await moveSeries(db, ref, { transition: 'activate', now })).status;
    case 'publish': {
      await changeSeries(db, ref, { body: bodyOf(plan, index, action.draft), now });
      const { inFlight } = action;
      return (await publishSeries(api, ref, { inFlight, now })).version;
    }
    case 'content': {
      const { steps } = bodyOf(plan, index, 0);
      const emails = steps.filter((step) => 'type' in step && step.type === 'email');
      const subject = `Corrected ${action.subject}`;
      const updates = emails.map((step) => [(step as { id: string }).id, { subject }]);
      const body = { steps: Object.fromEntries(updates) };
      return (await updateContent(db, ref, { body, now })).revision;
    }
  }
}

async function resolve(
  decision: 'resend' | 'mark_sent',
  { api, server, promises }: CallsDeps,
): Promise<unknown> {
  const [doubt] = server.query(
    "select id from messages where state = 'in_doubt' order by id limit 1",
  );
  const id = doubt?.id ?? null;
  if (id === null) return null;
  const { orders } = promises;
  if (decision === 'resend') orders.set(id, (orders.get(id) ?? 0) + 1);
  const { state } = await resolveDoubt(api, { workspaceId: WORKSPACE.id, id, decision });
  return state;
}
