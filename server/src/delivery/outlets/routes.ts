import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type, type Static } from 'typebox';
import { Instant, Nullable } from '../../platform/http.ts';
import type { SecretBox } from '../../workspace/index.ts';
import { TRANSPORT_KINDS, type PrivateHosts } from '../../transport/index.ts';
import { listTransports, type TransportRow } from '../sql/transports.ts';
import {
  changeTransport,
  createTransport,
  kindOf,
  readTransport,
  removeTransport,
  valuesOf,
  wayOutOf,
  type TransportDeps,
} from './transport.ts';

export interface TransportRouteDeps extends TransportDeps {
  readonly now: () => Date;
  /** Without a trailing slash. */
  readonly publicUrl: () => string;
  /** What a side may name beside servers of the public internet. */
  readonly privateHosts: PrivateHosts;
}

type App = Parameters<FastifyPluginAsyncTypebox<TransportRouteDeps>>[0];

const tags = ['transports'];
const params = Type.Object({ id: Type.String({ maxLength: 64 }) });
const PROVIDERS_MAX = 50;
const RATE_MAX = 100_000;
const WARMUP_DAYS_MAX = 90;
const MESSAGES_PER_DAY_MAX = 100_000_000;

const rate = Type.Number({ exclusiveMinimum: 0, maximum: RATE_MAX });
const Limits = Type.Object({
  per_second: Type.Optional(rate),
  per_provider: Type.Optional(
    Type.Record(Type.String({ minLength: 1, maxLength: 100 }), rate, {
      maxProperties: PROVIDERS_MAX,
      description: 'By provider: google, microsoft, yahoo, apple, a domain, or * for each other',
    }),
  ),
  warmup: Type.Optional(
    Type.Object({
      from: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'The first day, UTC' }),
      per_day: Type.Array(Type.Integer({ minimum: 1, maximum: MESSAGES_PER_DAY_MAX }), {
        minItems: 1,
        maxItems: WARMUP_DAYS_MAX,
      }),
    }),
  ),
});
const Changes = {
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  settings: Type.Optional(
    Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()]), { maxProperties: 50 }),
  ),
  position: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000 })),
  share: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
  is_enabled: Type.Optional(Type.Boolean()),
  limits: Type.Optional(Limits),
};
const KindView = Type.Object({
  name: Type.String(),
  label: Type.String(),
  settings: Type.Array(
    Type.Object({
      name: Type.String(),
      label: Type.String(),
      help: Type.String(),
      is_secret: Type.Boolean(),
      is_required: Type.Boolean(),
      choices: Nullable(Type.Array(Type.String())),
      fallback: Nullable(Type.String()),
    }),
  ),
  limits: Type.Object({
    per_second: Nullable(Type.Number()),
    batch_max: Type.Integer(),
    bytes_max: Nullable(Type.Integer()),
    recipients_max: Nullable(Type.Integer()),
  }),
  idempotency_lifetime_ms: Nullable(Type.Integer()),
  keeps_message_id: Type.Boolean(),
  signs_itself: Type.Boolean(),
  has_events: Type.Boolean(),
});
const TransportView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  kind: Type.String(),
  name: Type.String(),
  settings: Type.Record(Type.String(), Type.String()),
  secrets: Type.Array(Type.String(), { description: 'Secret settings that are there' }),
  position: Type.Integer(),
  share: Type.Integer(),
  is_enabled: Type.Boolean(),
  limits: Limits,
  events_url: Type.Union([Type.String(), Type.Null()], {
    description: 'Where the provider is to send its events; null when it sends none',
  }),
  created_at: Instant,
  updated_at: Instant,
});

/** `/api/v1/transports`: by which ways the mail of a side leaves. Inside the authenticated scope. */
export const transportRoutes: FastifyPluginAsyncTypebox<TransportRouteDeps> = async (app, deps) => {
  addKinds(app);
  addReading(app, deps);
  addChanging(app, deps);
};

