import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { queueHealth } from '../../delivery/index.ts';
import { SILENCE_MS } from '../../enrollment/index.ts';
import { databaseClock } from '../../platform/clock.ts';
import type { Pool } from '../../platform/db.ts';
import { silentLog } from '../../platform/log.ts';
import { pendingMigrations } from '../../platform/migrate.ts';
import { schemaDrift } from '../../platform/schema-dump.ts';
import { version } from '../../platform/version.ts';
import { tzVersion } from '../../schedule/zone.ts';
import { transportOf } from '../../transport/index.ts';
import type { Config, ConfigOptions } from '../config.ts';
import { MIGRATIONS_DIR, openDatabase } from '../database.ts';
import { durabilitySettings, newestZoneData, serverVersion } from '../sql.ts';
import { configOf, type World } from './context.ts';

/** What one check found, and what to do about it. */
interface Finding {
  readonly check: string;
  readonly status: 'ok' | 'warning' | 'fault';
  readonly found: string;
  /** Empty when all is well. */
  readonly advice: string;
}

const NODE_MAJOR_MIN = 26;
const SERVER_VERSION_MIN = 150_000;
const CLOCK_OFFSET_MAX_MS = 2_000;
const OVERDUE_MAX_MS = 60_000;

const ok = (check: string, found: string): Finding => ({ check, status: 'ok', found, advice: '' });
const warning = (check: string, found: string, advice: string): Finding => ({
  check,
  status: 'warning',
  found,
  advice,
});
const fault = (check: string, found: string, advice: string): Finding => ({
  check,
  status: 'fault',
  found,
  advice,
});

/** `milepost doctor`: looks at everything an installation stands on. Ends with status 1 on a fault. */
export async function doctorCommand(
  world: World,
  options: ConfigOptions & { json?: boolean },
): Promise<void> {
  const config = configOf(world, options);
  const findings = [runtime(), ...(await databaseFindings(config)), await smtp(config)];
  const isWell = findings.every(({ status }) => status !== 'fault');
  if (options.json === true) world.out(`${JSON.stringify({ well: isWell, findings })}\n`);
  else world.out(`Milepost ${version}\n${findings.map(lineOf).join('\n')}\n`);
  if (!isWell) process.exitCode = 1;
}

function lineOf({ check, status, found, advice }: Finding): string {
  const mark = { ok: 'ok     ', warning: 'warning', fault: 'FAULT  ' }[status];
  const line = `${mark}  ${check.padEnd(16)}  ${found}`;
  return advice === '' ? line : `${line}\n         ${''.padEnd(16)}  → ${advice}`;
}

function runtime(): Finding {
  const found = `Node.js ${process.version}`;
  return Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN
    ? ok('runtime', found)
    : fault('runtime', found, `Milepost needs Node.js ${NODE_MAJOR_MIN} or later.`);
}

/** The database first; nothing else can be asked while it does not answer. */
async function databaseFindings(config: Config): Promise<Finding[]> {
  if (config.databaseUrl === null && !existsSync(join(config.dataDir, 'postgres'))) {
    return [
      warning('database', `none yet in ${config.dataDir}`, 'npm start makes an embedded one.'),
    ];
  }
  try {
    const database = await openDatabase(config, { log: silentLog, max: 2 });
    try {
      const { db, isEmbedded } = database;
      const base = [await server(db, isEmbedded), await durability(db), await migrations(db)];
      if (base.some(({ status }) => status === 'fault')) return base;
      return [...base, await drift(db), await clock(db), await zones(db), await worker(db)];
    } finally {
      await database.close();
    }
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return [
      fault('database', said, 'Check DATABASE_URL, or the data directory of the embedded one.'),
    ];
  }
}

async function server(db: Pool, isEmbedded: boolean): Promise<Finding> {
  const { version: release, number } = await serverVersion(db);
  const found = `PostgreSQL ${release}${isEmbedded ? ', embedded' : ''}`;
  return number >= SERVER_VERSION_MIN
    ? ok('database', found)
    : fault('database', found, 'Milepost needs PostgreSQL 15 or later.');
}

