import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { expect } from 'vitest';
import { draftSeries } from './series.ts';
import type { TestServer } from './server.ts';

/** What a tool said. */
export interface Said {
  readonly isError: boolean;
  // What a tool answers is JSON, of whichever shape.
  // oxlint-disable-next-line typescript/no-explicit-any -- as in answers of the API
  readonly body: any;
  /** Everything, notes included. */
  readonly text: string;
}

/** An assistant that is connected. */
export interface Assistant {
  readonly client: Client;
  readonly call: (tool: string, args?: object) => Promise<Said>;
  /** The same, for what must not be refused. */
  readonly done: (tool: string, args?: object) => Promise<Said['body']>;
  readonly close: () => Promise<void>;
}

/** Connects a real client over HTTP with a secret key. */
export async function connectAssistant(
  server: Pick<TestServer, 'url'>,
  key: string,
): Promise<Assistant> {
  const client = new Client({ name: 'test', version: '1.0.0' });
  const headers = { authorization: `Bearer ${key}` };
  const transport = new StreamableHTTPClientTransport(new URL('/mcp', server.url), {
    requestInit: { headers },
  });
  await client.connect(transport);
  return assistantOf(client);
}

export function assistantOf(client: Client): Assistant {
  const call = async (name: string, args: object = {}): Promise<Said> => {
    const { isError = false, content } = await client.callTool({
      name,
      arguments: args as Record<string, unknown>,
    });
    const texts = content.map((part) => (part.type === 'text' ? part.text : ''));
    return { isError, body: JSON.parse(texts.at(-1) ?? 'null'), text: texts.join('\n') };
  };
  const done = async (name: string, args: object = {}): Promise<Said['body']> => {
    const said = await call(name, args);
    expect(said.isError, said.text).toBe(false);
    return said.body;
  };
  return { client, call, done, close: () => client.close() };
}

/** The id in the address that a member is sent to. */
export const idIn = (asked: { readonly confirm_at: string }): string =>
  new URL(asked.confirm_at).pathname.split('/').at(-1) ?? '';

/**
 * Lets an assistant ask whether a series may be archived, a new one if none is named.
 *
 * @returns the id of its question
 */
export async function newQuestion(
  server: TestServer,
  key: string,
  seriesId?: string,
): Promise<string> {
  const id = seriesId ?? (await draftSeries(server, { key }));
  const assistant = await connectAssistant(server, key);
  try {
    return idIn(await assistant.done('archive_series', { series_id: id }));
  } finally {
    await assistant.close();
  }
}
