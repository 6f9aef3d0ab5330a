import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { csvLine, findList, listArchived, listNotFound } from '../consent/index.ts';
import type { Pool } from '../platform/db.ts';
import { PageQuery, pageSchema } from '../platform/http.ts';
import { storedIdOf } from '../platform/ids.ts';
import { afterOf, pageOf } from '../platform/page.ts';
import { changeImport, readImport } from './change-import.ts';
import { fileInvalid } from './errors.ts';
import type { Import } from './import.ts';
import { lookAt } from './look.ts';
import { fieldsOfKind, mappingOf } from './mapping.ts';
import { receiveImport } from './receive.ts';
import {
  faultViewOf,
  ImportQuery,
  ImportView,
  importViewOf,
  LookAnswer,
  LookBody,
} from './schema.ts';
import { listFaults, listImports } from './sql/imports.ts';

export interface ImportRouteDeps {
  readonly db: Pool;
  readonly now: () => Date;
  /** A file has come whole. */
  readonly onReceived: () => void;
}

type App = Parameters<FastifyPluginAsyncTypebox<ImportRouteDeps>>[0];

const tags = ['data'];
const params = Type.Object({ id: Type.String({ maxLength: 64 }) });
const REPORT_PAGE = 1_000;

/** `/api/v1/imports`. Registered inside the authenticated scope. */
export const importRoutes: FastifyPluginAsyncTypebox<ImportRouteDeps> = async (app, deps) => {
  await app.register(async (inner) => addUpload(inner as App, deps));
  addReading(app, deps);
  addLook(app);
  addChanges(app, deps);
};

function addUpload(app: App, { db, now, onReceived }: ImportRouteDeps): void {
  app.removeAllContentTypeParsers();
  // The file is read as it comes, by the handler.
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  // For telling requests with one Idempotency-Key apart: not by all that was sent, but by how long it is.
  app.addHook('preValidation', async (request) => {
    request.rawBody = Buffer.from(request.headers['content-length'] ?? '');
  });
  app.post(
    '/imports',
    {
      config: { role: 'editor', isUpload: true },
      schema: {
        tags,
        summary: 'Import a file: users, companies, events, suppressions, people of lists',
        description:
          'The body is the file, in CSV or JSON Lines, in UTF-8. It is answered once it has come ' +
          'whole; workers import it. Nothing starts by it unless start_series says so.',
        querystring: ImportQuery,
        response: { 201: ImportView },
      },
    },
    async ({ actor: { workspaceId }, query, raw }, reply) => {
      const { kind, format = formatOf(kind), source = 'milepost', list_id: listId = null } = query;
      if (source !== 'milepost' && (kind !== 'users' || format !== 'csv')) {
        throw fileInvalid('Exports of other systems are imported as users, in CSV');
      }
      const id = await receiveImport(
        { db, onReceived },
        {
          workspaceId,
          kind,
          format,
          source,
          mapping: mappingOf(query.mapping),
          options: {
            isDryRun: query.dry_run === true,
            mayStart: query.start_series === true,
            isConfirmed: query.confirmed ?? kind === 'everything',
            listId: await requireList(db, { workspaceId, listId }),
          },
        },
        { body: raw, now: now() },
      );
      void reply.code(201);
      return importViewOf(await readImport(db, { workspaceId, id }));
    },
  );
}

const formatOf = (kind: Import['kind']): Import['format'] =>
  kind === 'everything' ? 'jsonl' : 'csv';

/** @throws `consent.list_not_found`, `consent.list_archived` */
async function requireList(
  db: Pool,
  { workspaceId, listId }: { workspaceId: string; listId: string | null },
): Promise<string | null> {
  if (listId === null) return null;
  const list = await findList(db, { workspaceId, id: storedIdOf(listId) });
  if (list === null) throw listNotFound();
  if (list.archivedAt !== null) throw listArchived();
  return list.id;
}

