import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Db } from '../../../platform/db.ts';
import type { PageAfter } from '../../../platform/page.ts';
import type { ConsentState } from '../../consent.ts';
import type { ConsentRouteDeps } from '../../deps.ts';
import type { Subscriber } from '../../sql/lists.ts';
import { csvLine } from '../../suppressions/csv.ts';
import { readList } from '../change-list.ts';
import type { List } from '../list.ts';
import { State, SubscriberImportAnswer, SubscriberImportBody } from '../schema.ts';
import { subscribersOf } from '../subscribers.ts';
import { importSubscribers } from './import-subscribers.ts';

type App = Parameters<FastifyPluginAsyncTypebox<ConsentRouteDeps>>[0];

const tags = ['consent'];
const params = Type.Object({ id: Type.String({ maxLength: 64 }) });
const EXPORT_PAGE = 1_000;
const COLUMNS = ['user_id', 'email', 'state', 'source', 'at'];

/** The people of a list as files. Registered inside the authenticated scope. */
export const listFileRoutes: FastifyPluginAsyncTypebox<ConsentRouteDeps> = async (app, deps) => {
  addExport(app, deps);
  addImport(app, deps);
};

function addExport(app: App, { consent: { db } }: ConsentRouteDeps): void {
  app.get(
    '/lists/:id/subscribers/export',
    {
      schema: {
        tags,
        summary: 'The people in one state of a list, or in any, as CSV',
        params,
        querystring: Type.Object({ state: Type.Optional(State) }),
        response: {
          200: {
            description: 'Lines of user_id,email,state,source,at',
            content: { 'text/csv': { schema: Type.Unsafe<Readable>({ type: 'string' }) } },
          },
        },
      },
    },
    async ({ actor: { workspaceId }, params: { id }, query: { state } }, reply) => {
      const list = await readList(db, { workspaceId, id });
      const states: ConsentState[] =
        state === undefined ? ['subscribed', 'pending', 'unsubscribed'] : [state];
      void reply.header('Content-Type', 'text/csv; charset=utf-8');
      void reply.header('Content-Disposition', 'attachment; filename="subscribers.csv"');
      return reply.send(Readable.from(exported(db, { workspaceId, list, states })));
    },
  );
}

/** The file, a page at a time: as much is read as the caller takes. */
async function* exported(
  db: Db,
  {
    workspaceId,
    list,
    states,
  }: { workspaceId: string; list: List; states: readonly ConsentState[] },
): AsyncGenerator<string> {
  yield csvLine(COLUMNS);
  for (const state of states) {
    let after: PageAfter | null = null;
    for (;;) {
      const page = { workspaceId, state, after, limit: EXPORT_PAGE };
      const rows: Subscriber[] = await subscribersOf(db, list, page);
      yield rows.map(lineOf).join('');
      const last = rows.at(-1);
      if (rows.length < EXPORT_PAGE || last === undefined) break;
      after = { at: last.createdAt, id: last.userId };
    }
  }
}

const lineOf = ({ userExternalId, email, state, source, at }: Subscriber): string =>
  csvLine([userExternalId, email ?? '', state, source ?? '', at?.toISOString() ?? '']);

function addImport(app: App, { consent, sideNow }: ConsentRouteDeps): void {
  app.post(
    '/lists/:id/subscribers/import',
    {
      schema: {
        tags,
        summary: 'Put up to 10,000 users on a list, given as CSV',
        description:
          'One result for each line, in order. Good lines count even when others do not. With ' +
          'dry_run nothing is changed.',
        params,
        body: SubscriberImportBody,
        response: { 200: SubscriberImportAnswer },
      },
    },
    async ({ actor: { workspaceId }, params: { id }, body }) => {
      const list = await readList(consent.db, { workspaceId, id });
      const lines = await importSubscribers(consent, {
        workspaceId,
        list,
        csv: body.csv,
        isConfirmed: body.confirmed === true,
        isDryRun: body.dry_run === true,
        now: await sideNow(workspaceId),
      });
      const count = (what: string): number => lines.filter(({ result }) => result === what).length;
      return {
        changed: count('changed'),
        unchanged: count('unchanged'),
        unknown_user: count('unknown_user'),
        invalid: count('invalid'),
        data: lines.map(({ line, userExternalId, state, result, error }) => ({
          line,
          user_id: userExternalId,
          state,
          result,
          error,
        })),
      };
    },
  );
}
