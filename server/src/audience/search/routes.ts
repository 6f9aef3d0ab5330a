import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Pool } from '../../platform/db.ts';
import { bucketOf, NIL_UUID } from '../../platform/ids.ts';
import { PageQuery, pageSchema } from '../../platform/http.ts';
import { afterOf, pageOf } from '../../platform/page.ts';
import { editCompany, editUser, readCompany, removeCompany } from '../edit.ts';
import {
  companyFilterOf,
  faultsOfCompanyFilter,
  faultsOfFilter,
  filterOf,
} from '../filter/index.ts';
import type { Identifier } from '../identify.ts';
import { CompanyView, UserView } from '../schema.ts';
import { usersOfCompany } from '../sql/search.ts';
import type { User } from '../user.ts';
import { companiesOf, companyViewOf, userViewOf } from '../views.ts';
import { countUsersMatching } from './count-users.ts';
import { propertiesOf, type Property } from './properties.ts';
import * as schema from './schema.ts';
import { searchCompanies } from './search-companies.ts';
import {
  COMPANY_SORTS,
  filterOfBody,
  searchCursorOf,
  searchOf,
  USER_SORTS,
} from './search-input.ts';
import { searchUsers } from './search-users.ts';

export interface SearchRouteDeps {
  readonly db: Pool;
  readonly identifier: Identifier;
  readonly sideNow: (workspaceId: string) => Promise<Date>;
  /** Where reserved keys are explained. */
  readonly docsUrl: () => string;
  /** Called when a user's zone has changed, so that what waits is planned anew. */
  readonly onTimezoneChanged: (user: { bucket: number; userId: string }) => Promise<unknown>;
}

type App = Parameters<FastifyPluginAsyncTypebox<SearchRouteDeps>>[0];

/** The use case reports every fault with its path; the schema documents it. */
const validatorCompiler = () => () => true;
const USERS = { faultsOf: faultsOfFilter, compile: filterOf };
const COMPANIES = { faultsOf: faultsOfCompanyFilter, compile: companyFilterOf };
const asking = { role: 'viewer' } as const;
const UserParams = Type.Object({ user_id: Type.String({ maxLength: 255 }) });
const CompanyParams = Type.Object({ company_id: Type.String({ maxLength: 255 }) });

/** Looking people and companies up, and changing them. Registered inside the authenticated scope. */
export const searchRoutes: FastifyPluginAsyncTypebox<SearchRouteDeps> = async (app, deps) => {
  addUserSearch(app, deps);
  addProperties(app, deps);
  addUserEdit(app, deps);
  addCompanySearch(app, deps);
  addCompanyChanges(app, deps);
};

function addUserSearch(app: App, { db, sideNow }: SearchRouteDeps): void {
  app.post(
    '/users/search',
    {
      config: asking,
      schema: {
        tags: ['users'],
        summary: 'Find users by a filter, and by how email, id or name begin',
        description:
          'A call looks at a bounded number of people. With a filter that few match, or a text that ' +
          'many begin with, a page may be short or empty and still have a next_cursor.',
        body: Type.Optional(schema.UserSearchBody),
        response: { 200: schema.UserPage },
      },
      validatorCompiler,
    },
    async ({ actor: { workspaceId, timezone }, body }) => {
      const search = searchOf(body, { sorts: USER_SORTS, language: USERS, timezone });
      const now = await sideNow(workspaceId);
      const { rows, next } = await searchUsers(db, { workspaceId, search, now });
      const companies = await companiesOf(db, rows);
      return {
        data: rows.map((user) => userViewOf(user, companies)),
        next_cursor: searchCursorOf(search.sort, next),
      };
    },
  );

  app.post(
    '/users/count',
    {
      config: asking,
      schema: {
        tags: ['users'],
        summary: 'Count who matches a filter, with some of them and why',
        description: 'Answers within a few seconds: beyond that with an estimate, which says so.',
        body: Type.Optional(schema.UserCountBody),
        response: { 200: schema.UserCountView },
      },
      validatorCompiler,
    },
    async ({ actor: { workspaceId, timezone }, body }) => {
      const filter = filterOfBody(body, { language: USERS, timezone });
      const now = await sideNow(workspaceId);
      const counted = await countUsersMatching(db, { workspaceId, filter, now });
      return {
        count: counted.count,
        total: counted.total,
        is_exact: counted.isExact,
        sample: counted.sample.map(({ user: { externalId, email, name }, reasons }) => ({
          user_id: externalId,
          email,
          name,
          reasons: [...reasons],
        })),
      };
    },
  );
}

