import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { faultsOfFilter, filterOf, type Filter } from '../../audience/index.ts';
import type { Pool } from '../../platform/db.ts';
import { storedIdOf } from '../../platform/ids.ts';
import { exportInvalid } from '../errors.ts';
import type { FileFormat } from '../import.ts';
import { Format } from '../schema.ts';
import { exportedEverything } from './everything.ts';
import { EXPORT_KINDS, type ExportKind } from './table.ts';
import { exported } from './write.ts';

export interface ExportRouteDeps {
  readonly db: Pool;
  readonly sideNow: (workspaceId: string) => Promise<Date>;
}

type App = Parameters<FastifyPluginAsyncTypebox<ExportRouteDeps>>[0];

const tags = ['data'];
const TYPE: Readonly<Record<FileFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  jsonl: 'application/jsonl; charset=utf-8',
};
const WHAT: Readonly<Record<ExportKind, string>> = {
  users: 'Everybody, or who matches a filter',
  companies: 'All companies',
  events: 'All events',
  messages: 'All messages, without what was written in them',
  suppressions: 'Who must not be mailed; who was erased is left out',
  list_members: 'What people have chosen about lists, or about one',
};
const File = Type.Unsafe<Readable>({ type: 'string' });

/** `/api/v1/exports` and `/api/v1/export`. Registered inside the authenticated scope. */
export const exportRoutes: FastifyPluginAsyncTypebox<ExportRouteDeps> = async (app, deps) => {
  for (const kind of EXPORT_KINDS) addExport(app, deps, kind);
  app.get(
    '/export',
    {
      config: { role: 'owner' },
      schema: {
        tags,
        summary: 'Everything that this side has, as JSON Lines; secrets are left out',
        response: {
          200: {
            description:
              'A manifest, then one thing on each line, then how many of each there were',
            content: { 'application/jsonl': { schema: File } },
          },
        },
      },
    },
    async ({ actor: { workspaceId } }, reply) => {
      const now = await deps.sideNow(workspaceId);
      void reply.header('Content-Type', TYPE.jsonl);
      void reply.header('Content-Disposition', 'attachment; filename="milepost.jsonl"');
      return reply.send(Readable.from(exportedEverything(deps.db, { workspaceId, now })));
    },
  );
};

function addExport(app: App, { db, sideNow }: ExportRouteDeps, kind: ExportKind): void {
  const ofUsers = Type.Optional(
    Type.String({ maxLength: 65_536, description: 'Of users: a filter, as JSON' }),
  );
  const ofLists = Type.Optional(
    Type.String({ maxLength: 64, description: 'Of list_members: one list' }),
  );
  app.get(
    `/exports/${kind}`,
    {
      config: { role: 'editor' },
      schema: {
        tags,
        summary: `${WHAT[kind]}, as CSV or JSON Lines, the youngest first`,
        querystring: Type.Object({
          format: Type.Optional(Format),
          ...(kind === 'users' ? { filter: ofUsers } : {}),
          ...(kind === 'list_members' ? { list_id: ofLists } : {}),
        }),
        response: {
          200: {
            description: 'What the import of this kind reads',
            content: { 'text/csv': { schema: File }, 'application/jsonl': { schema: File } },
          },
        },
      },
    },
    async ({ actor: { workspaceId, timezone }, query }, reply) => {
      const { format = 'csv', filter, list_id: listId } = query as Asked;
      const ask = {
        workspaceId,
        kind,
        format,
        now: await sideNow(workspaceId),
        filter: filter === undefined ? null : readFilter(filter, timezone),
        listId: listId === undefined ? null : storedIdOf(listId),
      };
      void reply.header('Content-Type', TYPE[format]);
      void reply.header('Content-Disposition', `attachment; filename="${kind}.${format}"`);
      return reply.send(Readable.from(exported(db, ask)));
    },
  );
}

interface Asked {
  readonly format?: FileFormat;
  readonly filter?: string;
  readonly list_id?: string;
}

/** @throws `data.export_invalid` */
function readFilter(text: string, timezone: string): Filter {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw exportInvalid('filter must be JSON');
  }
  const [fault] = faultsOfFilter(json, 'filter');
  if (fault !== undefined) throw exportInvalid(`${fault.path} ${fault.message}`);
  return filterOf(json, { timezone });
}
