import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Pool } from '../../platform/db.ts';
import { Instant, isoOf, Nullable } from '../../platform/http.ts';
import { importIdentitySecret, type IdentitySecret } from '../identity.ts';
import { LIVE_KEYS_MAX } from '../keys.ts';
import type { SecretBox } from '../secret-box.ts';
import { listIdentitySecrets } from '../sql/identity-secrets.ts';
import { testToken } from './test-token.ts';

export interface IdentityTestDeps {
  readonly db: Pool;
  readonly box: SecretBox;
  /** The real time. */
  readonly now: () => Date;
}

/** Longer ones are refused by the calls themselves. */
const TOKEN_LENGTH_MAX = 10_000;

/** `POST /api/v1/identity/verify`. Registered inside the authenticated scope. */
export const identityTestRoutes: FastifyPluginAsyncTypebox<IdentityTestDeps> = async (
  app,
  { db, box, now },
) => {
  app.post(
    '/identity/verify',
    {
      schema: {
        tags: ['keys'],
        summary: 'Say what is right and wrong with an identity token',
        description:
          'As a call with a widget key would judge it on this side now. Nothing is kept.',
        body: Type.Object({
          token: Type.String({ minLength: 1, maxLength: TOKEN_LENGTH_MAX }),
          user_id: Type.String({ minLength: 1, maxLength: 255 }),
        }),
        response: {
          200: Type.Object({
            is_valid: Type.Boolean(),
            code: Nullable(Type.String({ description: 'Of the refusal, as in docs/errors.md' })),
            checks: Type.Array(
              Type.Object({
                name: Type.Enum(['form', 'signature', 'expires', 'times', 'user']),
                is_right: Nullable(
                  Type.Boolean({ description: 'Null where it was not looked at' }),
                ),
                sentence: Type.String(),
              }),
            ),
            claims: Nullable(
              Type.Object({}, { additionalProperties: true, description: 'Proved or not' }),
            ),
            expires_at: Nullable(Instant),
          }),
        },
      },
      config: { role: 'viewer' },
    },
    async ({ actor: { workspaceId, settings }, body: { token, user_id: userId } }) => {
      const limit = LIVE_KEYS_MAX.identity;
      const sealed = await listIdentitySecrets(db, { workspaceId, limit });
      const secrets = await Promise.all(
        sealed.map(({ id, encrypted }): Promise<IdentitySecret> =>
          importIdentitySecret(id, box.open(encrypted, id)),
        ),
      );
      const { requireExp } = settings.identityVerification;
      const verdict = await testToken({ token, userId, secrets, requireExp, now: now() });
      return {
        is_valid: verdict.isValid,
        code: verdict.code,
        checks: verdict.checks.map(({ name, isRight, sentence }) => ({
          name,
          is_right: isRight,
          sentence,
        })),
        claims: verdict.claims,
        expires_at: isoOf(verdict.expiresAt),
      };
    },
  );
};
