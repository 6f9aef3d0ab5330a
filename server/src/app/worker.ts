import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { tidyEvents } from '../audience/index.ts';
import { broadcastTick, moveBroadcast } from '../broadcast/index.ts';
import { tidyConfirmations } from '../assistant/index.ts';
import { createImportDuty, IMPORTS_IDLE_MS, tidyImports } from '../data/index.ts';
import {
  createDeliverer,
  createDomainChecker,
  createWebhookCaller,
  forgetThrottles,
  forgetWorkers,
  type Outlets,
} from '../delivery/index.ts';
import type { Deliverer } from '../delivery/index.ts';
import {
  completeManual,
  createEngine,
  createWatch,
  dropEnded,
  moveCalled,
  moveSettled,
  replanOldZones,
  SILENCE_MS,
  type Engine,
  tidyTransactional,
} from '../enrollment/index.ts';
import type { StepContext } from '../enrollment/index.ts';
import { causedBy, type Cause } from '../platform/cause.ts';
import { endHeldUpSessions } from '../platform/held-up-sessions.ts';
import { DomainError } from '../platform/errors.ts';
import { uuidv7 } from '../platform/ids.ts';
import { runLoop, type Loop } from '../platform/loop.ts';
import { random } from '../platform/random.ts';
import { watchStillness } from '../platform/stillness.ts';
import { version } from '../platform/version.ts';
import { tzVersion } from '../schedule/zone.ts';
import { decideVariants, moveSeries, VARIANTS_IDLE_MS } from '../series/index.ts';
import {
  createTrackingDuty,
  foldReports,
  recordRefused,
  REPORTS_IDLE_MS,
  TRACKING_IDLE_MS,
} from '../tracking/index.ts';
import { callWebhook, type PrivateHosts, type WebhookCall } from '../transport/index.ts';
import {
  createEventStream,
  createWebhookSender,
  sendDisabledAlerts,
  tidyWebhooks,
  type LineWriter,
} from '../webhook/index.ts';
import { deleteExpired, forgetOldIdempotency, tidyAudit } from '../workspace/index.ts';
import { mailOfDisabled } from './disabled-mail.ts';
import { importWorkOf, type Services } from './services.ts';

/** A worker that runs. */
export interface Worker {
  readonly id: string;
  /** Resolves when everything has ended after `stopping` fired. */
  readonly done: Promise<void>;
}

/** How soon a dead worker is noticed. The silence must outlast several beats. Milliseconds. */
export interface Pace {
  readonly beatMs: number;
  readonly reapMs: number;
  readonly silenceMs: number;
}

interface WorkerOptions {
  readonly outlets: Outlets;
  readonly stopping: AbortSignal;
  readonly pace?: Pace;
  /** Where events of all sides are written as lines; null: nowhere. */
  readonly eventLines?: LineWriter | null;
}

const PACE: Pace = { beatMs: 3_000, reapMs: 5_000, silenceMs: SILENCE_MS };
const POLL_MS = 500;
/** What happens on another process is heard within this time. */
const LOOK_MS = 1_000;
/** Rung for what there is; looked at all the same, for what comes while a piece is being worked. */
const BACKGROUND_MS = 30_000;
const COMPLETE_MS = 10_000;
/** A session that the database waits for so long in a transaction belongs to nobody who works. */
const HELD_UP_MS = 12_000;
/** With the time before, whoever waits for the locks of a process that stands still goes on within 25 s. */
const HELD_UP_LOOK_MS = 12_000;
const WATCH_MS = 60_000;
/** Asks the database once a minute, or when an inbox has changed. */
const INBOXES_MS = 5_000;
const DOMAINS_MS = 60_000;
const TIDY_MS = 2_000;
const FORGET_MS = 600_000;
/** Hears of events of other processes; of none, where nobody asks for any. */
const EVENTS_MS = 1_000;
/** Once is enough while we run; again, because an older process may plan beside us. */
const ZONES_MS = 3_600_000;

/**
 * Runs every loop of a worker until `stopping` fires, lets what is being handed over finish, gives
 * the rest back, and tells the others that it is gone.
 */
