/**
 * The few calls of the peers that are measured, so that types can be checked where the peers, which
 * only a run needs, are not installed.
 */
declare module 'pg-boss' {
  export class PgBoss {
    constructor(options: {
      connectionString?: string;
      host?: string;
      port?: number;
      user?: string;
      database?: string;
      max?: number;
      supervise?: boolean;
      schedule?: boolean;
    });
    on(event: 'error', listener: (error: Error) => void): this;
    start(): Promise<this>;
    stop(options?: { graceful?: boolean }): Promise<void>;
    createQueue(name: string): Promise<void>;
    deleteAllJobs(name?: string): Promise<number | null>;
    insert(name: string, jobs: { data: object; startAfter?: Date }[]): Promise<string[] | null>;
    fetch(name: string, options: { batchSize: number }): Promise<{ id: string; data: object }[]>;
    complete(name: string, ids: string[]): Promise<unknown>;
  }
}

declare module 'graphile-worker' {
  interface Runner {
    readonly stop: () => Promise<void>;
  }
  export class Logger {
    constructor(factory: () => (level: string, message: string) => void);
    error(message: string): void;
  }
  export function makeWorkerUtils(options: { connectionString: string; logger: Logger }): Promise<{
    addJobs: (
      jobs: readonly { identifier: string; payload: object; runAt?: Date }[],
    ) => Promise<readonly unknown[]>;
    migrate: () => Promise<void>;
    release: () => Promise<void>;
  }>;
  export function run(options: {
    connectionString: string;
    logger: Logger;
    noHandleSignals: boolean;
    taskList: Record<string, (payload: unknown) => Promise<void>>;
    preset: { worker: Record<string, unknown> };
  }): Promise<Runner>;
}

declare module 'bullmq' {
  interface RedisAddress {
    readonly path: string;
    readonly maxRetriesPerRequest: null;
  }
  export class Queue {
    constructor(name: string, options: { connection: RedisAddress });
    addBulk(
      jobs: {
        name: string;
        data: object;
        opts: { delay?: number; removeOnComplete?: boolean };
      }[],
    ): Promise<unknown[]>;
    obliterate(options: { force: boolean }): Promise<void>;
    close(): Promise<void>;
  }
  export class Worker {
    constructor(
      name: string,
      processor: (job: { data: object }) => Promise<void>,
      options: { connection: RedisAddress; concurrency: number },
    );
    on(event: 'error', listener: (error: Error) => void): this;
    close(): Promise<void>;
  }
}
