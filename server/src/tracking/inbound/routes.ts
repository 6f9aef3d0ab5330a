import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { inTransaction } from '../../platform/db.ts';
import { PageQuery, pageSchema } from '../../platform/http.ts';
import { storedIdOf } from '../../platform/ids.ts';
import type { LinkSigner } from '../../platform/link-token.ts';
import { afterOf, pageOf } from '../../platform/page.ts';
import { inboxNotFound } from './errors.ts';
import type { ImapDeps } from './imap.ts';
import type { Inbox } from './inbox.ts';
import {
  changeInbox,
  createInbox,
  readInbox,
  removeInbox,
  testInbox,
  type InboxDeps,
} from './inboxes.ts';
import { postTokenOf } from './post-token.ts';
import { ChangeInboxBody, InboxView, inboxViewOf, inputOf, NewInboxBody } from './schema.ts';
import { listInboxes, nextGeneration } from './sql.ts';

export interface InboxRouteDeps extends InboxDeps, ImapDeps {
  readonly signer: LinkSigner;
  /** Where people reach this server, without a trailing slash. */
  readonly publicUrl: () => string;
  /** The real time. */
  readonly now: () => Date;
  /**
   * Told after an inbox was added, changed or removed: the reader looks, senders are found anew.
   */
  readonly onChanged: (workspaceId: string) => void;
}

const Params = Type.Object({ id: Type.String({ maxLength: 100 }) });
const tags = ['inboxes'];

/** `/api/v1/inboxes`. Registered inside the authenticated scope. */
export const inboxRoutes: FastifyPluginAsyncTypebox<InboxRouteDeps> = async (app, deps) => {
  addReading(app, deps);
  addWriting(app, deps);
  addTest(app, deps);
};

type App = Parameters<typeof inboxRoutes>[0];

const viewer =
  ({ signer, publicUrl }: InboxRouteDeps) =>
  (inbox: Inbox) =>
    inboxViewOf(inbox, `${publicUrl()}/inbound/mail/${postTokenOf(signer, inbox)}`);

function addReading(app: App, deps: InboxRouteDeps): void {
  const { db } = deps;
  const viewOf = viewer(deps);
  app.get(
    '/inboxes',
    {
      config: { role: 'owner' },
      schema: {
        tags,
        summary: 'List the inboxes that bounces and answers come back to',
        querystring: Type.Object(PageQuery),
        response: { 200: pageSchema(InboxView) },
      },
    },
    async ({ actor: { workspaceId }, query: { limit, cursor } }) => {
      const after = afterOf(cursor);
      const rows = await listInboxes(db, { workspaceId, limit: limit + 1, after });
      return pageOf(rows, { limit, keyOf: ({ createdAt: at, id }) => ({ at, id }), viewOf });
    },
  );
  app.get(
    '/inboxes/:id',
    {
      config: { role: 'owner' },
      schema: { tags, summary: 'Read an inbox', params: Params, response: { 200: InboxView } },
    },
    async ({ actor: { workspaceId }, params }) =>
      viewOf(await readInbox(db, { workspaceId, id: storedIdOf(params.id) })),
  );
}

function addWriting(app: App, deps: InboxRouteDeps): void {
  const { db, box, now, onChanged } = deps;
  const viewOf = viewer(deps);
  app.post(
    '/inboxes',
    {
      schema: {
        tags,
        summary: 'Add an inbox; with imap it is read every minute',
        body: NewInboxBody,
        response: { 201: InboxView },
      },
      // The address for posting is as good as a key.
      config: { role: 'owner', isAnswerSecret: true },
    },
    async ({ actor: { workspaceId }, body }, reply) => {
      const input = { ...inputOf(body), address: body.address };
      const inbox = await createInbox({ db, box }, { workspaceId, input, now: now() });
      onChanged(workspaceId);
      void reply.code(201);
      return viewOf(inbox);
    },
  );
  app.patch(
    '/inboxes/:id',
    {
      config: { role: 'owner' },
      schema: {
        tags,
        summary: 'Change an inbox; what is left out stays',
        params: Params,
        body: ChangeInboxBody,
        response: { 200: InboxView },
      },
    },
    async ({ actor: { workspaceId }, params, body }) => {
      const change = { workspaceId, id: storedIdOf(params.id), input: inputOf(body), now: now() };
      const inbox = await changeInbox({ db, box }, change);
      onChanged(workspaceId);
      return viewOf(inbox);
    },
  );
  app.delete(
    '/inboxes/:id',
    {
      config: { role: 'owner' },
      schema: {
        tags,
        summary: 'Remove an inbox; bounces to its return-paths are no longer read',
        params: Params,
        response: { 204: Type.Null() },
      },
    },
    async ({ actor: { workspaceId }, params }, reply) => {
      await removeInbox({ db }, { workspaceId, id: storedIdOf(params.id) });
      onChanged(workspaceId);
      void reply.code(204);
      return null;
    },
  );
}

function addTest(app: App, deps: InboxRouteDeps): void {
  const { db, now } = deps;
  const viewOf = viewer(deps);
  app.post(
    '/inboxes/:id/test',
    {
      config: { role: 'owner' },
      schema: {
        tags,
        summary: 'Connect to an inbox and say in words what is wrong',
        params: Params,
        response: { 200: Type.Object({ ok: Type.Boolean(), message: Type.String() }) },
      },
    },
    async ({ actor: { workspaceId }, params }) =>
      testInbox(deps, { workspaceId, id: storedIdOf(params.id) }),
  );
  app.post(
    '/inboxes/:id/rotate_post_url',
    {
      schema: {
        tags,
        summary: 'Make a new address for posting; the old one ends at once',
        params: Params,
        response: { 200: InboxView },
      },
      config: { role: 'owner', isAnswerSecret: true },
    },
    async ({ actor: { workspaceId }, params }) => {
      const id = storedIdOf(params.id);
      const which = { workspaceId, id, now: now() };
      const generation = await inTransaction(db, (tx) => nextGeneration(tx, which));
      if (generation === null) throw inboxNotFound();
      return viewOf(await readInbox(db, { workspaceId, id }));
    },
  );
}
