import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Pool } from '../../platform/db.ts';
import { Instant, isoOf, Nullable, PageQuery, pageSchema } from '../../platform/http.ts';
import { storedIdOf } from '../../platform/ids.ts';
import { afterOf, pageOf } from '../../platform/page.ts';
import { EMAIL_FORMATS } from '../email-source.ts';
import * as sql from './sql.ts';
import { BODY_LENGTH_MAX, NAME_LENGTH_MAX, TEMPLATE_KINDS } from './template.ts';
import type { StoredTemplate } from './template.ts';
import * as templates from './write-templates.ts';

export interface TemplateRouteDeps {
  readonly db: Pool;
  /** The instant of a workspace side: real, or its test clock's. */
  readonly sideNow: (workspaceId: string) => Promise<Date>;
}

type App = Parameters<FastifyPluginAsyncTypebox<TemplateRouteDeps>>[0];

const USES_SHOWN_MAX = 200;
const VERSIONS_SHOWN_MAX = 200;

const tags = ['templates'];
const params = Type.Object({ id: Type.String({ maxLength: 64 }) });
const body = {
  html: Type.Optional(Nullable(Type.String({ maxLength: BODY_LENGTH_MAX }))),
  mjml: Type.Optional(Nullable(Type.String({ maxLength: BODY_LENGTH_MAX }))),
  content: Type.Optional(Nullable(Type.Object({}, { additionalProperties: true }))),
  format: Type.Optional(Nullable(Type.Enum([...EMAIL_FORMATS]))),
};
const NewTemplateBody = Type.Object({
  kind: Type.Enum([...TEMPLATE_KINDS]),
  slug: Type.Optional(
    Type.String({ maxLength: 64, description: 'Made from the name when left out' }),
  ),
  name: Type.String({ minLength: 1, maxLength: NAME_LENGTH_MAX }),
  ...body,
});
const TemplateView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  kind: Type.Enum([...TEMPLATE_KINDS]),
  slug: Type.String(),
  name: Type.String(),
  version: Type.Integer({ description: 'The newest' }),
  created_at: Instant,
  updated_at: Instant,
  archived_at: Nullable(Instant),
});
const VersionView = Type.Object({ number: Type.Integer(), created_at: Instant });
const BodyView = {
  html: Type.Optional(Type.String()),
  mjml: Type.Optional(Type.String()),
  content: Type.Optional(Type.Object({}, { additionalProperties: true })),
  format: Type.Optional(Type.Enum([...EMAIL_FORMATS])),
};
const TemplateReadView = Type.Object({ ...TemplateView.properties, ...BodyView });
const UseView = Type.Object({
  automation_id: Type.String({ format: 'uuid' }),
  type: Type.Enum(['series', 'broadcast']),
  name: Type.String(),
  status: Type.String(),
  version: Type.Integer(),
  step_id: Type.String(),
  template_version: Type.Integer(),
});

/** `/api/v1/templates`. Registered inside the authenticated scope. */
export const templateRoutes: FastifyPluginAsyncTypebox<TemplateRouteDeps> = async (app, deps) => {
  addReading(app, deps);
  addVersions(app, deps);
  addWriting(app, deps);
};

function addReading(app: App, { db }: TemplateRouteDeps): void {
  const querystring = Type.Object({
    ...PageQuery,
    kind: Type.Optional(Type.Enum([...TEMPLATE_KINDS])),
    archived: Type.Optional(Type.Boolean({ description: 'Archived ones too' })),
  });
  app.get(
    '/templates',
    {
      schema: {
        tags,
        summary: 'List templates and snippets',
        querystring,
        response: { 200: pageSchema(TemplateView) },
      },
    },
    async ({ actor: { workspaceId }, query: { limit, cursor, kind = null, archived } }) => {
      const page = { after: afterOf(cursor), limit: limit + 1, withArchived: archived === true };
      const rows = await sql.listTemplates(db, { workspaceId, kind, ...page });
      const keyOf = ({ createdAt, id }: StoredTemplate) => ({ at: createdAt, id });
      return pageOf(rows, { limit, keyOf, viewOf });
    },
  );

  app.get(
    '/templates/:id',
    {
      schema: {
        tags,
        summary: 'Read a template or snippet, with what its newest version says',
        params,
        response: { 200: TemplateReadView },
      },
    },
    async (request) => readViewOf(await templates.readTemplateVersion(db, refOf(request))),
  );

  app.get(
    '/templates/:id/uses',
    {
      schema: {
        tags,
        summary: 'List the published emails that a template or snippet is used in, the last 200',
        params,
        response: { 200: Type.Object({ data: Type.Array(UseView) }) },
      },
    },
    async (request) => {
      const ref = refOf(request);
      await templates.readTemplate(db, ref);
      const uses = await sql.listUses(db, { ...ref, limit: USES_SHOWN_MAX });
      return { data: uses.map(useViewOf) };
    },
  );
}

