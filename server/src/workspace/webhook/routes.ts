import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Instant, isoOf } from '../../platform/http.ts';
import { rotateWebhookSecret, webhookSecretsOf, type WebhookSecrets } from '../webhook-secret.ts';
import type { WebhookSecretDeps } from '../webhook-secret.ts';

export interface WebhookSecretRouteDeps extends WebhookSecretDeps {
  /** Makes this process forget what it knows of the secrets of a side. */
  readonly forget: (workspaceId: string) => void;
  /** The real time. */
  readonly now: () => Date;
}

const SecretView = Type.Object({
  secret: Type.String({ description: '`whsec_…`, as the Standard Webhooks libraries take it' }),
  created_at: Instant,
  previous_valid_until: Type.Union([Instant, Type.Null()], {
    description: 'Until when calls are signed with the secret before this one, too',
  }),
});

/** `/api/v1/webhook_secret`. Registered inside the authenticated scope. */
export const webhookSecretRoutes: FastifyPluginAsyncTypebox<WebhookSecretRouteDeps> = async (
  app,
  { pool, box, forget, now },
) => {
  const deps = { pool, box };
  app.get(
    '/webhook_secret',
    {
      config: { role: 'owner' },
      schema: {
        tags: ['webhooks'],
        summary: 'Read the secret that signs the webhooks of this side',
        response: { 200: SecretView },
      },
    },
    async ({ actor: { workspaceId } }) =>
      viewOf(await webhookSecretsOf(deps, { workspaceId, now: now() })),
  );

  app.post(
    '/webhook_secret/rotate',
    {
      schema: {
        tags: ['webhooks'],
        summary: 'Make a new secret; the old one signs beside it for 24 hours',
        response: { 200: SecretView },
      },
      // Not kept for a repeated call in plain text; another call rotates again.
      config: { role: 'owner', isAnswerSecret: true },
    },
    async ({ actor: { workspaceId } }) => {
      const secrets = await rotateWebhookSecret(deps, { workspaceId, now: now() });
      forget(workspaceId);
      return viewOf(secrets);
    },
  );
};

const viewOf = ({ secret, createdAt, previous }: WebhookSecrets) => ({
  secret,
  created_at: createdAt.toISOString(),
  previous_valid_until: isoOf(previous?.validUntil ?? null),
});
