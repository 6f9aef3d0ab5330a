import { DomainError } from '../../platform/errors.ts';
import { inTransaction, type Pool } from '../../platform/db.ts';
import { storedIdOf, uuidv7 } from '../../platform/ids.ts';
import {
  settingFaults,
  transportKindOf,
  TRANSPORT_KINDS,
  withSecretsHidden,
  type Transport,
  type TransportKind,
  type TransportOptions,
  type TransportValues,
} from '../../transport/index.ts';
import type { SecretBox } from '../../workspace/index.ts';
import {
  deleteTransport,
  findTransport,
  insertTransport,
  updateTransport,
  type StoredLimits,
  type TransportRow,
} from '../sql/transports.ts';

/** What a client says of a transport. */
export interface TransportInput {
  readonly name?: string | undefined;
  readonly settings?: Readonly<Record<string, string | null>> | undefined;
  readonly position?: number | undefined;
  readonly share?: number | undefined;
  readonly is_enabled?: boolean | undefined;
  readonly limits?: StoredLimits | undefined;
}

export interface TransportDeps {
  readonly db: Pool;
  readonly box: SecretBox;
}

/** Far over what one side uses; each is a pool of connections in every worker. */
const TRANSPORTS_MAX = 20;

const notFound = (): DomainError =>
  new DomainError('delivery.transport_not_found', 'not_found', 'Transport not found');

/** @throws delivery.transport_invalid, delivery.too_many_transports */
export async function createTransport(
  { db, box }: TransportDeps,
  {
    workspaceId,
    kind: kindName,
    now,
    ...input
  }: TransportInput & { workspaceId: string; kind: string; now: Date },
): Promise<TransportRow> {
  const kind = transportKindOf(kindName);
  if (kind === null) {
    const names = TRANSPORT_KINDS.map(({ name }) => name).join(', ');
    throw invalid([{ path: 'kind', message: `must be one of ${names}` }]);
  }
  const id = uuidv7(now);
  const row = {
    id,
    workspaceId,
    kind: kind.name,
    name: input.name ?? kind.label,
    position: input.position ?? 0,
    share: input.share ?? 100,
    isEnabled: input.is_enabled ?? true,
    limits: checkedLimits(input.limits ?? {}),
    ...sealedOf({ kind, id, box }, given({}, input.settings)),
  };
  const bound = { max: TRANSPORTS_MAX };
  if (!(await inTransaction(db, (tx) => insertTransport(tx, { ...row, now }, bound)))) {
    const message = `A workspace has at most ${TRANSPORTS_MAX} transports`;
    throw new DomainError('delivery.too_many_transports', 'conflict', message);
  }
  return { ...row, createdAt: now, updatedAt: now };
}

/**
 * Changes what is named. Settings are merged by name, null takes one out, so that a secret need not be
 * sent again.
 *
 * @throws delivery.transport_not_found, delivery.transport_invalid
 */
export async function changeTransport(
  deps: TransportDeps,
  {
    workspaceId,
    id,
    now,
    ...input
  }: TransportInput & { workspaceId: string; id: string; now: Date },
): Promise<TransportRow> {
  const { db, box } = deps;
  const before = await readTransport(db, { workspaceId, id });
  const kind = kindOf(before);
  const values = given(valuesOf(before, box), input.settings);
  const row = {
    ...before,
    name: input.name ?? before.name,
    position: input.position ?? before.position,
    share: input.share ?? before.share,
    isEnabled: input.is_enabled ?? before.isEnabled,
    limits: input.limits === undefined ? before.limits : checkedLimits(input.limits),
    ...sealedOf({ kind, id: before.id, box }, values),
    updatedAt: now,
  };
  if (!(await inTransaction(db, (tx) => updateTransport(tx, { ...row, now })))) throw notFound();
  return row;
}

/** @throws delivery.transport_not_found */
export async function removeTransport(
  { db }: Pick<TransportDeps, 'db'>,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<void> {
  const which = { workspaceId, id: storedIdOf(id) };
  if (!(await inTransaction(db, (tx) => deleteTransport(tx, which)))) throw notFound();
}

/** @throws delivery.transport_not_found */
export async function readTransport(
  db: Pool,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<TransportRow> {
  const row = await findTransport(db, storedIdOf(id));
  if (row === null || row.workspaceId !== workspaceId) throw notFound();
  return row;
}

/** All settings of a transport, the secret ones opened. */
export function valuesOf({ id, settings, sealed }: TransportRow, box: SecretBox): TransportValues {
  const secrets = sealed === null ? {} : (JSON.parse(box.open(sealed, id)) as TransportValues);
  return { ...settings, ...secrets };
}

/** A way out as its row says; what it answers holds none of its secrets. */
export function wayOutOf(row: TransportRow, box: SecretBox, options: TransportOptions): Transport {
  const kind = kindOf(row);
  const values = valuesOf(row, box);
  return withSecretsHidden(kind.create(values, options), kind, values);
}

/** The kind of a stored transport: rows are made of known ones only. */
export function kindOf({ kind }: Pick<TransportRow, 'kind'>): TransportKind {
  const known = transportKindOf(kind);
  if (known === null) throw new Error(`there is no kind of transport "${kind}"`);
  return known;
}

function given(
  before: TransportValues,
  changes: Readonly<Record<string, string | null>> = {},
): TransportValues {
  const merged = Object.entries({ ...before, ...changes });
  return Object.fromEntries(merged.filter((entry): entry is [string, string] => entry[1] !== null));
}

function sealedOf(
  { kind, id, box }: { kind: TransportKind; id: string; box: SecretBox },
  values: TransportValues,
): Pick<TransportRow, 'settings' | 'sealed'> {
  const faults = settingFaults(kind.settings, values);
  if (faults.length > 0) {
    throw invalid(faults.map(({ name, message }) => ({ path: `settings/${name}`, message })));
  }
  const isSecret = new Set(kind.settings.filter((one) => one.isSecret).map(({ name }) => name));
  const entries = Object.entries(values);
  const secrets = Object.fromEntries(entries.filter(([name]) => isSecret.has(name)));
  return {
    settings: Object.fromEntries(entries.filter(([name]) => !isSecret.has(name))),
    sealed: Object.keys(secrets).length === 0 ? null : box.seal(JSON.stringify(secrets), id),
  };
}

function checkedLimits(limits: StoredLimits): StoredLimits {
  const from = limits.warmup?.from;
  if (from !== undefined && Number.isNaN(Date.parse(`${from}T00:00:00Z`))) {
    throw invalid([{ path: 'limits/warmup/from', message: 'must be a date such as 2026-04-01' }]);
  }
  return limits;
}

function invalid(details: readonly { path: string; message: string }[]): DomainError {
  const message = `The transport is not valid: ${details.map((one) => one.message).join('; ')}`;
  return new DomainError('delivery.transport_invalid', 'invalid', message, { details });
}

/**
 * A transport as its provider's webhooks know it; null for an id that is none, of any form.
 */
export async function hookedTransportOf(
  { db, box }: TransportDeps,
  id: string,
): Promise<{
  workspaceId: string;
  source: string;
  readEvents: TransportKind['readEvents'];
  values: TransportValues;
} | null> {
  const row = await findTransport(db, storedIdOf(id));
  if (row === null) return null;
  const kind = kindOf(row);
  const { workspaceId } = row;
  return {
    workspaceId,
    source: kind.name,
    readEvents: kind.readEvents,
    values: valuesOf(row, box),
  };
}
