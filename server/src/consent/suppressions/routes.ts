import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Db } from '../../platform/db.ts';
import { isEmail } from '../../platform/email-address.ts';
import { PageQuery, pageSchema } from '../../platform/http.ts';
import { storedIdOf, userIdOf } from '../../platform/ids.ts';
import { afterOf, pageOf, type PageAfter } from '../../platform/page.ts';
import type { ConsentRouteDeps } from '../deps.ts';
import { importInvalid, suppressionInvalid, suppressionNotFound } from '../errors.ts';
import { addressHash, userHash } from '../key.ts';
import { countSuppressions, listSuppressions, type Suppression } from '../sql/suppressions.ts';
import { suppress, unsuppress, type SuppressionTarget } from '../suppress.ts';
import { csvLine } from './csv.ts';
import { importSuppressions, linesOfCsv, type ImportLine } from './import-suppressions.ts';
import {
  Email,
  ImportAnswer,
  ImportBody,
  Note,
  Reason,
  SuppressionBody,
  SuppressionCounts,
  SuppressionView,
  UserId,
} from './schema.ts';

type App = Parameters<FastifyPluginAsyncTypebox<ConsentRouteDeps>>[0];

const tags = ['consent'];
const EXPORT_PAGE = 1_000;
const COLUMNS = ['email', 'user_id', 'reason', 'source', 'created_at'];

/** `/api/v1/suppressions`. Registered inside the authenticated scope. */
export const suppressionRoutes: FastifyPluginAsyncTypebox<ConsentRouteDeps> = async (app, deps) => {
  addReading(app, deps);
  addCounts(app, deps);
  addExport(app, deps);
  addChanges(app, deps);
  addImport(app, deps);
};

function addReading(app: App, { consent: { db, key } }: ConsentRouteDeps): void {
  app.get(
    '/suppressions',
    {
      schema: {
        tags,
        summary: 'List who must not be mailed, the last first',
        description:
          'email and user_id find exactly one, also when it has been erased; q finds addresses by ' +
          'how they begin.',
        querystring: Type.Object({
          ...PageQuery,
          reason: Type.Optional(Reason),
          email: Type.Optional(Email),
          user_id: Type.Optional(UserId),
          q: Type.Optional(Type.String({ minLength: 1, maxLength: 320 })),
        }),
        response: { 200: pageSchema(SuppressionView) },
      },
    },
    async ({ actor: { workspaceId }, query: { limit, cursor, reason = null, q, ...who } }) => {
      const hash =
        who.email !== undefined
          ? addressHash(key, who.email)
          : who.user_id !== undefined
            ? userHash(key, userIdOf(workspaceId, who.user_id))
            : null;
      const prefix = q === undefined ? null : q.trim().toLowerCase();
      const page = { after: afterOf(cursor), limit: limit + 1 };
      const rows = await listSuppressions(db, { workspaceId, reason, prefix, hash, ...page });
      return pageOf(rows, { limit, keyOf, viewOf });
    },
  );
}

function addCounts(app: App, { consent: { db } }: ConsentRouteDeps): void {
  app.get(
    '/suppressions/counts',
    {
      schema: {
        tags,
        summary: 'How many are suppressed, by reason; what has been erased counts',
        response: { 200: SuppressionCounts },
      },
    },
    async ({ actor: { workspaceId } }) => {
      const counted = await countSuppressions(db, { workspaceId });
      const of = (reason: Suppression['reason']): number =>
        counted.find((one) => one.reason === reason)?.count ?? 0;
      return {
        total: counted.reduce((sum, { count }) => sum + count, 0),
        by_reason: {
          hard_bounce: of('hard_bounce'),
          complaint: of('complaint'),
          manual: of('manual'),
          import: of('import'),
          unsubscribe: of('unsubscribe'),
        },
      };
    },
  );
}

function addExport(app: App, { consent: { db } }: ConsentRouteDeps): void {
  app.get(
    '/suppressions/export',
    {
      schema: {
        tags,
        summary: 'Everything that is suppressed, as CSV; what has been erased is left out',
        querystring: Type.Object({ reason: Type.Optional(Reason) }),
        response: {
          200: {
            description: 'Lines of email,user_id,reason,source,created_at',
            content: { 'text/csv': { schema: Type.Unsafe<Readable>({ type: 'string' }) } },
          },
        },
      },
    },
    async ({ actor: { workspaceId }, query: { reason = null } }, reply) => {
      void reply.header('Content-Type', 'text/csv; charset=utf-8');
      void reply.header('Content-Disposition', 'attachment; filename="suppressions.csv"');
      return reply.send(Readable.from(exported(db, { workspaceId, reason })));
    },
  );
}

