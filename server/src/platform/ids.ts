import { hash, randomFillSync } from 'node:crypto';
import { addressKey } from './email-address.ts';

const UUID_BYTES = 16;
/** Random bytes are drawn for this many ids at once: one call per id would cost four times as much. */
const POOL_IDS = 256;
const LATEST_MS = 2 ** 48 - 1;
const BUCKETS = 64;

const pool = new Uint8Array(POOL_IDS * UUID_BYTES);
let poolOffset = pool.length;

/**
 * A new id that sorts by its time of creation.
 *
 * Times outside of what 48 bits of milliseconds hold (1970 … 10889) take the nearest end.
 * Source: RFC 9562 section 5.7
 *
 * @param now the instant that the id carries: the caller's clock, which may be a test clock
 */
export function uuidv7(now: Date): string {
  if (poolOffset === pool.length) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  const bytes = Buffer.from(pool.buffer, poolOffset, UUID_BYTES);
  poolOffset += UUID_BYTES;
  bytes.writeUIntBE(Math.min(Math.max(now.getTime(), 0), LATEST_MS), 0, 6);
  return format(bytes, 7);
}

/**
 * An id that is always the same for the same name in the same namespace.
 *
 * Source: RFC 9562 section 5.5
 *
 * @param namespace a UUID
 */
export function uuidv5(namespace: string, name: string): string {
  const data = Buffer.concat([
    Buffer.from(namespace.replaceAll('-', ''), 'hex'),
    Buffer.from(name),
  ]);
  return format(hash('sha1', data, 'buffer').subarray(0, UUID_BYTES), 5);
}

/** A user's internal id, from the ids that the application knows: finding it costs no read. */
export function userIdOf(workspaceId: string, externalId: string): string {
  return uuidv5(workspaceId, externalId);
}

/** A company's internal id. External ids hold no NUL, so it is never a user's. */
export function companyIdOf(workspaceId: string, externalId: string): string {
  return uuidv5(workspaceId, `\0company\0${externalId}`);
}

/**
 * Whose the messages to an address are that no user is named for. Never a user's id, for the same reason.
 *
 * @param address in any letter case and spelling
 */
export function addressIdOf(workspaceId: string, address: string): string {
  return uuidv5(workspaceId, `\0address\0${addressKey(address)}`);
}

/** The part of the data that the rows of a user, or of a company, live in, 0 … 63. */
export function bucketOf(id: string): number {
  return Number.parseInt(id.slice(-2), 16) % BUCKETS;
}

function format(bytes: Buffer, version: number): string {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | (version << 4);
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** A new id like `uuidv7` that also tells the bucket its row lives in: `bucketOf(id)`. */
export function uuidv7In(bucket: number, now: Date): string {
  return inBucket(uuidv7(now), bucket);
}

/** The id of the message of one step occurrence: the same at every attempt, and tells its bucket. */
export function messageUuidOf(enrollmentId: string, seq: number): string {
  return inBucket(uuidv5(enrollmentId, String(seq)), bucketOf(enrollmentId));
}

function inBucket(id: string, bucket: number): string {
  const last = Number.parseInt(id.slice(-2), 16);
  return id.slice(0, -2) + ((last & 0xc0) | bucket).toString(16).padStart(2, '0');
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
/** Names nothing: what an id that is no UUID is looked up as. */
export const NIL_UUID = '00000000-0000-0000-0000-000000000000';

/** An id from outside in the form in which it is stored; one that cannot be an id names nothing. */
export function storedIdOf(text: string): string {
  const id = text.toLowerCase();
  return UUID.test(id) ? id : NIL_UUID;
}