export async function startWorker(
  services: Services,
  { outlets, stopping, pace = PACE, eventLines = null }: WorkerOptions,
): Promise<Worker> {
  const { db, clock, log } = services;
  const id = uuidv7(clock.now());
  const worker = { id, host: hostname(), pid: process.pid, version, tzVersion: tzVersion() };
  const stillness = watchStillness(() => clock.monotonicMs());
  const deliverer: Deliverer<StepContext> = createDeliverer<StepContext>({
    db,
    clock,
    log,
    outlets,
    random,
    sleep,
    workerId: id,
    wasStill: stillness.wasStill,
    senderOf: services.senderOf,
    consentKey: services.consentKey,
    kit: services.kit,
    keyring: services.keyring,
    onSettled: moveSettled,
    onRefused: dropEnded,
    onRefusedAddresses: (tx, refused) =>
      recordRefused({ db, consent: services.consent }, tx, refused, { now: clock.now() }),
    onRoom: () => services.wake.now(),
  });
  const background = { now: () => {} };
  const { secretsOf, privateHosts } = services.webhooks;
  const caller = createWebhookCaller<StepContext>({
    db,
    clock,
    log,
    random,
    sleep,
    wasStill: stillness.wasStill,
    secretsOf,
    onCalled: moveCalled,
    call: (call, signal) => callWebhook(call, { signal, privateHosts }),
  });
  const engine = createEngine({
    ...services,
    worker,
    deliverer,
    caller,
    onEntered: () => services.wake.now(),
    onBackground: () => background.now(),
    captures: outlets.captures,
    monotonicMs: () => clock.monotonicMs(),
    silenceMs: pace.silenceMs,
  });
  await engine.beat();
  const done = Promise.all([
    run(services, { engine, background, outlets, stopping, pace }),
    tellEvents(services, { stopping, eventLines }),
  ]).finally(stillness.stop);
  return { id, done: done.then(() => {}) };
}

async function run(
  services: Services,
  {
    engine,
    background,
    outlets,
    stopping,
    pace,
  }: {
    engine: Engine;
    background: { now: () => void };
    outlets: Outlets;
    stopping: AbortSignal;
    pace: Pace;
  },
): Promise<void> {
  const { log, wake } = services;
  const hurried = bellsFor((ring) => (wake.now = ring));
  const unhurried = bellsFor((ring) => (background.now = ring));
  // Woken when somebody nearby knows of work; the others have times of their own.
  const woken: readonly Loop[] = [
    { name: 'advance', idleMs: POLL_MS, tick: engine.advanceLive },
    { name: 'look', idleMs: LOOK_MS, tick: engine.look },
    { name: 'tidy', idleMs: TIDY_MS, tick: engine.tidy },
    { name: 'imports', idleMs: IMPORTS_IDLE_MS, tick: createImportDuty(importWorkOf(services)) },
  ];
  const broadcasts = {
    name: 'broadcasts',
    idleMs: BACKGROUND_MS,
    tick: () => broadcastTick(services.broadcasts),
  };
  const inBackground = { name: 'background', idleMs: BACKGROUND_MS, tick: engine.background };
  await Promise.all([
    ...woken.map((loop) => runLoop(loop, { stopping, log, bells: hurried })),
    runLoop(inBackground, { stopping, log, bells: unhurried }),
    runLoop(broadcasts, { stopping, log, bells: unhurried }),
    ...upkeep(services, { engine, outlets, stopping, pace }).map((loop) =>
      runLoop(loop, { stopping, log }),
    ),
  ]);
  wake.now = () => {};
  await engine.stop();
  await outlets.close();
}

/** Hands events over to endpoints, and writes them as lines. */
async function tellEvents(
  { db, box, clock, log, webhooks }: Services,
  { stopping, eventLines }: { stopping: AbortSignal; eventLines: LineWriter | null },
): Promise<void> {
  const room = { now: () => {} };
  const bells = bellsFor((ring) => (room.now = ring));
  const { privateHosts, look } = webhooks;
  const sender = createWebhookSender({
    db,
    box,
    clock,
    log,
    random,
    call: (call, signal) => callWebhook(call, { signal, privateHosts }),
    onRoom: () => room.now(),
  });
  look.now = sender.look;
  const loops = [
    runLoop({ name: 'webhooks', idleMs: EVENTS_MS, tick: sender.tick }, { stopping, log, bells }),
  ];
  if (eventLines !== null) {
    const monotonicMs = (): number => clock.monotonicMs();
    const tick = createEventStream({ db, monotonicMs, writer: eventLines });
    loops.push(runLoop({ name: 'event stream', idleMs: EVENTS_MS, tick }, { stopping, log }));
  }
  await Promise.all(loops);
  look.now = () => {};
  await sender.stop();
}

/** Bells for loops to hang up, and one cord for all of them. */
function bellsFor(give: (ring: () => void) => void): Set<() => void> {
  const bells = new Set<() => void>();
  give(() => {
    for (const ring of bells) ring();
  });
  return bells;
}

