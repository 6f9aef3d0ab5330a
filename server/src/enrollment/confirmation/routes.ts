import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { findList, listNotFound } from '../../consent/index.ts';
import { inTransaction, type Pool } from '../../platform/db.ts';
import { Nullable } from '../../platform/http.ts';
import { storedIdOf } from '../../platform/ids.ts';
import { seriesInvalid } from '../../series/index.ts';
import { confirmationFaults, contentOf } from './content.ts';
import { readConfirmation, writeConfirmation } from './sql.ts';

export interface ConfirmationRouteDeps {
  readonly db: Pool;
}

const tags = ['consent'];
const params = Type.Object({ id: Type.String({ maxLength: 64 }) });

const CONTENT = {
  text: Type.Optional(Nullable(Type.String())),
  preheader: Type.Optional(Nullable(Type.String())),
  from: Type.Optional(Nullable(Type.String())),
  reply_to: Type.Optional(Nullable(Type.String())),
};
const ConfirmationBody = Type.Object({
  subject: Type.String(),
  html: Type.String({ description: 'Links to {{ event.confirm_url }}' }),
  ...CONTENT,
});
const ConfirmationView = Type.Object({
  subject: Type.String(),
  html: Type.String(),
  ...CONTENT,
  is_default: Type.Boolean({ description: 'Whether it is the email that comes with the server' }),
});

/** `/api/v1/lists/{id}/confirmation`. Registered inside the authenticated scope. */
export const confirmationRoutes: FastifyPluginAsyncTypebox<ConfirmationRouteDeps> = async (
  app,
  { db },
) => {
  const path = '/lists/:id/confirmation';
  const listIn = async (workspaceId: string, id: string) => {
    const ref = { workspaceId, id: storedIdOf(id) };
    if ((await findList(db, ref)) === null) throw listNotFound();
    return ref;
  };
  const summary = 'The email that asks people to confirm that they join a list';
  const response = { 200: ConfirmationView };

  app.get(path, { schema: { tags, summary, params, response } }, async ({ actor, params }) => {
    const ref = await listIn(actor.workspaceId, params.id);
    return viewOf(await readConfirmation(db, ref));
  });

  app.put(
    path,
    {
      schema: {
        tags,
        summary: 'Give a list its own email',
        params,
        body: ConfirmationBody,
        response,
      },
      // Every fault is reported with its path; the schema documents it.
      validatorCompiler: () => () => true,
    },
    async ({ actor, params, body }) => {
      const ref = await listIn(actor.workspaceId, params.id);
      const faults = confirmationFaults(body ?? [], '').map(({ path, message }) => ({
        path: path.replace(/^\//, ''),
        message,
      }));
      if (faults.length > 0) throw seriesInvalid(faults);
      await inTransaction(db, (tx) => writeConfirmation(tx, { ...ref, content: body }));
      return viewOf(body);
    },
  );

  app.delete(
    path,
    { schema: { tags, summary: 'Back to the email that comes with the server', params, response } },
    async ({ actor, params }) => {
      const ref = await listIn(actor.workspaceId, params.id);
      await inTransaction(db, (tx) => writeConfirmation(tx, { ...ref, content: null }));
      return viewOf(null);
    },
  );
};

const viewOf = (content: unknown) => {
  const { isDefault, fields } = contentOf(content);
  return { ...fields, is_default: isDefault };
};