function addReading(app: App, { db }: ImportRouteDeps): void {
  app.get(
    '/imports',
    {
      schema: {
        tags,
        summary: 'List imports, the youngest first; they are kept for 30 days',
        querystring: Type.Object(PageQuery),
        response: { 200: pageSchema(ImportView) },
      },
    },
    async ({ actor: { workspaceId }, query: { limit, cursor } }) => {
      const page = { after: afterOf(cursor), limit: limit + 1 };
      const rows = await listImports(db, { workspaceId, ...page });
      const keyOf = ({ createdAt, id }: Import) => ({ at: createdAt, id });
      return pageOf(rows, { limit, keyOf, viewOf: importViewOf });
    },
  );

  app.get(
    '/imports/:id',
    {
      schema: {
        tags,
        summary: 'Read an import, with how far it is',
        params,
        response: { 200: ImportView },
      },
    },
    async ({ actor: { workspaceId }, params: { id } }) =>
      importViewOf(await readImport(db, { workspaceId, id })),
  );

  app.get(
    '/imports/:id/report',
    {
      schema: {
        tags,
        summary: 'What is wrong with lines of an import, as CSV; at most 10,000 of them',
        params,
        response: {
          200: {
            description: 'Lines of line,level,field,reason; never a value of the file',
            content: { 'text/csv': { schema: Type.Unsafe<Readable>({ type: 'string' }) } },
          },
        },
      },
    },
    async ({ actor: { workspaceId }, params: { id } }, reply) => {
      const one = await readImport(db, { workspaceId, id });
      void reply.header('Content-Type', 'text/csv; charset=utf-8');
      void reply.header('Content-Disposition', 'attachment; filename="import-report.csv"');
      return reply.send(Readable.from(reported(db, one.id)));
    },
  );
}

/** The report, a page at a time: as much is read as the caller takes. */
async function* reported(db: Pool, id: string): AsyncGenerator<string> {
  yield csvLine(['line', 'level', 'field', 'reason']);
  let afterLine = 0;
  for (;;) {
    const rows = await listFaults(db, { id, afterLine, limit: REPORT_PAGE });
    // A page ends where a line does: a line may have more than one fault.
    const last = rows.at(-1)?.line ?? 0;
    const isWhole = rows.length < REPORT_PAGE;
    const page = isWhole ? rows : rows.filter(({ line }) => line < last);
    yield page
      .map(faultViewOf)
      .map(({ line, level, field, reason }) => csvLine([String(line), level, field, reason]))
      .join('');
    if (isWhole) return;
    afterLine = last - 1;
  }
}

function addLook(app: App): void {
  app.post(
    '/imports/look',
    {
      config: { role: 'viewer' },
      schema: {
        tags,
        summary: 'What the columns of a CSV file would be read as',
        body: LookBody,
        response: { 200: LookAnswer },
      },
    },
    async ({ body: { kind, source = 'milepost', head } }) => {
      if (kind === 'everything') {
        return { columns: [], fields: [], fault: 'everything is imported as JSON Lines' };
      }
      const { columns, fault } = lookAt(head, { kind, source });
      return { columns: [...columns], fields: fieldsOfKind(kind), fault };
    },
  );
}

function addChanges(app: App, { db, onReceived }: ImportRouteDeps): void {
  const words = {
    pause: 'Hold an import; once it is answered nothing more is written',
    resume: 'Let an import go on where it was',
    cancel: 'End an import; what was written stays',
  } as const;
  for (const to of ['pause', 'resume', 'cancel'] as const) {
    app.post(
      `/imports/:id/${to}`,
      {
        config: { role: 'editor' },
        schema: { tags, summary: words[to], params, response: { 200: ImportView } },
      },
      async ({ actor: { workspaceId }, params: { id } }) => {
        const one = await changeImport(db, { workspaceId, id, to });
        if (to === 'resume') onReceived();
        return importViewOf(one);
      },
    );
  }
}
