import { traitPatchOf, type UserPatch } from '../../src/audience/index.ts';
import type { Services } from '../../src/app/services.ts';
import { advanceClock } from '../../src/enrollment/advance-clock.ts';
import { DomainError } from '../../src/platform/errors.ts';
import { createSeries, moveSeries } from '../../src/series/index.ts';
import { changeSettings, createWorkspace } from '../../src/workspace/index.ts';
import type { RandomHappening, RandomWorld } from './random-series.ts';

/** A test side on which a random world has happened. */
export interface LivedWorld {
  readonly workspaceId: string;
  readonly seriesId: string;
}

/** Makes a test side with the world's series, at the world's beginning. */
export async function createLived(
  { db, box, authenticator }: Services,
  { series, cap, start }: RandomWorld,
): Promise<LivedWorld> {
  const { test } = await createWorkspace({ pool: db, box }, { name: series.name, now: start });
  const workspaceId = test.id;
  if (cap !== null) {
    const deps = { pool: db, forget: authenticator.forget, isMailbox: () => true };
    const body = { limits: { emails: cap } };
    await changeSettings(deps, { workspaceId, body, now: start });
  }
  const { id } = await createSeries(db, { workspaceId, body: series, now: start });
  await moveSeries(db, { workspaceId, id }, { transition: 'activate', now: start });
  return { workspaceId, seriesId: id };
}

/** Moves the clock through the whole world, and lets everything in it happen at its time. */
export async function live(
  services: Services,
  { workspaceId, seriesId }: LivedWorld,
  { happenings, stops, end }: RandomWorld,
): Promise<void> {
  const moveTo = (to: Date) => advanceClock(services.testEngine, { workspaceId, advance: { to } });
  const left = [...stops];
  for (const happening of happenings) {
    while (left[0] !== undefined && left[0] <= happening.at) {
      await moveTo(left[0]);
      left.shift();
    }
    await moveTo(happening.at);
    await happen(services, { workspaceId, seriesId }, happening);
    // Otherwise it is heard when the clock is moved on: that must come to the same.
    if (happening.isHeardAtOnce) await moveTo(happening.at);
  }
  for (const stop of left) await moveTo(stop);
  await moveTo(end);
}

export async function happen(
  services: Services,
  { workspaceId, seriesId }: LivedWorld,
  happening: RandomHappening,
): Promise<void> {
  const { userId } = happening;
  switch (happening.kind) {
    case 'identify': {
      const patch = patchOf(happening.traits);
      const who = { workspaceId, externalId: userId, patch };
      const { id, isTimezoneChanged } = await services.identifier.identify(who);
      if (!isTimezoneChanged) return;
      await services.replanUser({ bucket: Number.parseInt(id.slice(-2), 16) % 64, userId: id });
      return;
    }
    case 'event': {
      const { eventType, metadata } = happening;
      const nothing = { occurredAt: null, eventId: null, elementSelector: null, pageUrl: null };
      const event = { ...nothing, eventType, metadata: JSON.stringify(metadata) };
      await services.tracker.track({ workspaceId, userId, sessionId: null, events: [event] });
      return;
    }
    case 'enroll': {
      const workspace = { id: workspaceId, side: 'test', timezone: 'UTC' } as const;
      const { properties } = happening;
      const call = { workspace, userExternalId: userId, seriesId, properties };
      await services.enroller.enroll(call).catch((error: unknown) => {
        if (!(error instanceof DomainError)) throw error;
      });
    }
  }
}

/** Traits of a world as a patch; the worlds hold none that are refused. */
export function patchOf(traits: Readonly<Record<string, unknown>>): UserPatch {
  const read = traitPatchOf(traits);
  if ('fault' in read) throw new Error(`${read.fault}: ${JSON.stringify(traits)}`);
  return read.patch;
}
