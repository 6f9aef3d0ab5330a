import type { Pool } from '../../platform/db.ts';
import { silentLog } from '../../platform/log.ts';
import { createCaptureTransport } from '../../transport/index.ts';
import { buildApi } from '../api.ts';
import { createSignIn } from '../auth/sign-in.ts';
import { outletsOf } from '../outlets.ts';
import { createServices } from '../services.ts';
import type { World } from './context.ts';

const URL = 'http://localhost:4400';
const KEY_BYTES = 32;

/**
 * `milepost openapi`: prints the OpenAPI document, as `GET /api/openapi.json` answers it.
 *
 * The routes are made and never called, so the database behind them may be one that nobody reaches.
 */
export async function openapiCommand(world: World): Promise<void> {
  const db = nowhere();
  const encryptionKey = new Uint8Array(KEY_BYTES);
  const services = await createServices({
    db,
    log: silentLog,
    encryptionKey,
    from: 'Milepost <hello@example.com>',
    publicUrl: () => URL,
  });
  const app = await buildApi({
    services,
    outlets: outletsOf(services, { lookups: db, transport: createCaptureTransport() }),
    health: { faults: async () => [], metrics: async () => ({ text: '', contentType: '' }) },
    signIn: createSignIn({ services, encryptionKey, oidc: null }),
    publicUrl: () => URL,
    trustProxy: false,
    dashboardDir: null,
  });
  await app.ready();
  world.out(`${JSON.stringify(app.swagger())}\n`);
  await app.close();
  await services.close();
}

/** A database that tells the time, which services ask for when they are made, and nothing else. */
function nowhere(): Pool {
  const answer = async (): Promise<object[]> => [{ epochMs: performance.now() }];
  return answer as unknown as Pool;
}
