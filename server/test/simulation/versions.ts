import { rulesOf, type ScheduleRules } from '../../src/schedule/settings.ts';
import { graphOf, type Graph } from '../../src/series/graph.ts';
import { settingsOf } from '../../src/series/settings.ts';
import type { PgliteServer } from '../support/pglite-server.ts';
import { WORKSPACE } from './setting.ts';

/** A published version, as the checks read it. */
export interface Version {
  readonly rules: ScheduleRules;
  readonly graph: Graph;
}

/** The versions of a history, each read once: they never change. */
export class Versions {
  readonly #server: PgliteServer;
  readonly #known = new Map<string, Version>();

  constructor(server: PgliteServer) {
    this.#server = server;
  }

  of(seriesId: string, number: string): Version {
    const key = `${seriesId} ${number}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const [row] = this.#server.query(`
      select settings, steps from series_versions
       where automation_id = '${seriesId}' and number = ${number}`);
    if (row === undefined) throw new Error(`there is no version ${number} of ${seriesId}`);
    const version = {
      rules: rulesOf(settingsOf(JSON.parse(row.settings ?? '{}') as never), WORKSPACE.timezone),
      graph: graphOf(JSON.parse(row.steps ?? '[]') as object[]),
    };
    this.#known.set(key, version);
    return version;
  }
}