/** The file, a page at a time: as much is read as the caller takes. */
async function* exported(
  db: Db,
  { workspaceId, reason }: { workspaceId: string; reason: Suppression['reason'] | null },
): AsyncGenerator<string> {
  yield csvLine(COLUMNS);
  let after: PageAfter | null = null;
  for (;;) {
    const ask = { workspaceId, reason, prefix: null, hash: null, after, limit: EXPORT_PAGE };
    const rows: Suppression[] = await listSuppressions(db, ask);
    yield rows
      .filter(({ address, userExternalId }) => address !== null || userExternalId !== null)
      .map((row) =>
        csvLine([
          row.address ?? '',
          row.userExternalId ?? '',
          row.reason,
          row.source,
          row.at.toISOString(),
        ]),
      )
      .join('');
    const last = rows.at(-1);
    if (rows.length < EXPORT_PAGE || last === undefined) return;
    after = keyOf(last);
  }
}

function addChanges(app: App, { consent, sideNow }: ConsentRouteDeps): void {
  app.post(
    '/suppressions',
    {
      schema: {
        tags,
        summary: 'Keep mail from an address or a user; what is suppressed already stays as it is',
        description: 'Once it is answered, no email to them starts.',
        body: SuppressionBody,
        response: { 200: SuppressionView, 201: SuppressionView },
      },
    },
    async ({ actor: { workspaceId }, body }, reply) => {
      const { reason = 'manual', note } = body;
      const target = targetOf(workspaceId, body);
      const added = await suppress(consent, {
        workspaceId,
        targets: [target],
        reason,
        source: 'api',
        detail: note === undefined ? {} : { note },
        now: await sideNow(workspaceId),
      });
      const hash =
        'address' in target
          ? addressHash(consent.key, target.address)
          : userHash(consent.key, target.userId);
      const one = { workspaceId, reason, prefix: null, hash, after: null, limit: 1 };
      const [row] = await listSuppressions(consent.db, one);
      // Somebody has taken it away at this very moment.
      if (row === undefined) throw suppressionNotFound();
      void reply.code(added > 0 ? 201 : 200);
      return viewOf(row);
    },
  );

  app.delete(
    '/suppressions/:id',
    {
      schema: {
        tags,
        summary: 'Let mail go again, and say why; that it was suppressed stays on record',
        params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
        querystring: Type.Object({ note: Note }),
        response: { 204: Type.Null() },
      },
    },
    async ({ actor: { workspaceId }, params, query: { note } }, reply) => {
      const ids = [storedIdOf(params.id)];
      const now = await sideNow(workspaceId);
      const count = await unsuppress(consent, { workspaceId, ids, source: 'api', note, now });
      if (count === 0) throw suppressionNotFound();
      return reply.code(204).send(null);
    },
  );
}

function addImport(app: App, { consent, sideNow }: ConsentRouteDeps): void {
  app.post(
    '/suppressions/import',
    {
      schema: {
        tags,
        summary: 'Suppress up to 10,000 addresses or users, given as CSV or as rows',
        description:
          'One result for each line, in order. Good lines count even when others do not.',
        body: ImportBody,
        response: { 200: ImportAnswer },
      },
    },
    async ({ actor: { workspaceId }, body: { csv, rows } }) => {
      if ((csv === undefined) === (rows === undefined)) throw importInvalid('give csv or rows');
      const lines: ImportLine[] =
        csv === undefined
          ? (rows ?? []).map(({ user_id: userId, ...row }, at) => ({
              ...row,
              ...(userId === undefined ? {} : { userId }),
              line: at + 1,
            }))
          : linesOfCsv(csv);
      const now = await sideNow(workspaceId);
      const data = await importSuppressions(consent, { workspaceId, lines, now });
      const count = (what: string): number => data.filter(({ result }) => result === what).length;
      return {
        added: count('added'),
        present: count('present'),
        invalid: count('invalid'),
        data,
      };
    },
  );
}

/** @throws `consent.suppression_invalid` */
function targetOf(
  workspaceId: string,
  { email, user_id: userId }: { email?: string; user_id?: string },
): SuppressionTarget {
  if ((email === undefined) === (userId === undefined)) {
    throw suppressionInvalid('Give email or user_id');
  }
  if (userId !== undefined) return { userId: userIdOf(workspaceId, userId) };
  if (email === undefined || !isEmail(email.trim())) {
    throw suppressionInvalid('email is not a valid email address');
  }
  return { address: email.trim() };
}

const keyOf = ({ at, id }: Suppression): PageAfter => ({ at, id });

const viewOf = ({
  id,
  kind,
  address,
  userExternalId,
  reason,
  source,
  detail,
  at,
}: Suppression) => ({
  id,
  kind,
  email: address,
  user_id: userExternalId,
  reason,
  source,
  detail,
  created_at: at.toISOString(),
});
