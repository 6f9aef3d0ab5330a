import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { median } from './measure.ts';

/** What the figures were measured on: without it they mean nothing. */
export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGb: number;
  readonly kernel: string;
  /** Of one synced write of 512 bytes where the database lies, in milliseconds. */
  readonly syncMs: number;
  /** Running processes, averaged over the minute before: above 0.5 somebody else was busy. */
  readonly loadBefore: number;
  readonly versions: Readonly<Record<string, string>>;
}

const SYNCS = 200;
const BLOCK_BYTES = 512;
const PEERS = ['pg-boss', 'graphile-worker', 'bullmq', 'nodemailer', 'fastify', 'postgres'];

export function machineOf(
  dataDir: string,
  postgresVersion: string,
  redisVersion: string | null,
): Machine {
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    syncMs: syncMsOf(dataDir),
    loadBefore: loadavg()[0] ?? 0,
    versions: {
      node: process.versions.node,
      postgresql: postgresVersion,
      ...(redisVersion === null ? {} : { redis: redisVersion }),
      ...Object.fromEntries(PEERS.map((name) => [name, versionOf(name)])),
    },
  };
}

function syncMsOf(dir: string): number {
  const path = join(dir, 'sync-test');
  const file = openSync(path, 'w');
  const block = Buffer.alloc(BLOCK_BYTES, 1);
  try {
    const times = Array.from({ length: SYNCS }, () => {
      const startedMs = performance.now();
      writeSync(file, block);
      fdatasyncSync(file);
      return performance.now() - startedMs;
    });
    return Number(median(times).toFixed(3));
  } finally {
    closeSync(file);
    rmSync(path);
  }
}

/** The version of an installed package, found the way Node finds it from here. */
function versionOf(name: string): string {
  const paths = createRequire(import.meta.url).resolve.paths(name) ?? [];
  for (const dir of [...paths, join(import.meta.dirname, '../server/node_modules')]) {
    try {
      const text = readFileSync(join(dir, name, 'package.json'), 'utf8');
      return (JSON.parse(text) as { version: string }).version;
    } catch {
      // Not in this folder; the next one out may have it.
    }
  }
  return 'not installed';
}
