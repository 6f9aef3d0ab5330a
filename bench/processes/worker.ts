import { outletsOf } from '../../server/src/app/outlets.ts';
import { startWorker, type Worker } from '../../server/src/app/worker.ts';
import type { Services } from '../../server/src/app/services.ts';
import { connect } from '../../server/src/platform/db.ts';
import { transportOf } from '../../server/src/transport/index.ts';
import { answerCalls } from '../child.ts';
import { servicesOf } from '../workspace.ts';

/** Connections of a worker process. */
const POOL_MAX = 12;

let services: Services;
let stopping: AbortController;
let worker: Worker;

answerCalls({
  prepare: async ({ url }: { url: string }) => {
    services = await servicesOf(connect(url, { max: POOL_MAX }));
  },

  /** Runs a worker as the server does, all its loops, until `stop`. */
  start: async ({ smtpPort, connections }: { smtpPort: number; connections: number }) => {
    stopping = new AbortController();
    const transport = transportOf({
      smtpUrl: `smtp://127.0.0.1:${smtpPort}`,
      smtpConnections: connections,
    });
    const outlets = outletsOf(services, { lookups: services.db, transport });
    worker = await startWorker(services, { outlets, stopping: stopping.signal });
  },

  stop: async () => {
    stopping.abort();
    await worker.done;
  },
});