function addVersions(app: App, { db, sideNow }: TemplateRouteDeps): void {
  app.get(
    '/templates/:id/versions',
    {
      schema: {
        tags,
        summary: 'List the versions of a template or snippet, the last 200, youngest first',
        params,
        response: { 200: Type.Object({ data: Type.Array(VersionView) }) },
      },
    },
    async (request) => {
      const ref = refOf(request);
      await templates.readTemplate(db, ref);
      const page = { ...ref, before: null, limit: VERSIONS_SHOWN_MAX };
      const versions = await sql.listTemplateVersions(db, page);
      return {
        data: versions.map(({ number, createdAt }) => ({
          number,
          created_at: createdAt.toISOString(),
        })),
      };
    },
  );

  app.get(
    '/templates/:id/versions/:number',
    {
      schema: {
        tags,
        summary: 'Read one version of a template or snippet',
        params: Type.Object({
          id: Type.String({ maxLength: 64 }),
          number: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
        }),
        response: { 200: Type.Object({ ...VersionView.properties, ...BodyView }) },
      },
    },
    async (request) => {
      const ref = { ...refOf(request), number: request.params.number };
      const { version } = await templates.readTemplateVersion(db, ref);
      const { number, createdAt, body: said } = version;
      return { number, created_at: createdAt.toISOString(), ...bodyViewOf(said) };
    },
  );

  app.post(
    '/templates/:id/versions',
    {
      schema: {
        tags,
        summary: 'Add a version; what is published stays on the one that it has',
        params,
        body: Type.Object(body),
        response: { 201: TemplateReadView },
      },
      validatorCompiler: acceptAll,
    },
    async (request, reply) => {
      const now = await sideNow(request.actor.workspaceId);
      const input = { input: request.body, now };
      void reply.code(201);
      return readViewOf(await templates.addTemplateVersion(db, refOf(request), input));
    },
  );
}

function addWriting(app: App, { db, sideNow }: TemplateRouteDeps): void {
  app.post(
    '/templates',
    {
      schema: {
        tags,
        summary: 'Create a template or snippet',
        body: NewTemplateBody,
        response: { 201: TemplateReadView },
      },
      validatorCompiler: acceptAll,
    },
    async ({ actor: { workspaceId }, body: input }, reply) => {
      const now = await sideNow(workspaceId);
      void reply.code(201);
      return readViewOf(await templates.createTemplate(db, { workspaceId, input, now }));
    },
  );

  app.patch(
    '/templates/:id',
    {
      schema: {
        tags,
        summary: 'Rename a template or snippet; its slug stays',
        params,
        body: Type.Object({ name: Type.String({ minLength: 1, maxLength: NAME_LENGTH_MAX }) }),
        response: { 200: TemplateView },
      },
    },
    async (request) => {
      const now = await sideNow(request.actor.workspaceId);
      const { name } = request.body;
      return viewOf(await templates.renameTemplate(db, refOf(request), { name, now }));
    },
  );

  app.post(
    '/templates/:id/archive',
    {
      schema: {
        tags,
        summary: 'Archive a template or snippet; published emails go on with it',
        params,
        response: { 200: TemplateView },
      },
    },
    async (request) => {
      const now = await sideNow(request.actor.workspaceId);
      return viewOf(await templates.archiveTemplate(db, refOf(request), now));
    },
  );
}

/** The body is checked by the use case, which reports every fault with its path; the schema documents it. */
const acceptAll = () => () => true;

interface IdRequest {
  readonly actor: { readonly workspaceId: string };
  readonly params: { readonly id: string };
}

const refOf = ({ actor, params: { id } }: IdRequest) => ({
  workspaceId: actor.workspaceId,
  id: storedIdOf(id),
});

const viewOf = (template: StoredTemplate) => ({
  id: template.id,
  kind: template.kind,
  slug: template.slug,
  name: template.name,
  version: template.version,
  created_at: template.createdAt.toISOString(),
  updated_at: template.updatedAt.toISOString(),
  archived_at: isoOf(template.archivedAt),
});

const bodyViewOf = ({
  html,
  mjml,
  content,
  format,
}: templates.TemplateWithBody['version']['body']) => ({
  ...(html === undefined ? {} : { html }),
  ...(mjml === undefined ? {} : { mjml }),
  ...(content === undefined ? {} : { content: content as object }),
  ...(format === undefined ? {} : { format }),
});

const readViewOf = ({ template, version }: templates.TemplateWithBody) => ({
  ...viewOf(template),
  ...bodyViewOf(version.body),
});

const useViewOf = (use: sql.TemplateUse) => ({
  automation_id: use.automationId,
  type: use.type,
  name: use.name,
  status: use.status,
  version: use.automationVersion,
  step_id: use.stepId,
  template_version: use.number,
});
