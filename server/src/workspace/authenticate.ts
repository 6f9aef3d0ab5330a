import { createCache } from '../platform/cache.ts';
import type { Db } from '../platform/db.ts';
import { apiKeyInvalid, apiKeyMissing, secretKeyRequired } from './errors.ts';
import { importIdentitySecret, verifyScopeToken, verifyUserToken } from './identity.ts';
import type { IdentitySecret } from './identity.ts';
import { hashKey, parseKey, type Side } from './key.ts';
import { LIVE_KEYS_MAX } from './keys.ts';
import type { SecretBox } from './secret-box.ts';
import { settingsOf, type Settings } from './settings.ts';
import { findKeyHolder, type KeyHolderRow } from './sql/keys.ts';

/** Who is calling, as the key says. A widget key may call /api/sdk, a secret key /api/v1 too. */
export interface Actor {
  readonly kind: 'widget' | 'secret';
  readonly keyId: string;
  /** The last four characters of the key. */
  readonly hint: string;
  readonly workspace: {
    readonly id: string;
    readonly side: Side;
    readonly name: string;
    readonly timezone: string;
    readonly settings: Settings;
  };
  /** Live identity secrets of the side; they cannot be read back, only verified with. */
  readonly identitySecrets: readonly IdentitySecret[];
}

/** Tells who is calling. */
export interface Authenticator {
  /**
   * @param header the header `Authorization` as it came: `Bearer KEY`, the scheme in any case
   * @throws workspace.api_key_missing when it holds no bearer key, workspace.api_key_invalid
   */
  readonly authenticate: (header: string | undefined) => Promise<Actor>;
  /** Makes the next call look everything up anew; after any change of keys or settings. */
  readonly forget: () => void;
}

const SCHEME = 'bearer ';

/**
 * An authenticator over the stored keys. What it finds it keeps for a second, so that other
 * processes see a change within that time; `forget` makes this process see it at once.
 *
 * @param monotonicMs a test passes its own clock
 */
export function createAuthenticator({
  db,
  box,
  monotonicMs,
}: {
  db: Db;
  box: SecretBox;
  monotonicMs?: () => number;
}): Authenticator {
  const actors = createCache<string, Actor | null>({
    // Unknown keys are remembered too, so that repeating one does not ask the database each time.
    load: async (hash) => {
      const holder = await findKeyHolder(db, {
        hash: Buffer.from(hash, 'base64'),
        secretsMax: LIVE_KEYS_MAX.identity,
      });
      return holder === null ? null : actorOf(holder, box);
    },
    ...(monotonicMs === undefined ? {} : { monotonicMs }),
  });
  return {
    authenticate: async (header) => {
      const actor = await actors.get(hashKey(keyTextOf(header)).toString('base64'));
      if (actor === null) throw apiKeyInvalid();
      return actor;
    },
    forget: () => actors.clear(),
  };
}

/** The key in the header, when it has the form of a key that may call. */
function keyTextOf(header: string | undefined): string {
  if (header === undefined || header.slice(0, SCHEME.length).toLowerCase() !== SCHEME) {
    throw apiKeyMissing();
  }
  const text = header.slice(SCHEME.length);
  if (text.trim() === '') throw apiKeyMissing();
  const form = parseKey(text);
  if (form === null || form.kind === 'identity') throw apiKeyInvalid();
  return text;
}

async function actorOf(row: KeyHolderRow, box: SecretBox): Promise<Actor> {
  const { keyId, hint, kind, workspaceId: id, side, name, timezone, stored } = row;
  const identitySecrets = await Promise.all(
    row.identitySecrets.map((secret) =>
      importIdentitySecret(secret.id, box.open(Buffer.from(secret.sealed, 'hex'), secret.id)),
    ),
  );
  const settings = settingsOf({ name, timezone, stored });
  return { kind, keyId, hint, workspace: { id, side, name, timezone, settings }, identitySecrets };
}

/**
 * Lets only secret keys pass: everything under /api/v1.
 *
 * @throws workspace.secret_key_required
 */
export function requireSecretKey(actor: Actor): void {
  if (actor.kind !== 'secret') throw secretKeyRequired();
}

/**
 * Lets a call act as a user where its key and the workspace's settings demand no proof, or the
 * token gives it.
 *
 * Only widget keys on a side that verifies identities need a token; otherwise one that is sent is
 * not looked at.
 *
 * @throws workspace.user_token_required, workspace.user_token_invalid,
 *   workspace.user_token_mismatch
 */
export async function requireIdentity(
  actor: Actor,
  { userId, token, now }: { userId: string; token: string | null | undefined; now: Date },
): Promise<void> {
  const { enabled, requireExp } = actor.workspace.settings.identityVerification;
  if (actor.kind === 'secret' || !enabled) return;
  await verifyUserToken({ token, userId, secrets: actor.identitySecrets, requireExp, now });
}

/**
 * Lets a call do what a scope names: with a secret key, or with a widget key and a token that carries
 * the scope, whether or not the side verifies identities.
 *
 * @throws workspace.user_token_required, workspace.user_token_invalid
 */
export async function requireScope(
  actor: Actor,
  { scope, token, now }: { scope: string; token: string | null | undefined; now: Date },
): Promise<void> {
  if (actor.kind === 'secret') return;
  await verifyScopeToken({ token, scope, secrets: actor.identitySecrets, now });
}
