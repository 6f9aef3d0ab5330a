import { type Ask, type CallOptions, callerBy } from './call.ts';
import { type FileBody, type ClientOptions } from './request.ts';
import { listerBy } from './list.ts';
import type { Answer, Input } from './call.ts';
import { requestPatiently, type RetryOptions } from './retry.ts';
import type {
  CompanyIdentified,
  Identified,
  Instant,
  SeriesCallAnswer,
  UserUpdate,
  UsersUpdated,
} from './shapes.ts';

/** Where the server is, and the key of the side to speak for. */
export interface MilepostOptions extends RetryOptions {
  /** Of the server, such as `https://milepost.example.com`. */
  readonly url: string;
  /** `mp_sk_…`. It belongs on servers only: whoever has it may do everything. */
  readonly secretKey: string;
  /** Replaces the runtime's `fetch`. */
  readonly fetch?: typeof fetch;
}

/** What else is known of a user or a company, beside their traits. */
export interface IdentifyOptions extends CallOptions {
  /** Kept apart from traits: where they came from, which device. Merged key by key. */
  readonly context?: Readonly<Record<string, unknown>>;
}

/** About one event. */
export interface TrackOptions extends CallOptions {
  /** Your own id of it: the same one again within 24 hours does not count. Made up when left out. */
  readonly eventId?: string;
  /** When it happened; now when left out. */
  readonly occurredAt?: Date | Instant;
}

/** A file of a million users takes minutes on a slow line. */
const FILE_TIMEOUT_MS = 600_000;
const NO_URL = { protocol: '', origin: '', pathname: '' };

/** What `createMilepost` gives. */
export type Milepost = ReturnType<typeof createMilepost>;

/**
 * The whole API for a server: what a secret key may do.
 *
 * Calls are repeated when no answer came or the server asked for patience, always as the same call, so
 * that what happens happens once. It holds no connection and no state; make one and keep it.
 *
 * Every method throws `ApiError` when the server refuses and `UnreachableError` when it stays silent.
 */
export function createMilepost({ url, secretKey, fetch, ...patience }: MilepostOptions) {
  const options: ClientOptions = {
    baseUrl: baseUrlOf(url),
    apiKey: secretKey,
    ...(fetch === undefined ? {} : { fetch }),
  };
  const ask: Ask = (call, own) => requestPatiently(options, call, { ...patience, ...own });

  return {
    /** Any call of the API by its method and path below `/api/v1`. */
    call: callerBy(ask),
    /** Everything in a list, page by page as it is wanted. */
    list: listerBy(ask),

    ...tellers(ask),

    /** Begins the import of a file; `GET /imports/{id}` tells how far it has come. */
    startImport: (
      query: Input<'POST /imports'>['query'],
      file: FileBody,
      own: CallOptions = {},
    ): Promise<Answer<'POST /imports'>> => {
      const { signal, idempotencyKey } = own;
      const place = { method: 'POST', path: '/api/v1/imports', query: { ...query } };
      // Once only, unless the caller says otherwise: a long file is not sent five times unasked.
      const patience = { retryMax: 0, timeoutMs: FILE_TIMEOUT_MS };
      return ask({ ...place, file, signal, idempotencyKey }, { ...patience, ...own });
    },
  };
}

/**
 * Where calls go: the origin, and the path below which a proxy has the server.
 *
 * @throws TypeError when it is no address: a mistake that would look like a server that is silent
 */
function baseUrlOf(url: string): string {
  const { protocol, origin, pathname } = URL.canParse(url) ? new URL(url) : NO_URL;
  if (!/^https?:$/.test(protocol)) {
    throw new TypeError(`url is of the form https://milepost.example.com, not "${url}".`);
  }
  return origin + pathname.replace(/\/+$/, '');
}

/** What is told about users and companies. */
function tellers(ask: Ask) {
  const tell = <Said>(path: string, body: object, own: CallOptions = {}): Promise<Said> => {
    const { signal, idempotencyKey } = own;
    const call = { method: 'POST', path: `/api/sdk${path}`, body, signal, idempotencyKey };
    return ask<Said>(call, own);
  };
  const series = (action: 'enroll' | 'remove') => {
    return (userId: string, seriesId: string, own?: CallOptions): Promise<SeriesCallAnswer> =>
      tell('/series', { action, user_id: userId, series_id: seriesId }, own);
  };

  return {
    /** Tells who a user is. Traits are merged key by key: new wins, null deletes. */
    identify: (
      userId: string,
      traits: Readonly<Record<string, unknown>> = {},
      { context, ...own }: IdentifyOptions = {},
    ): Promise<Identified> =>
      tell('/users/identify', { user_id: userId, traits, ...given({ context }) }, own),

    /** Writes data about up to 1,000 users. Starts nothing, and is no sign that they were here. */
    updateUsers: (
      users: readonly UserUpdate[],
      { updateOnly = false, ...own }: CallOptions & { readonly updateOnly?: boolean } = {},
    ): Promise<UsersUpdated> => tell('/users/update', { users, update_only: updateOnly }, own),

    /** Tells what a company is, and with `userId` who belongs to it. */
    identifyCompany: (
      companyId: string,
      traits: Readonly<Record<string, unknown>> = {},
      { context, userId, ...own }: IdentifyOptions & { readonly userId?: string } = {},
    ): Promise<CompanyIdentified> => {
      const body = { company_id: companyId, traits, ...given({ context, user_id: userId }) };
      return tell('/companies/identify', body, own);
    },

    /** Tells what a user did. Series may start, wait for, or end by it. */
    track: async (
      userId: string,
      eventType: string,
      metadata: Readonly<Record<string, unknown>> = {},
      { eventId = crypto.randomUUID(), occurredAt, ...own }: TrackOptions = {},
    ): Promise<void> => {
      const at = occurredAt instanceof Date ? occurredAt.toISOString() : occurredAt;
      const event = { event_type: eventType, event_id: eventId, metadata };
      const events = [{ ...event, ...given({ occurred_at: at }) }];
      await tell('/events', { user_id: userId, events }, own);
    },

    /** Enrolls a user in an active series. Somebody who is in it already stays as they are. */
    enroll: series('enroll'),

    /** Takes a user out of a series; no email of it begins to leave after the answer. */
    remove: series('remove'),
  };
}

/** Without what was left out. */
const given = <Fields extends object>(fields: Fields): Partial<Fields> =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Partial<Fields>;