/** What has to be done now and then, whatever there is to send. */
function upkeep(
  services: Services,
  {
    engine,
    outlets,
    stopping,
    pace,
  }: { engine: Engine; outlets: Outlets; stopping: AbortSignal; pace: Pace },
): Loop[] {
  const { db, catalog, clock, log } = services;
  return [
    { name: 'reap', idleMs: pace.reapMs, tick: engine.reap },
    {
      name: 'time zones',
      idleMs: ZONES_MS,
      tick: async () => {
        const count = await replanOldZones({ db, catalog }, stopping);
        if (count > 0) log.info({ count }, 'planned anew with newer time-zone data');
        return 0;
      },
    },
    { name: 'held up', idleMs: HELD_UP_LOOK_MS, tick: () => endHeldUp(services) },
    { name: 'complete', idleMs: COMPLETE_MS, tick: () => completeManual({ db, catalog }) },
    {
      name: 'watch',
      idleMs: WATCH_MS,
      tick: createWatch(db, { onTrouble: (trouble) => log.warn({ trouble }, 'trouble found') }),
    },
    { name: 'tracking', idleMs: TRACKING_IDLE_MS, tick: trackingDutyOf(services) },
    { name: 'alerts', idleMs: TRACKING_IDLE_MS, tick: () => tellOfDisabled(services, outlets) },
    { name: 'reports', idleMs: REPORTS_IDLE_MS, tick: () => foldReports({ db }) },
    { name: 'variants', idleMs: VARIANTS_IDLE_MS, tick: () => decideVariants({ db }) },
    { name: 'sender domains', idleMs: DOMAINS_MS, tick: domainCheckerOf(services) },
    { name: 'inboxes', idleMs: INBOXES_MS, tick: services.inbound.reader.tick },
    { name: 'beat', idleMs: pace.beatMs, tick: () => beatAndSync(engine, services) },
    {
      name: 'forget',
      idleMs: FORGET_MS,
      tick: async () => {
        await forgetWorkers(db);
        await forgetThrottles(db);
        await deleteExpired(db, { before: clock.now() });
        const forgotten = await forgetOldIdempotency(db, { now: clock.now() });
        return (
          forgotten +
          (await tidyEvents(db)) +
          (await tidyAudit(db)) +
          (await tidyConfirmations(db)) +
          (await tidyWebhooks(db)) +
          (await tidyImports(db)) +
          (await tidyTransactional(db))
        );
      },
    },
  ];
}

/** The clock is measured with every heartbeat, so that a host whose time drifts is noticed at once. */
async function beatAndSync(engine: Engine, { clock }: Services): Promise<number> {
  await clock.sync();
  return engine.beat();
}

async function endHeldUp({ db, log }: Services): Promise<number> {
  const ended = await endHeldUpSessions(db, { heldUpMs: HELD_UP_MS });
  if (ended > 0) log.warn({ ended }, 'sessions of a process that stands still were ended');
  return 0;
}

const AUTO_PAUSE: Cause = {
  actor: { kind: 'system', id: null, name: null },
  reason: 'too many bounces or complaints',
  action: null,
  requestId: null,
  address: null,
};

/** Calls `alerts_url`; an address that may not be called is no better later. */
const alertCallOf = (privateHosts: PrivateHosts) => async (call: WebhookCall) => {
  const answer = await callWebhook(call, { privateHosts });
  return answer.kind === 'refused'
    ? ({ ...answer, kind: 'failed', isTemporary: false } as const)
    : answer;
};

/** Tells members of endpoints that were disabled by themselves. */
function tellOfDisabled(services: Services, outlets: Outlets): Promise<number> {
  const { db, clock, webhooks } = services;
  const { secretsOf, privateHosts } = webhooks;
  return sendDisabledAlerts({
    db,
    clock,
    secretsOf,
    mailOwners: (alert) => mailOfDisabled(services, outlets, alert),
    call: alertCallOf(privateHosts),
  });
}

/** Ends doubts that others know better about, and pauses what draws too many bounces or complaints. */
function trackingDutyOf({ db, clock, log, catalog, webhooks }: Services): () => Promise<number> {
  const { secretsOf, privateHosts } = webhooks;
  return createTrackingDuty({
    db,
    clock,
    log,
    secretsOf,
    call: alertCallOf(privateHosts),
    pauseAutomation: async ({ workspaceId, automationId: id, type }) => {
      const [ref, now] = [{ workspaceId, id }, clock.now()];
      await causedBy<Promise<unknown>>(AUTO_PAUSE, () =>
        type === 'broadcast'
          ? moveBroadcast(db, ref, { move: 'pause', now })
          : moveSeries(db, ref, { transition: 'pause', now }),
      ).catch((error: unknown) => {
        // It has come to its end by itself meanwhile.
        if (!(error instanceof DomainError)) throw error;
      });
      catalog.drop({ workspaceId, id });
    },
  });
}

/** Looks whether the records of sending domains are still there, and takes new keys into use. */
function domainCheckerOf({ db, box, clock, log, resolver, smtpUrl }: Services) {
  return createDomainChecker({
    db,
    box,
    now: () => clock.now(),
    resolver,
    smtpUrl,
    onFault: (err, domain) => log.warn({ err, domain }, 'a domain could not be checked'),
  });
}
