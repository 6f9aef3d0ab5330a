import type { AddressInfo } from 'node:net';
import { fastify, type FastifyPluginAsync } from 'fastify';
import { errorHandler } from '../../src/app/error-handler.ts';
import { createConsentKey, type ConsentDeps } from '../../src/consent/index.ts';
import { confirmLink, consentLinks, consentPageRoutes } from '../../src/consent/index.ts';
import { withdrawLeases } from '../../src/delivery/index.ts';
import { confirmationRoutes, requestConfirmations } from '../../src/enrollment/index.ts';
import { bucketOf, userIdOf, uuidv7 } from '../../src/platform/ids.ts';
import { createLinkSigner, type LinkSigner } from '../../src/platform/link-token.ts';
import { httpClient, type Answer, type HttpClient } from './http.ts';
import type { TestServer } from './server.ts';

/** The pages for recipients over a server's database, on a port of their own. */
export interface TestPages extends Omit<HttpClient, 'close'> {
  readonly url: string;
  readonly signer: LinkSigner;
  readonly consent: ConsentDeps;
  /** `POST` of a form, as a browser sends it. */
  readonly form: (path: string, fields: readonly (readonly [string, string])[]) => Promise<Answer>;
  /** Paths of the links that an email of the test side carries for somebody. */
  readonly linksOf: (
    userId: string,
    list?: string | null,
  ) => { readonly unsubscribe: string; readonly preferences: string };
  readonly confirmPath: (userId: string, list: string, addressHash: string) => string;
  readonly newList: (list: NewList) => Promise<string>;
  readonly close: () => Promise<void>;
}

export interface NewList {
  readonly name: string;
  readonly description?: string;
  readonly kind?: 'opt_in' | 'opt_out';
  readonly doubleOptIn?: boolean;
}

const KEY = Buffer.alloc(32, 7);
const MESSAGE_ID = '018f0000-0000-5000-8000-000000000001';

/** The user of the test side of a server that has an external id. */
export function personOf({ test: { id: workspaceId } }: TestServer, externalId: string) {
  const userId = userIdOf(workspaceId, externalId);
  return { workspaceId, userId, bucket: bucketOf(userId) };
}

export async function startPages(server: TestServer): Promise<TestPages> {
  const { db, services } = server;
  const { catalog, limiter, clock, log, sideNow } = services;
  const signer = createLinkSigner(KEY);
  const key = createConsentKey(KEY);
  // As the server has it: tokens are longer than what the framework takes by itself.
  const app = fastify({ routerOptions: { maxParamLength: 2_000 }, forceCloseConnections: true });
  let url = '';
  const confirmations = {
    catalog,
    lookups: db,
    key,
    signer,
    publicUrl: () => url,
    onEntered: () => services.wake.now(),
  };
  const consent: ConsentDeps = {
    db,
    key,
    withdraw: async (users) => void (await withdrawLeases(db, users)),
    onPending: async (pending, tx) => void (await requestConfirmations(confirmations, tx, pending)),
  };
  await app.register(consentPageRoutes, { ...consent, signer, sideNow, limiter, clock, log });
  // What a secret key of the test side may call.
  const inner: FastifyPluginAsync = async (scope) => {
    scope.decorateRequest('actor');
    scope.setErrorHandler(errorHandler(log, 'v1'));
    scope.addHook('onRequest', async (request) => {
      request.actor = { workspaceId: server.test.id } as typeof request.actor;
    });
    await scope.register(confirmationRoutes, { db });
  };
  await app.register(inner, { prefix: '/api/v1' });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  url = `http://127.0.0.1:${port}`;
  const http = httpClient(port);
  const pathOf = (link: string): string => link.slice(url.length);

  return {
    url,
    signer,
    consent,
    send: http.send,
    sendRaw: http.sendRaw,
    form: (path, fields) =>
      http.send({
        method: 'POST',
        path,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(fields.map(([name, value]) => [name, value])).toString(),
      }),
    linksOf: (externalId, listId = null) => {
      const { workspaceId, userId } = personOf(server, externalId);
      const link = { workspaceId, userId, listId, messageId: MESSAGE_ID };
      const { unsubscribeUrl, preferencesUrl } = consentLinks({ signer, publicUrl: url }, link);
      return { unsubscribe: pathOf(unsubscribeUrl), preferences: pathOf(preferencesUrl) };
    },
    confirmPath: (externalId, listId, addressHash) => {
      const { workspaceId, userId } = personOf(server, externalId);
      const link = { workspaceId, userId, listId, addressHash };
      return pathOf(confirmLink({ signer, publicUrl: url }, link));
    },
    newList: async ({ name, description = '', kind = 'opt_out', doubleOptIn = false }) => {
      const id = uuidv7(clock.now());
      await db`
        insert into lists (id, workspace_id, name, description, kind, double_opt_in,
                           created_at, updated_at)
        values (${id}, ${server.test.id}, ${name}, ${description}, ${kind}, ${doubleOptIn},
                now(), now())
      `;
      return id;
    },
    close: async () => {
      http.close();
      await app.close();
    },
  };
}