function addProperties(app: App, { db }: SearchRouteDeps): void {
  app.get(
    '/users/properties',
    {
      schema: {
        tags: ['users'],
        summary: 'What filters and merge tags may name here: traits, events, company traits',
        description: 'From the youngest people and events; each with its kinds and an example.',
        response: { 200: schema.PropertiesView },
      },
    },
    async ({ actor: { workspaceId } }) => {
      const { user, company, events } = await propertiesOf(db, { workspaceId });
      return {
        user: user.map(propertyViewOf),
        company: company.map(propertyViewOf),
        events: events.map(({ eventType, lastAt, metadata }) => ({
          event_type: eventType,
          last_at: lastAt.toISOString(),
          metadata: metadata.map(propertyViewOf),
        })),
      };
    },
  );
}

const propertyViewOf = ({ field, mergeTag, kinds, example, isOwn }: Property) => ({
  field,
  merge_tag: mergeTag,
  kinds: [...kinds],
  example,
  is_own: isOwn,
});

function addUserEdit(app: App, deps: SearchRouteDeps): void {
  app.patch(
    '/users/:user_id',
    {
      schema: {
        tags: ['users'],
        summary: 'Change what is known of a user',
        description:
          'By the rules of identify: what is left out stays, null removes. It is no activity: ' +
          'last_seen stays. Series that listen hear of it.',
        params: UserParams,
        body: schema.UserEdit,
        response: { 200: UserView },
      },
    },
    async ({ actor: { workspaceId }, params: { user_id: externalId }, body }) => {
      const edit = { workspaceId, externalId, body, docsUrl: deps.docsUrl() };
      const user = await editUser(deps, edit);
      return userViewOf(user, await companiesOf(deps.db, [user]));
    },
  );
}

function addCompanySearch(app: App, { db, sideNow }: SearchRouteDeps): void {
  app.post(
    '/companies/search',
    {
      config: asking,
      schema: {
        tags: ['companies'],
        summary: 'Find companies by a filter, and by how name, id or domain begin',
        description: 'The filter asks about company.… only. A page may be short, as with users.',
        body: Type.Optional(schema.CompanySearchBody),
        response: { 200: schema.CompanyPage },
      },
      validatorCompiler,
    },
    async ({ actor: { workspaceId, timezone }, body }) => {
      const search = searchOf(body, { sorts: COMPANY_SORTS, language: COMPANIES, timezone });
      const now = await sideNow(workspaceId);
      const { rows, next } = await searchCompanies(db, { workspaceId, search, now });
      return {
        data: rows.map((company) => ({
          ...companyViewOf(company),
          user_count: company.userCount,
        })),
        next_cursor: searchCursorOf(search.sort, next),
      };
    },
  );

  app.get(
    '/companies/:company_id/users',
    {
      schema: {
        tags: ['companies'],
        summary: 'List the users of a company, in no order that means anything',
        params: CompanyParams,
        querystring: Type.Object(PageQuery),
        response: { 200: pageSchema(UserView) },
      },
    },
    async ({ actor: { workspaceId }, params, query: { limit, cursor } }) => {
      const company = await readCompany(db, { workspaceId, externalId: params.company_id });
      const last = afterOf(cursor)?.id ?? NIL_UUID;
      const after = last === NIL_UUID ? null : { bucket: bucketOf(last), id: last };
      const page = { workspaceId, companyId: company.id, after, limit: limit + 1 };
      const rows = await usersOfCompany(db, page);
      const companies = new Map([[company.id, company]]);
      const keyOf = ({ id, createdAt }: User) => ({ at: createdAt, id });
      return pageOf(rows, { limit, keyOf, viewOf: (user) => userViewOf(user, companies) });
    },
  );
}

function addCompanyChanges(app: App, deps: SearchRouteDeps): void {
  app.patch(
    '/companies/:company_id',
    {
      schema: {
        tags: ['companies'],
        summary: 'Change what is known of a company; what is left out stays, null removes',
        params: CompanyParams,
        body: schema.CompanyEdit,
        response: { 200: CompanyView },
      },
    },
    async ({ actor: { workspaceId }, params: { company_id: externalId }, body }) => {
      const edit = { workspaceId, externalId, body, docsUrl: deps.docsUrl() };
      return companyViewOf(await editCompany(deps, edit));
    },
  );

  app.delete(
    '/companies/:company_id',
    {
      schema: {
        tags: ['companies'],
        summary: 'Delete a company; its users stay, and belong to none',
        params: CompanyParams,
        response: { 200: Type.Object({ users_left: Type.Integer() }) },
      },
    },
    async ({ actor: { workspaceId }, params: { company_id: externalId } }) => {
      return { users_left: await removeCompany(deps.db, { workspaceId, externalId }) };
    },
  );
}
