import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { PageQuery, pageSchema } from '../../platform/http.ts';
import { afterOf, pageOf } from '../../platform/page.ts';
import type { NameResolver } from './check/dns.ts';
import type { DomainDeps } from './domains.ts';
import {
  addDomain,
  changeDomain,
  readDomain,
  removeDomain,
  rotateKeys,
  type KeyedDomain,
} from './domains.ts';
import { recordsOf } from './records.ts';
import { checkNow, mechanismsFor } from './run-check.ts';
import {
  ChangeDomainBody,
  ChangeSenderBody,
  domainViewOf,
  DomainView,
  fullDomainViewOf,
  FullDomainView,
  NewDomainBody,
  NewSenderBody,
  RotateBody,
  senderViewOf,
  SenderView,
} from './schema.ts';
import { withParents } from './sender-domain.ts';
import { changeSender, createSender, readSender, removeSender } from './senders.ts';
import { listDomains } from './sql/domains.ts';
import { keysOf } from './sql/keys.ts';
import { listSenders } from './sql/senders.ts';
import type { StoredSender } from './stored-sender.ts';

export interface SenderRouteDeps extends DomainDeps {
  readonly now: () => Date;
  readonly resolver: NameResolver;
  /** The SMTP server of sides that have no transports of their own; null for none. */
  readonly smtpUrl: string | null;
}

type App = Parameters<FastifyPluginAsyncTypebox<SenderRouteDeps>>[0];

const tags = ['senders'];
const params = Type.Object({ id: Type.String({ maxLength: 64 }) });
/** All domains that a side may have. */
const DOMAINS_READ_MAX = 100;

/** `/api/v1/senders` and `/api/v1/sender_domains`. Registered inside the authenticated scope. */
export const senderRoutes: FastifyPluginAsyncTypebox<SenderRouteDeps> = async (app, deps) => {
  addReadingSenders(app, deps);
  addChangingSenders(app, deps);
  addReadingDomains(app, deps);
  addChangingDomains(app, deps);
  addKeysAndChecks(app, deps);
};

function addReadingSenders(app: App, deps: SenderRouteDeps): void {
  const { db } = deps;
  app.get(
    '/senders',
    {
      schema: {
        tags,
        summary: 'List who mail may be from',
        querystring: Type.Object(PageQuery),
        response: { 200: pageSchema(SenderView) },
      },
    },
    async ({ actor: { workspaceId }, query: { limit, cursor } }) => {
      const rows = await listSenders(db, {
        workspaceId,
        after: afterOf(cursor),
        limit: limit + 1,
      });
      const viewOf = await senderViews(deps, workspaceId);
      return pageOf(rows, { limit, keyOf, viewOf });
    },
  );
  app.get(
    '/senders/:id',
    { schema: { tags, summary: 'Read a sender', params, response: { 200: SenderView } } },
    async ({ actor: { workspaceId }, params: { id } }) => {
      const sender = await readSender(db, { workspaceId, id });
      return (await senderViews(deps, workspaceId))(sender);
    },
  );
}

function addChangingSenders(app: App, deps: SenderRouteDeps): void {
  const { db, now } = deps;
  app.post(
    '/senders',
    {
      schema: {
        tags,
        summary: 'Add a sender',
        body: NewSenderBody,
        response: { 201: SenderView },
      },
    },
    async ({ actor: { workspaceId }, body }, reply) => {
      const sender = await createSender(db, { ...body, workspaceId, now: now() });
      void reply.code(201);
      return (await senderViews(deps, workspaceId))(sender);
    },
  );
  app.patch(
    '/senders/:id',
    {
      schema: {
        tags,
        summary: 'Change what is named of a sender',
        params,
        body: ChangeSenderBody,
        response: { 200: SenderView },
      },
    },
    async ({ actor: { workspaceId }, params: { id }, body }) => {
      const sender = await changeSender(db, { ...body, workspaceId, id, now: now() });
      return (await senderViews(deps, workspaceId))(sender);
    },
  );
  app.delete(
    '/senders/:id',
    {
      schema: {
        tags,
        summary: 'Delete a sender that no series or broadcast in progress names',
        params,
        response: { 204: Type.Null() },
      },
    },
    async ({ actor: { workspaceId }, params: { id } }, reply) => {
      await removeSender(db, { workspaceId, id });
      return reply.code(204).send(null);
    },
  );
}

