import { randomBytes } from 'node:crypto';
import { inTransaction, type Db, type Pool } from '../platform/db.ts';
import { uuidv7 } from '../platform/ids.ts';
import { workspaceNotFound } from './errors.ts';
import type { SecretBox } from './secret-box.ts';
import {
  findWebhookSecrets,
  insertWebhookSecret,
  retireWebhookSecrets,
  type WebhookSecretRow,
} from './sql/webhook-secrets.ts';
import { lockWorkspace } from './sql/workspaces.ts';

/** What signs the webhooks of a side. */
export interface WebhookSecrets {
  /** `whsec_` and base64, as receivers' libraries take it. */
  readonly secret: string;
  readonly createdAt: Date;
  /** The one before it, which signs beside it for a while; null when there is none. */
  readonly previous: { readonly secret: string; readonly validUntil: Date } | null;
}

export interface WebhookSecretDeps {
  readonly pool: Pool;
  readonly box: SecretBox;
}

const PREFIX = 'whsec_';
/** The specification asks for 24 to 64. Source: Standard Webhooks 1.0.0, symmetric signatures. */
const KEY_BYTES = 32;
/** Time enough to give the new one to every receiver. */
const ROTATION_MS = 24 * 3_600_000;
const HINT_LENGTH = 4;

/**
 * The secrets that sign for a side; the first call makes one.
 *
 * @throws workspace.not_found
 */
export async function webhookSecretsOf(
  { pool, box }: WebhookSecretDeps,
  { workspaceId, now }: { workspaceId: string; now: Date },
): Promise<WebhookSecrets> {
  const found = secretsIn(await findWebhookSecrets(pool, { workspaceId, now }), box);
  if (found !== null) return found;
  return inTransaction(pool, async (tx) => {
    if ((await lockWorkspace(tx, { workspaceId })) === null) throw workspaceNotFound();
    // Another call may have made one meanwhile: then this changes nothing.
    await addSecret(tx, { box, workspaceId, now });
    return readSecrets(tx, { box, workspaceId, now });
  });
}

/**
 * Makes a new secret. The old one signs beside it for another 24 hours, and receivers take a call that
 * either has signed. One that was still signing beside the old one ends now: to end a secret that has
 * leaked at once, rotate twice.
 *
 * @throws workspace.not_found
 */
export async function rotateWebhookSecret(
  { pool, box }: WebhookSecretDeps,
  { workspaceId, now }: { workspaceId: string; now: Date },
): Promise<WebhookSecrets> {
  return inTransaction(pool, async (tx) => {
    // The lock makes callers take turns.
    if ((await lockWorkspace(tx, { workspaceId })) === null) throw workspaceNotFound();
    const validUntil = new Date(now.getTime() + ROTATION_MS);
    await retireWebhookSecrets(tx, { workspaceId, validUntil });
    await addSecret(tx, { box, workspaceId, now });
    return readSecrets(tx, { box, workspaceId, now });
  });
}

async function addSecret(
  db: Db,
  { box, workspaceId, now }: { box: SecretBox; workspaceId: string; now: Date },
): Promise<void> {
  const secret = PREFIX + randomBytes(KEY_BYTES).toString('base64');
  const id = uuidv7(now);
  const sealed = box.seal(secret, id);
  await insertWebhookSecret(db, { id, workspaceId, sealed, hint: secret.slice(-HINT_LENGTH), now });
}

async function readSecrets(
  db: Db,
  { box, workspaceId, now }: { box: SecretBox; workspaceId: string; now: Date },
): Promise<WebhookSecrets> {
  const secrets = secretsIn(await findWebhookSecrets(db, { workspaceId, now }), box);
  if (secrets === null) throw new Error(`workspace ${workspaceId} has no webhook secret`);
  return secrets;
}

function secretsIn(rows: readonly WebhookSecretRow[], box: SecretBox): WebhookSecrets | null {
  const [present, before] = rows;
  if (present === undefined || present.validUntil !== null) return null;
  const textOf = ({ sealed, id }: WebhookSecretRow): string => box.open(sealed, id);
  const validUntil = before?.validUntil ?? null;
  return {
    secret: textOf(present),
    createdAt: present.createdAt,
    previous:
      before === undefined || validUntil === null ? null : { secret: textOf(before), validUntil },
  };
}
