import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Pool } from '../../platform/db.ts';
import { Instant, isoOf, Nullable, PageQuery, pageSchema } from '../../platform/http.ts';
import { storedIdOf } from '../../platform/ids.ts';
import { afterOf, pageOf } from '../../platform/page.ts';
import type { ActorMember, RequestActor } from '../../workspace/index.ts';
import { confirmationNotFound, memberRequired } from '../errors.ts';
import { issueToken, refuseCall } from './ask.ts';
import { CONFIRMATION_STATES, stateAt, type Confirmation } from './confirmation.ts';
import { findConfirmation, listConfirmations } from './sql.ts';

export interface ConfirmationRouteDeps {
  readonly db: Pool;
  /** The real time. */
  readonly now: () => Date;
}

const tags = ['confirmations'];
const params = Type.Object({ id: Type.String({ maxLength: 64 }) });

const ConfirmationView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  code: Type.String({ description: 'The same is told in the conversation' }),
  tool: Type.String(),
  arguments: Type.Object({}, { additionalProperties: true }),
  words: Type.Array(Type.String(), { description: 'What would be done, a sentence each' }),
  people_count: Type.Union([Type.Integer(), Type.Null()], {
    description: 'How many people it touches at once; null where nobody can know',
  }),
  role: Type.Enum(['editor', 'owner'], { description: 'Who may issue it' }),
  key_hint: Type.String({ description: 'The last four characters of the key that asks' }),
  state: Type.Enum([...CONFIRMATION_STATES]),
  requested_at: Instant,
  expires_at: Instant,
  decided_at: Nullable(Instant),
  decided_by: Nullable(Type.String()),
  used_at: Nullable(Instant),
  outcome: Type.Union([Type.String(), Type.Null()], {
    description: '`done`, or the code of what refused the call',
  }),
});

const IssuedView = Type.Object({
  ...ConfirmationView.properties,
  token: Type.String({ description: 'For the assistant; shown this once' }),
});

type App = Parameters<typeof assistantConfirmationRoutes>[0];

/** `/api/v1/confirmations`: what assistants ask. Registered inside the authenticated scope. */
export const assistantConfirmationRoutes: FastifyPluginAsyncTypebox<ConfirmationRouteDeps> = async (
  app,
  deps,
) => {
  addReading(app, deps);
  addDeciding(app, deps);
};

function addReading(app: App, { db, now }: ConfirmationRouteDeps): void {
  app.get(
    '/confirmations',
    {
      schema: {
        tags,
        summary: 'List what assistants asked for, youngest first; kept for 30 days',
        querystring: Type.Object({
          ...PageQuery,
          open: Type.Boolean({ default: false, description: 'Only what may still be used' }),
        }),
        response: { 200: pageSchema(ConfirmationView) },
      },
    },
    async ({ actor: { workspaceId }, query: { limit, cursor, open: isOpen } }) => {
      const at = now();
      const page = { after: afterOf(cursor), limit: limit + 1, now: at };
      const rows = await listConfirmations(db, { workspaceId, isOpen, ...page });
      return pageOf(rows, {
        limit,
        keyOf: ({ requestedAt, id }) => ({ at: requestedAt, id }),
        viewOf: (row) => confirmationViewOf(row, at),
      });
    },
  );

  app.get(
    '/confirmations/:id',
    {
      schema: {
        tags,
        summary: 'Read what an assistant asked for: the call, in words and in full',
        params,
        response: { 200: ConfirmationView },
      },
    },
    async ({ actor: { workspaceId }, params: { id } }) => {
      const found = await findConfirmation(db, { workspaceId, id: storedIdOf(id) });
      if (found === null) throw confirmationNotFound();
      return confirmationViewOf(found, now());
    },
  );
}

function addDeciding(app: App, { db, now }: ConfirmationRouteDeps): void {
  /** Members only: what a key asks for no key allows. A question of others is none, for keys too. */
  const decisionOf = async (actor: RequestActor, id: string) => {
    const which = { workspaceId: actor.workspaceId, id: storedIdOf(id) };
    if ((await findConfirmation(db, which)) === null) throw confirmationNotFound();
    return { ...which, member: memberOf(actor), now: now() };
  };

  app.post(
    '/confirmations/:id/issue',
    {
      config: { isAnswerSecret: true },
      schema: {
        tags,
        summary: 'Allow one call of an assistant; the token is shown this once',
        description: 'Members only. The token is good for ten minutes, for this call, once.',
        params,
        response: { 200: IssuedView },
      },
    },
    async ({ actor, params: { id } }) => {
      const { confirmation, token } = await issueToken(db, await decisionOf(actor, id));
      return { ...confirmationViewOf(confirmation, now()), token };
    },
  );

  app.post(
    '/confirmations/:id/refuse',
    {
      schema: {
        tags,
        summary: 'Refuse a call of an assistant',
        description: 'Members only.',
        params,
        response: { 200: ConfirmationView },
      },
    },
    async ({ actor, params: { id } }) =>
      confirmationViewOf(await refuseCall(db, await decisionOf(actor, id)), now()),
  );
}

/** @throws `assistant.member_required` */
function memberOf({ member }: RequestActor): ActorMember {
  if (member === null) throw memberRequired();
  return member;
}

const confirmationViewOf = (one: Confirmation, now: Date) => ({
  id: one.id,
  code: one.code,
  tool: one.tool,
  arguments: one.arguments,
  words: [...one.words],
  people_count: one.peopleCount,
  role: one.role,
  key_hint: one.keyHint,
  state: stateAt(one, now),
  requested_at: one.requestedAt.toISOString(),
  expires_at: one.expiresAt.toISOString(),
  decided_at: isoOf(one.decidedAt),
  decided_by: one.decidedBy,
  used_at: isoOf(one.usedAt),
  outcome: one.outcome,
});
