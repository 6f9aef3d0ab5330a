import { registerHooks } from 'node:module';

/**
 * postgres.js 3.4.9, with what it gets wrong when a connection is lost put right while it is loaded.
 *
 * As published, a connection that is lost at the wrong moment ends the process (a write to a socket
 * that is no more), or never sends anything again (a flush that was called off still counts as
 * scheduled, and its bytes go out before the next greeting), or hands what was left of the old session
 * to the next statement (an error, half a result), or, while it still reads the types of arrays, ends
 * the process by a rejection that nobody can catch. A restart of the database meets all four.
 *
 * Every repair names what it replaces: with another version the server does not start, which is the
 * moment to look whether they are still needed.
 * Source: porsager/postgres issues 1154, 1208 and 1216, pull requests 1209 and 1215, all open.
 */
const REPAIRS: readonly { readonly found: string; readonly repaired: string }[] = [
  {
    found: `    const x = socket.write(chunk, fn)
    nextWriteTimer !== null && clearImmediate(nextWriteTimer)
    chunk = nextWriteTimer = null
    return x
`,
    repaired: `    const bytes = chunk
    nextWriteTimer !== null && clearImmediate(nextWriteTimer)
    chunk = nextWriteTimer = null
    if (socket !== null)
      return socket.write(bytes, fn)
    error(Errors.connection('CONNECTION_CLOSED', options, socket))
    return false
`,
  },
  {
    found: `    incomings = null
    clearImmediate(nextWriteTimer)
    socket.removeListener('data', data)
`,
    repaired: `    incomings = null
    clearImmediate(nextWriteTimer)
    chunk = nextWriteTimer = null
    socket.removeListener('data', data)
`,
  },
  {
    // Also for a statement that waits for the greeting, which would else try again without a rest.
    found: `    if (initial)
      return reconnect()

    !hadError && (query || sent.length) && error(Errors.connection('CONNECTION_CLOSED', options, socket))
    closedTime = performance.now()
`,
    repaired: `    if (query || sent.length || initial) error(Errors.connection('CONNECTION_CLOSED', options, socket))
    query = results = errorResponse = null
    result = new Result()
    rows = 0
    closedTime = performance.now()
`,
  },
  {
    found: `        return fetchArrayTypes()
`,
    // Whoever waits for the connection is told by what ended it; without the types it is of no use.
    repaired: `        return fetchArrayTypes().catch(() => socket !== null && socket.destroy())
`,
  },
];

const REPAIRED = '/postgres/src/connection.js';

registerHooks({
  load: (url, context, nextLoad) => {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(REPAIRED)) return loaded;
    const source = typeof loaded.source === 'string' ? loaded.source : decoded(loaded.source);
    return { ...loaded, source: REPAIRS.reduce(repair, source) };
  },
});

const decoded = (bytes: ArrayBuffer | NodeJS.TypedArray | undefined): string =>
  new TextDecoder().decode(bytes);

function repair(source: string, { found, repaired }: (typeof REPAIRS)[number]): string {
  const parts = source.split(found);
  if (parts.length !== 2) {
    throw new Error(
      'postgres.js is not the version that server/src/platform/postgres-driver.ts repairs',
    );
  }
  return parts.join(repaired);
}

/** The driver; its types are those of the package. */
export const { default: driver } = await import('postgres');
