import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identityOf } from '../process-identity.ts';
import { giveToOwner } from './data-dir.ts';

/**
 * The processes of Milepost that use one embedded server: a file each. The last one to leave stops
 * the server, whichever of them started it.
 */
export interface Users {
  enter(): void;
  leave(): void;
  /** Living processes other than this one. */
  others(): number[];
}

export function usersOf(dataDir: string): Users {
  const dir = join(dataDir, 'postgres.users');
  const nameOf = (pid: number): string | null => identityOf(pid)?.replaceAll(' ', '.') ?? null;
  const own = nameOf(process.pid) ?? String(process.pid);
  return {
    enter() {
      mkdirSync(dir, { recursive: true });
      giveToOwner(dataDir, dir);
      writeFileSync(join(dir, own), '');
    },
    leave() {
      rmSync(join(dir, own), { force: true });
    },
    others() {
      mkdirSync(dir, { recursive: true });
      const living: number[] = [];
      for (const name of readdirSync(dir)) {
        if (name === own) continue;
        const pid = Number.parseInt(name, 10);
        if (nameOf(pid) === name) living.push(pid);
        else rmSync(join(dir, name), { force: true });
      }
      return living;
    },
  };
}
