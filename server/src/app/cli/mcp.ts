import { once } from 'node:events';
import { McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { SetupError } from '../../platform/setup-error.ts';
import { version } from '../../platform/version.ts';
import { recordOf } from '../../schedule/fault.ts';
import type { World } from './context.ts';
import { remoteSideOf, type RemoteSide } from './remote-side.ts';

/** What this program speaks to the server, whatever the assistant speaks to it. */
const PROTOCOL = '2026-07-28';
/** A simulation of a hundred people over a year takes a few seconds. */
const ANSWER_MS = 60_000;

/**
 * `milepost mcp`: the tools of a running server for an assistant that starts programs. It passes on what
 * is said, and knows no tool itself: what is offered and what is allowed is the server's, which is asked
 * with a secret key.
 */
export async function mcpCommand(world: World): Promise<void> {
  const remote = remoteSideOf(world);
  const { instructions } = await ask<{ instructions?: string }>(remote, 'server/discover', {});
  const connection = serveStdio(() => bridgeTo(remote, instructions ?? ''), {
    onerror: (error) => world.err(`${error.message}\n`),
  });
  await once(process.stdin, 'close');
  await connection.close();
}

function bridgeTo(remote: RemoteSide, instructions: string): McpServer {
  const mcp = new McpServer(
    { name: 'milepost', title: 'Milepost', version },
    { capabilities: { tools: {} }, instructions },
  );
  mcp.server.setRequestHandler('tools/list', () => ask(remote, 'tools/list', {}));
  mcp.server.setRequestHandler('tools/call', ({ params }, { mcpReq: { signal } }) => {
    const { name, arguments: sent = {} } = params;
    return ask(remote, 'tools/call', { name, arguments: sent }, signal);
  });
  return mcp;
}

/**
 * One question to the server.
 *
 * @throws SetupError in words: a refused key, or a server that does not answer
 */
async function ask<Answer>(
  { url, key }: RemoteSide,
  method: string,
  params: Readonly<Record<string, unknown>>,
  cancelled?: AbortSignal,
): Promise<Answer> {
  const { name } = params;
  const late = AbortSignal.timeout(ANSWER_MS);
  const response = await fetch(`${url}/mcp`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': PROTOCOL,
      'mcp-method': method,
      ...(typeof name === 'string' ? { 'mcp-name': encoded(name) } : {}),
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method,
      params: { ...params, _meta: ENVELOPE },
    }),
    signal: cancelled === undefined ? late : AbortSignal.any([cancelled, late]),
  }).catch((error: unknown) => {
    throw new SetupError(`${url} does not answer: ${causeOf(error)}`);
  });
  const said = recordOf(await response.json().catch(() => null)) ?? {};
  const result = recordOf(said['result']);
  if (result !== null) return plain(result) as Answer;
  throw new SetupError(`${url} refused (${response.status}): ${messageOf(said)}`);
}

const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': PROTOCOL,
  'io.modelcontextprotocol/clientInfo': { name: 'milepost mcp', version },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** Names of tools are plain; whatever else an assistant sends must still fit a header. */
const encoded = (name: string): string =>
  /^[\x21-\x7e]+$/.test(name) ? name : `=?base64?${Buffer.from(name).toString('base64')}?=`;

/** What belongs to the transport of this answer, and not to the assistant's. */
const OF_TRANSPORT = new Set(['_meta', 'resultType', 'ttlMs', 'cacheScope']);

const plain = (result: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(result).filter(([name]) => !OF_TRANSPORT.has(name)));

/** `fetch failed` says nothing; its cause does. */
function causeOf(error: unknown): string {
  const { cause, message = '' } = error as { cause?: { message?: string }; message?: string };
  return cause?.message ?? message;
}

function messageOf(said: Readonly<Record<string, unknown>>): string {
  const { error } = said;
  const words = typeof error === 'string' ? error : recordOf(error)?.['message'];
  return typeof words === 'string' ? words : 'no reason given';
}
