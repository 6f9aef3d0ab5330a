import { createIdentifier, createTracker } from '../../src/audience/index.ts';
import type { Identifier, Tracker } from '../../src/audience/index.ts';
import { createConsentKey } from '../../src/consent/index.ts';
import { createDeliverer, createWebhookCaller, trialKit } from '../../src/delivery/index.ts';
import { renderInline } from '../../src/template/index.ts';
import {
  createEngine,
  createEnroller,
  dropEnded,
  moveCalled,
  moveSettled,
  SILENCE_MS,
  type Engine,
  type Enroller,
  type StepContext,
} from '../../src/enrollment/index.ts';
import { databaseClock, type DatabaseClock } from '../../src/platform/clock.ts';
import { connect, type Pool } from '../../src/platform/db.ts';
import { createLog } from '../../src/platform/log.ts';
import { tzVersion } from '../../src/schedule/zone.ts';
import { createSeriesCatalog, type SeriesCatalog } from '../../src/series/index.ts';
import type { PgliteServer } from '../support/pglite-server.ts';
import type { Hooks } from './hooks.ts';
import type { Chance } from './random.ts';
import type { Relay } from './relay.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What a process is made of and stands in. */
export interface ProcessDeps {
  readonly name: string;
  readonly server: PgliteServer;
  readonly time: VirtualTime;
  readonly relay: Relay;
  readonly hooks: Hooks;
  readonly chance: Chance;
  readonly say: (line: string) => void;
  /** When the process last went on after standing still for so long that it must be told. */
  readonly wokeAtMs: () => number;
}

/** A process of the simulation: an API, or a worker. It runs only while it is allowed to. */
export interface SimulatedProcess {
  readonly name: string;
  readonly db: Pool;
  readonly catalog: SeriesCatalog;
  readonly clock: DatabaseClock;
}

export interface ApiProcess extends SimulatedProcess {
  readonly enroller: Enroller;
  readonly identifier: Identifier;
  readonly tracker: Tracker;
}

export interface WorkerProcess extends SimulatedProcess {
  readonly id: string;
  readonly engine: Engine;
}

const SENDER = { workspaceName: 'Acme', from: 'Acme <hello@acme.example>', replyTo: null };
/** Nobody's clock is to be believed: these are off by up to a day. */
const HOST_SKEW_MS = 86_400_000;
const POOL_MAX = 4;
const KIT = trialKit(renderInline().render);
const CONSENT_KEY = createConsentKey(Buffer.alloc(32, 7));

async function processOf({ name, server, time, chance }: ProcessDeps): Promise<SimulatedProcess> {
  const poolOf = (max: number): Pool =>
    connect('postgres://simulation@localhost/simulation', {
      max,
      applicationName: name,
      openSocket: () => server.open(name),
    });
  const db = poolOf(POOL_MAX);
  const skewMs = chance.between(-HOST_SKEW_MS, HOST_SKEW_MS);
  const startedAtMs = time.nowMs;
  const host = {
    now: () => new Date(time.nowMs + skewMs),
    monotonicMs: () => time.nowMs - startedAtMs,
  };
  const clock = await databaseClock(db, host);
  return { name, db, clock, catalog: createSeriesCatalog(poolOf(1)) };
}

export async function startApi(deps: ProcessDeps): Promise<ApiProcess> {
  const process = await processOf(deps);
  const { db, catalog, clock } = process;
  const onSignalled = (): void => {};
  const identifier = createIdentifier({ db, onSignalled });
  return {
    ...process,
    enroller: createEnroller({ db, catalog, onEntered: () => {} }),
    identifier,
    tracker: createTracker({ db, clock, identifier, onSignalled }),
  };
}

/** A worker as `startWorker` puts it together, without its loops: their rounds are started one by one. */
export async function startWorker(deps: ProcessDeps): Promise<WorkerProcess> {
  const { name, time, relay, hooks, chance, say, wokeAtMs } = deps;
  const process = await processOf(deps);
  const { db, catalog, clock } = process;
  const id = idOf(chance);
  const worker = { id, host: name, pid: 1, version: '0', tzVersion: tzVersion() };
  const common = {
    db,
    clock,
    log: createLog({
      level: 'warn',
      sink: { write: (line) => say(`${name} logs ${eventOf(line)}`) },
    }),
    random: chance.next,
    sleep: (ms: number) => new Promise<void>((resolve) => time.add(name, ms, resolve)),
    wasStill: (sinceMs: number) => sinceMs < wokeAtMs() - (time.nowMs - clock.monotonicMs()),
  };
  const deliverer = createDeliverer<StepContext>({
    ...common,
    outlets: relay.outletsOf(name),
    keyring: { keysFor: async () => [] },
    kit: KIT,
    workerId: id,
    senderOf: async () => SENDER,
    consentKey: CONSENT_KEY,
    onSettled: moveSettled,
    onRefused: dropEnded,
    onRefusedAddresses: async () => async () => {},
  });
  const caller = createWebhookCaller<StepContext>({
    ...common,
    secretsOf: async () => [],
    onCalled: moveCalled,
    call: hooks.callerOf(name),
  });
  const engine = createEngine({
    onEntered: () => {},
    onBackground: () => {},
    db,
    catalog,
    worker,
    deliverer,
    caller,
    captures: async () => false,
    kit: KIT,
    senderOf: async () => SENDER,
    consentKey: CONSENT_KEY,
    monotonicMs: () => clock.monotonicMs(),
    silenceMs: SILENCE_MS,
  });
  await engine.beat();
  return { ...process, id, engine };
}

/** Of a log line what is the same in a replay. */
function eventOf(line: string): string {
  const { event, stage = '' } = JSON.parse(line) as { event: string; stage?: string };
  return `${event} ${stage}`;
}

function idOf(chance: Chance): string {
  const hex = Array.from({ length: 32 }, () => chance.below(16).toString(16)).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