/** Without these a crash can forget that a handover had begun, and the message goes twice. */
async function durability(db: Pool): Promise<Finding> {
  const rows = await durabilitySettings(db);
  const found = rows.map(({ name, setting }) => `${name} ${setting}`).join(', ');
  const off = rows.filter(({ setting }) => setting === 'off').map(({ name }) => name);
  return off.length === 0
    ? ok('durability', found)
    : fault('durability', found, `Switch ${off.join(', ')} on: a crash could send mail twice.`);
}

async function migrations(db: Pool): Promise<Finding> {
  const pending = await pendingMigrations(db, MIGRATIONS_DIR);
  return pending.length === 0
    ? ok('migrations', 'all applied')
    : fault('migrations', `pending: ${pending.join(', ')}`, 'Run: npx milepost migrate');
}

async function drift(db: Pool): Promise<Finding> {
  const found = await schemaDrift(db, join(MIGRATIONS_DIR, 'schema.sql'));
  if (found === null) return ok('schema', 'as this version made it');
  const { missing, unexpected } = found;
  return warning(
    'schema',
    [
      ...missing.map((statement) => `missing: ${headOf(statement)}`),
      ...unexpected.map((statement) => `unexpected: ${headOf(statement)}`),
    ]
      .slice(0, DRIFTS_SHOWN_MAX)
      .join('; '),
    'Somebody changed the schema by hand. Put it back before the next upgrade.',
  );
}

const DRIFTS_SHOWN_MAX = 5;

/** A statement's first line says what it makes. */
const headOf = (statement: string): string => (statement.split('\n', 1)[0] ?? '').slice(0, 100);

async function clock(db: Pool): Promise<Finding> {
  const { hostOffsetMs } = await databaseClock(db);
  const found = `this machine is ${Math.abs(hostOffsetMs)} ms ${hostOffsetMs < 0 ? 'behind' : 'ahead of'} the database`;
  return Math.abs(hostOffsetMs) <= CLOCK_OFFSET_MAX_MS
    ? ok('clock', found)
    : warning(
        'clock',
        found,
        'Send times follow the database; set this machine by NTP for its logs.',
      );
}

async function zones(db: Pool): Promise<Finding> {
  const newest = await newestZoneData(db);
  const mine = tzVersion();
  const found = `time-zone data ${mine}`;
  return newest === null || newest <= mine
    ? ok('time zones', found)
    : warning('time zones', `${found}; a worker has ${newest}`, 'Run the same Node.js everywhere.');
}

async function worker(db: Pool): Promise<Finding> {
  const health = await queueHealth(db, { silenceMs: SILENCE_MS });
  const { liveWorkers, overdueMs, inDoubt, lastBeatAt } = health;
  const seen =
    lastBeatAt === null ? 'none ever started' : `last heard of ${lastBeatAt.toISOString()}`;
  const doubt = inDoubt === 0 ? '' : `; ${inDoubt} message(s) in doubt`;
  if (liveWorkers > 0) return ok('worker', `${liveWorkers} alive${doubt}`);
  const advice = 'Nothing is sent without one: npx milepost work, or start.';
  return overdueMs > OVERDUE_MAX_MS
    ? fault('worker', `none, and steps are overdue; ${seen}${doubt}`, advice)
    : warning('worker', `none; ${seen}${doubt}`, advice);
}

async function smtp(config: Config): Promise<Finding> {
  if (config.smtpUrl === null) return ok('email', 'captured: MILEPOST_SMTP_URL is not set');
  const transport = transportOf(config);
  const verified = await transport.verify();
  await transport.close();
  return verified.ok
    ? ok('email', `SMTP answers: ${verified.answer}`)
    : fault(
        'email',
        `SMTP fails at ${verified.phase}: ${verified.answer}`,
        'Check MILEPOST_SMTP_URL.',
      );
}
