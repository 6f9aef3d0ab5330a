import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { inTransaction, type Pool } from '../../platform/db.ts';
import { PageQuery, pageSchema } from '../../platform/http.ts';
import { storedIdOf, uuidv7 } from '../../platform/ids.ts';
import { afterOf, pageOf } from '../../platform/page.ts';
import { savedFilterNotFound } from '../errors.ts';
import {
  deleteSavedFilter,
  findSavedFilter,
  insertSavedFilter,
  listSavedFilters,
  updateSavedFilter,
} from '../sql/saved-filters.ts';
import { changedSavedFilterOf, newSavedFilterOf, type SavedFilter } from './saved-filter.ts';
import { Kind, SavedFilterBody, SavedFilterPatch, SavedFilterView } from './schema.ts';

export interface SavedFilterRouteDeps {
  readonly db: Pool;
  /** The real time: filters are kept, whatever a test clock says. */
  readonly now: () => Date;
}

type App = Parameters<FastifyPluginAsyncTypebox<SavedFilterRouteDeps>>[0];

const tags = ['filters'];
const params = Type.Object({ id: Type.String({ maxLength: 64 }) });
/** The use case reports every fault with its path; the schema documents it. */
const validatorCompiler = () => () => true;

/** `/api/v1/filters`: filters that members keep. Registered inside the authenticated scope. */
export const savedFilterRoutes: FastifyPluginAsyncTypebox<SavedFilterRouteDeps> = async (
  app,
  deps,
) => {
  addReading(app, deps);
  addChanges(app, deps);
};

function addReading(app: App, { db }: SavedFilterRouteDeps): void {
  app.get(
    '/filters',
    {
      schema: {
        tags,
        summary: 'List saved filters, youngest first',
        querystring: Type.Object({ ...PageQuery, kind: Type.Optional(Kind) }),
        response: { 200: pageSchema(SavedFilterView) },
      },
    },
    async ({ actor: { workspaceId }, query: { limit, cursor, kind = null } }) => {
      const page = { workspaceId, kind, after: afterOf(cursor), limit: limit + 1 };
      const rows = await listSavedFilters(db, page);
      const keyOf = ({ createdAt, id }: SavedFilter) => ({ at: createdAt, id });
      return pageOf(rows, { limit, keyOf, viewOf });
    },
  );

  app.get(
    '/filters/:id',
    {
      schema: { tags, summary: 'Read a saved filter', params, response: { 200: SavedFilterView } },
    },
    async ({ actor: { workspaceId }, params: { id } }) => {
      const saved = await findSavedFilter(db, { workspaceId, id: storedIdOf(id) });
      if (saved === null) throw savedFilterNotFound();
      return viewOf(saved);
    },
  );
}

function addChanges(app: App, { db, now }: SavedFilterRouteDeps): void {
  app.post(
    '/filters',
    {
      schema: {
        tags,
        summary: 'Save a filter over users or companies under a name',
        body: SavedFilterBody,
        response: { 201: SavedFilterView },
      },
      validatorCompiler,
    },
    async ({ actor: { workspaceId }, body }, reply) => {
      const at = now();
      const input = newSavedFilterOf(body);
      const added = { ...input, workspaceId, id: uuidv7(at), now: at };
      const saved = await inTransaction(db, (tx) => insertSavedFilter(tx, added));
      void reply.code(201);
      return viewOf(saved);
    },
  );

  app.patch(
    '/filters/:id',
    {
      schema: {
        tags,
        summary: 'Change a saved filter; what is left out stays, its kind always',
        params,
        body: SavedFilterPatch,
        response: { 200: SavedFilterView },
      },
      validatorCompiler,
    },
    async ({ actor: { workspaceId }, params, body }) => {
      const ref = { workspaceId, id: storedIdOf(params.id) };
      const before = await findSavedFilter(db, ref);
      if (before === null) throw savedFilterNotFound();
      const input = changedSavedFilterOf(body, before);
      const changed = { ...ref, ...input, now: now() };
      const saved = await inTransaction(db, (tx) => updateSavedFilter(tx, changed));
      if (saved === null) throw savedFilterNotFound();
      return viewOf(saved);
    },
  );

  app.delete(
    '/filters/:id',
    {
      schema: {
        tags,
        summary: 'Delete a saved filter',
        params,
        response: { 204: Type.Null() },
      },
    },
    async ({ actor: { workspaceId }, params: { id } }, reply) => {
      const ref = { workspaceId, id: storedIdOf(id) };
      if (!(await inTransaction(db, (tx) => deleteSavedFilter(tx, ref)))) {
        throw savedFilterNotFound();
      }
      return reply.code(204).send(null);
    },
  );
}

const viewOf = (saved: SavedFilter) => ({
  id: saved.id,
  name: saved.name,
  kind: saved.kind,
  filter: saved.filter as Record<string, unknown> | null,
  columns: [...saved.columns],
  created_at: saved.createdAt.toISOString(),
  updated_at: saved.updatedAt.toISOString(),
});