function addReadingDomains(app: App, deps: SenderRouteDeps): void {
  const { db, now } = deps;
  const viewOf = fullViewWith(deps);
  app.get(
    '/sender_domains',
    {
      schema: {
        tags,
        summary: 'List the domains that mail is from',
        querystring: Type.Object(PageQuery),
        response: { 200: pageSchema(DomainView) },
      },
    },
    async ({ actor: { workspaceId }, query: { limit, cursor } }) => {
      const after = afterOf(cursor);
      const domains = await listDomains(db, { workspaceId, after, limit: limit + 1 });
      const keys = await keysOf(db, { domainIds: domains.map(({ id }) => id) });
      const rows = domains.map((domain) => ({
        domain,
        keys: keys.filter(({ domainId }) => domainId === domain.id),
      }));
      return pageOf(rows, {
        limit,
        keyOf: ({ domain }) => keyOf(domain),
        viewOf: (row) => domainViewOf(row, now()),
      });
    },
  );
  app.get(
    '/sender_domains/:id',
    {
      schema: {
        tags,
        summary: 'Read a domain: the DNS records to set, its keys, and what the last check found',
        params,
        response: { 200: FullDomainView },
      },
    },
    async ({ actor: { workspaceId }, params: { id } }) =>
      viewOf(await readDomain(db, { workspaceId, id })),
  );
}

function addChangingDomains(app: App, deps: SenderRouteDeps): void {
  const { db, now } = deps;
  const viewOf = fullViewWith(deps);
  app.post(
    '/sender_domains',
    {
      config: { role: 'owner' },
      schema: {
        tags,
        summary: 'Add a domain, and make the keys that are to sign its mail',
        body: NewDomainBody,
        response: { 201: FullDomainView },
      },
    },
    async ({ actor: { workspaceId }, body }, reply) => {
      const { algorithms = ['rsa-2048'], ...input } = body;
      void reply.code(201);
      return viewOf(await addDomain(deps, { ...input, algorithms, workspaceId, now: now() }));
    },
  );
  app.patch(
    '/sender_domains/:id',
    {
      config: { role: 'owner' },
      schema: {
        tags,
        summary: 'Change what is named of a domain',
        params,
        body: ChangeDomainBody,
        response: { 200: FullDomainView },
      },
    },
    async ({ actor: { workspaceId }, params: { id }, body }) =>
      viewOf(await changeDomain(db, { ...body, workspaceId, id, now: now() })),
  );
  app.delete(
    '/sender_domains/:id',
    {
      config: { role: 'owner' },
      schema: {
        tags,
        summary: 'Remove a domain that no sender is in, with its keys',
        params,
        response: { 204: Type.Null() },
      },
    },
    async ({ actor: { workspaceId }, params: { id } }, reply) => {
      await removeDomain(db, { workspaceId, id });
      return reply.code(204).send(null);
    },
  );
}

function addKeysAndChecks(app: App, deps: SenderRouteDeps): void {
  const { now } = deps;
  const viewOf = fullViewWith(deps);
  app.post(
    '/sender_domains/:id/check',
    {
      schema: {
        tags,
        summary: 'Look at the DNS records of a domain now',
        params,
        response: { 200: FullDomainView },
      },
    },
    async ({ actor: { workspaceId }, params: { id } }) =>
      viewOf(await checkNow(deps, { workspaceId, id })),
  );
  app.post(
    '/sender_domains/:id/rotate',
    {
      config: { role: 'owner' },
      schema: {
        tags,
        summary: 'Make new keys, which take over once their records are seen',
        params,
        body: RotateBody,
        response: { 200: FullDomainView },
      },
    },
    async ({ actor: { workspaceId }, params: { id }, body }) => {
      const algorithms = body?.algorithms;
      return viewOf(await rotateKeys(deps, { workspaceId, id, algorithms, now: now() }));
    },
  );
}

const keyOf = ({ createdAt, id }: { createdAt: Date; id: string }) => ({ at: createdAt, id });

const fullViewWith = (deps: SenderRouteDeps) => async (keyed: KeyedDomain) => {
  const mechanisms = await mechanismsFor(deps, keyed.domain);
  const records = recordsOf(keyed.domain, { keys: keyed.keys, mechanisms });
  return fullDomainViewOf(keyed, { records, now: deps.now() });
};

async function senderViews({ db }: SenderRouteDeps, workspaceId: string) {
  const domains = await listDomains(db, { workspaceId, after: null, limit: DOMAINS_READ_MAX });
  const known = new Map(domains.map((one) => [one.domain, one]));
  return (sender: StoredSender) => senderViewOf(sender, known, withParents(sender.domain));
}
