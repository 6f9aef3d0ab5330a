import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { PageQuery, pageSchema } from '../platform/http.ts';
import type { Pool } from '../platform/db.ts';
import { bucketOf, companyIdOf, userIdOf } from '../platform/ids.ts';
import { afterOf, pageOf } from '../platform/page.ts';
import type { Company } from './company.ts';
import { companyNotFound, userNotFound } from './errors.ts';
import type { Event } from './event.ts';
import { CompanyView, EventView, UserView } from './schema.ts';
import { companiesByIds, listCompanies } from './sql/companies.ts';
import { listEvents } from './sql/events.ts';
import { listUsers, usersByIds } from './sql/users.ts';
import type { User } from './user.ts';
import { companiesOf, companyViewOf, userViewOf } from './views.ts';

type ReadingRoutes = FastifyPluginAsyncTypebox<{ db: Pool }>;

const ExternalId = Type.String({ maxLength: 255 });
const ageOf = ({ createdAt, id }: User | Company) => ({ at: createdAt, id });

/** `/api/v1/users`. Registered inside the authenticated scope. */
export const userRoutes: ReadingRoutes = async (app, { db }) => {
  app.get(
    '/users',
    {
      schema: {
        tags: ['users'],
        summary: 'List users, youngest first',
        querystring: Type.Object({
          ...PageQuery,
          email: Type.Optional(Type.String({ maxLength: 320 })),
        }),
        response: { 200: pageSchema(UserView) },
      },
    },
    async ({ actor: { workspaceId }, query: { limit, cursor, email = null } }) => {
      const after = afterOf(cursor);
      const rows = await listUsers(db, { workspaceId, email, after, limit: limit + 1 });
      const companies = await companiesOf(db, rows);
      return pageOf(rows, {
        limit,
        keyOf: ageOf,
        viewOf: (user) => userViewOf(user, companies),
      });
    },
  );

  app.get(
    '/users/:user_id',
    {
      schema: {
        tags: ['users'],
        summary: 'Read a user by the id that your system gives them',
        params: Type.Object({ user_id: ExternalId }),
        response: { 200: UserView },
      },
    },
    async ({ actor: { workspaceId }, params }) => {
      const id = userIdOf(workspaceId, params.user_id);
      const user = (await usersByIds(db, [{ bucket: bucketOf(id), id }])).get(id);
      if (user === undefined) throw userNotFound();
      return userViewOf(user, await companiesOf(db, [user]));
    },
  );
};

/** `/api/v1/companies`. Registered inside the authenticated scope. */
export const companyRoutes: ReadingRoutes = async (app, { db }) => {
  app.get(
    '/companies',
    {
      schema: {
        tags: ['companies'],
        summary: 'List companies, youngest first',
        querystring: Type.Object(PageQuery),
        response: { 200: pageSchema(CompanyView) },
      },
    },
    async ({ actor: { workspaceId }, query: { limit, cursor } }) => {
      const page = { workspaceId, after: afterOf(cursor), limit: limit + 1 };
      const rows = await listCompanies(db, page);
      return pageOf(rows, { limit, keyOf: ageOf, viewOf: companyViewOf });
    },
  );

  app.get(
    '/companies/:company_id',
    {
      schema: {
        tags: ['companies'],
        summary: 'Read a company by the id that your system gives it',
        params: Type.Object({ company_id: ExternalId }),
        response: { 200: CompanyView },
      },
    },
    async ({ actor: { workspaceId }, params }) => {
      const id = companyIdOf(workspaceId, params.company_id);
      const company = (await companiesByIds(db, [{ bucket: bucketOf(id), id }])).get(id);
      if (company === undefined) throw companyNotFound();
      return companyViewOf(company);
    },
  );
};

/** `/api/v1/events`. Registered inside the authenticated scope. */
export const eventRoutes: ReadingRoutes = async (app, { db }) => {
  app.get(
    '/events',
    {
      schema: {
        tags: ['events'],
        summary: 'List events, the last that came first',
        querystring: Type.Object({
          ...PageQuery,
          user_id: Type.Optional(ExternalId),
          event_type: Type.Optional(Type.String({ maxLength: 100 })),
        }),
        response: { 200: pageSchema(EventView) },
      },
    },
    async ({ actor: { workspaceId }, query }) => {
      const { limit, cursor, user_id: userId, event_type: eventType = null } = query;
      const id = userId === undefined ? null : userIdOf(workspaceId, userId);
      const rows = await listEvents(db, {
        workspaceId,
        user: id === null ? null : { bucket: bucketOf(id), id },
        eventType,
        after: afterOf(cursor),
        limit: limit + 1,
      });
      const keyOf = ({ storedAt, id }: Event) => ({ at: storedAt, id });
      return pageOf(rows, { limit, keyOf, viewOf: eventViewOf });
    },
  );
};

const eventViewOf = (event: Event) => ({
  id: event.id,
  user_id: event.userId,
  event_type: event.eventType,
  occurred_at: event.occurredAt.toISOString(),
  received_at: event.receivedAt.toISOString(),
  event_id: event.eventId,
  session_id: event.sessionId,
  element_selector: event.elementSelector,
  page_url: event.pageUrl,
  metadata: event.metadata,
});