function addKinds(app: App): void {
  const response = {
    200: Type.Object({ data: Type.Array(KindView) }),
  };
  app.get(
    '/transport_kinds',
    { schema: { tags, summary: 'The kinds of transports, and what each needs', response } },
    async () => ({
      data: TRANSPORT_KINDS.map(({ name, label, settings, limits, idempotency, ...kind }) => ({
        name,
        label,
        settings: settings.map((one) => ({
          name: one.name,
          label: one.label,
          help: one.help,
          is_secret: one.isSecret,
          is_required: one.isRequired,
          choices: one.choices === undefined ? null : [...one.choices],
          fallback: one.fallback ?? null,
        })),
        limits: {
          per_second: limits.perSecond,
          batch_max: limits.batchMax,
          bytes_max: limits.bytesMax,
          recipients_max: limits.recipientsMax,
        },
        idempotency_lifetime_ms: idempotency?.lifetimeMs ?? null,
        keeps_message_id: kind.keepsMessageId,
        signs_itself: kind.signsItself,
        has_events: kind.readEvents !== null,
      })),
    }),
  );
}

function addReading(app: App, { db, box, publicUrl }: TransportRouteDeps): void {
  const viewOf = viewWith(publicUrl, box);
  const response = { 200: Type.Object({ data: Type.Array(TransportView) }) };
  app.get(
    '/transports',
    { schema: { tags, summary: 'List the transports of this side', response } },
    async ({ actor: { workspaceId } }) => ({
      data: (await listTransports(db, { workspaceId })).map(viewOf),
    }),
  );
  app.get(
    '/transports/:id',
    { schema: { tags, summary: 'Read a transport', params, response: { 200: TransportView } } },
    async ({ actor: { workspaceId }, params: { id } }) =>
      viewOf(await readTransport(db, { workspaceId, id })),
  );
}

function addChanging(app: App, deps: TransportRouteDeps): void {
  const { db, box, now, publicUrl, privateHosts } = deps;
  const viewOf = viewWith(publicUrl, box);
  app.post(
    '/transports',
    {
      config: { role: 'owner' },
      schema: {
        tags,
        summary: 'Add a transport',
        body: Type.Object({ kind: Type.String({ maxLength: 50 }), ...Changes }),
        response: { 201: TransportView },
      },
    },
    async ({ actor: { workspaceId }, body }, reply) => {
      void reply.code(201);
      return viewOf(await createTransport(deps, { ...body, workspaceId, now: now() }));
    },
  );
  app.patch(
    '/transports/:id',
    {
      config: { role: 'owner' },
      schema: {
        tags,
        summary: 'Change what is named; settings are merged, null takes one out',
        params,
        body: Type.Object(Changes),
        response: { 200: TransportView },
      },
    },
    async ({ actor: { workspaceId }, params: { id }, body }) =>
      viewOf(await changeTransport(deps, { ...body, workspaceId, id, now: now() })),
  );
  app.delete(
    '/transports/:id',
    {
      config: { role: 'owner' },
      schema: { tags, summary: 'Remove a transport', params, response: { 204: Type.Null() } },
    },
    async ({ actor: { workspaceId }, params: { id } }, reply) => {
      await removeTransport(deps, { workspaceId, id });
      void reply.code(204);
      return null;
    },
  );
  app.post(
    '/transports/:id/verify',
    {
      schema: {
        tags,
        summary: 'Ask the provider whether mail could leave now; sends none',
        params,
        response: { 200: Type.Object({ ok: Type.Boolean(), answer: Type.String() }) },
      },
    },
    async ({ actor: { workspaceId }, params: { id } }) => {
      const row = await readTransport(db, { workspaceId, id });
      const options = { now, connections: 1, privateHosts };
      const transport = wayOutOf(row, box, options);
      try {
        const { ok, answer } = await transport.verify();
        return { ok, answer };
      } finally {
        await transport.close();
      }
    },
  );
}

const viewWith =
  (publicUrl: () => string, box: SecretBox) =>
  (row: TransportRow): Static<typeof TransportView> => {
    const kind = kindOf(row);
    const values = valuesOf(row, box);
    const secrets = kind.settings.filter((one) => one.isSecret && one.name in values);
    return {
      id: row.id,
      kind: row.kind,
      name: row.name,
      settings: { ...row.settings },
      secrets: secrets.map(({ name }) => name),
      position: row.position,
      share: row.share,
      is_enabled: row.isEnabled,
      limits: row.limits as Static<typeof Limits>,
      events_url: kind.readEvents === null ? null : `${publicUrl()}/hooks/${row.id}`,
      created_at: row.createdAt.toISOString(),
      updated_at: row.updatedAt.toISOString(),
    };
  };
