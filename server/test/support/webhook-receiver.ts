import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call that arrived. */
export interface Received {
  readonly id: string;
  readonly type: string;
  readonly side: string;
  readonly timestamp: string;
  readonly data: Record<string, unknown>;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What becomes of a call: a status, nothing for ever, or the end of the connection. */
export type Manner = number | 'silence' | 'close' | 'break';

export interface WebhookReceiver {
  readonly url: string;
  readonly seen: Received[];
  /** Of these, those that were taken. */
  readonly taken: Received[];
  readonly close: () => Promise<void>;
}

/** A server that gets webhooks on loopback. */
export async function startReceiver(
  answer: (call: Received) => Manner | Promise<Manner> = () => 204,
): Promise<WebhookReceiver> {
  const seen: Received[] = [];
  const taken: Received[] = [];
  const server = createServer((request, response) => {
    void receive(request, response);
  });
  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const call = { ...JSON.parse(body), headers: request.headers, body } as Received;
    const manner = await answer(call);
    if (typeof manner === 'number' && manner < 300) taken.push(call);
    seen.push(call);
    if (manner === 'close') request.socket.destroy();
    else if (manner === 'break') {
      response.writeHead(500, { 'content-length': 100 });
      response.write('half');
      request.socket.destroy();
    } else if (typeof manner === 'number') {
      response.writeHead(manner).end(manner === 204 ? undefined : `answer ${manner}`);
    }
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    seen,
    taken,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Whether one of the signatures of a call was made with this secret, as any receiver checks it. */
export function isSigned({ headers, body }: Received, secret: string): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const content = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const wanted = `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
  return String(headers['webhook-signature']).split(' ').includes(wanted);
}
