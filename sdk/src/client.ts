import { type CallOptions, caller } from './call.ts';
import { type ClientOptions, request, segmentOf } from './request.ts';
import type {
  Advance,
  Advanced,
  Broadcast,
  Decision,
  Identified,
  IdentifyBody,
  Message,
  MessageDetail,
  MessageFilter,
  Page,
  PreferenceChange,
  Recipient,
  Sending,
  Series,
  SeriesCallAnswer,
  SeriesCallBody,
  Session,
  TestClock,
  User,
  UserExplanation,
} from './shapes.ts';

/** Which part of a list; `limit` defaults to the server's choice. */
export interface PageOptions {
  readonly limit?: number;
  readonly cursor?: string;
}

/** A client of one server and one workspace side; what `createClient` gives. */
export type Client = ReturnType<typeof createClient>;

/**
 * Makes a typed client that asks once: what the dashboard is made with, which has a session instead of
 * a key. Backends want `createMilepost`. It holds no connection and no state; make as many as there
 * are sides.
 *
 * Every method throws `ApiError` when the server refuses and `UnreachableError` when it is silent.
 */
export function createClient(options: ClientOptions) {
  const { get, post } = callsOf(options);

  return {
    /** Any call of the API by its method and path. */
    call: caller(options),

    /** The workspace sides this session may see. Dashboard session only. */
    session: (call?: CallOptions) => get<Session>('/api/v1/session', {}, call),

    messages: {
      /** Messages, newest first. */
      list: (filter: MessageFilter & PageOptions = {}, call?: CallOptions) =>
        get<Page<Message>>('/api/v1/messages', { ...filter }, call),
      read: (id: string, call?: CallOptions) =>
        get<MessageDetail>(`/api/v1/messages/${at(id)}`, {}, call),
      /** Settles a message in doubt; refused in every other state. */
      resolve: (id: string, decision: Decision, call?: CallOptions) =>
        post<Message>(`/api/v1/messages/${at(id)}/resolve`, { decision }, call),
    },

    testClock: {
      /** Refused on a live side. */
      read: (call?: CallOptions) => get<TestClock>('/api/v1/test_clock', {}, call),
      /** Answers once everything due on the way has been handled. */
      advance: (advance: Advance, call?: CallOptions) =>
        post<Advanced>('/api/v1/test_clock/advance', advance, call),
    },

    ...sendingCalls({ get, post }),

    series: {
      read: (id: string, call?: CallOptions) => get<Series>(`/api/v1/series/${at(id)}`, {}, call),
      /** What fell due meanwhile is treated as the series says; sent, when it says nothing. */
      resume: (id: string, call?: CallOptions) =>
        post<Series>(`/api/v1/series/${at(id)}/resume`, {}, call),
      list: (page: PageOptions = {}, call?: CallOptions) =>
        get<Page<Series>>('/api/v1/series', { ...page }, call),
      /** The steps that wait or are being worked. */
      recipients: (
        seriesId: string,
        filter: { readonly user_id?: string } & PageOptions = {},
        call?: CallOptions,
      ) => get<Page<Recipient>>(`/api/v1/series/${at(seriesId)}/recipients`, { ...filter }, call),
    },

    users: {
      /** @param userId the external ID */
      read: (userId: string, call?: CallOptions) =>
        get<User>(`/api/v1/users/${at(userId)}`, {}, call),
      /** Every change of what the user wants to get, the last first. */
      preferenceChanges: (userId: string, page: PageOptions = {}, call?: CallOptions) =>
        get<Page<PreferenceChange>>(
          `/api/v1/users/${at(userId)}/preferences/changes`,
          { ...page },
          call,
        ),
      /** Why the user is where they are in one series, and what became of each step. */
      explain: (userId: string, seriesId: string, call?: CallOptions) =>
        get<UserExplanation>(`/api/v1/users/${at(userId)}/explain`, { series_id: seriesId }, call),
    },

    /** The calls a widget key may make. */
    sdk: {
      identify: (body: IdentifyBody, call?: CallOptions) =>
        post<Identified>('/api/sdk/users/identify', body, call),
      series: (body: SeriesCallBody, call?: CallOptions) =>
        post<SeriesCallAnswer>('/api/sdk/series', body, call),
    },
  };
}

type Query = Readonly<Record<string, string | number | undefined>>;

type Calls = ReturnType<typeof callsOf>;

/** How the methods ask: `GET` with a query, `POST` with a body. */
function callsOf(options: ClientOptions) {
  return {
    get: <Answer>(path: string, query: Query = {}, { signal }: CallOptions = {}) =>
      request<Answer>(options, { method: 'GET', path, query, signal }),
    post: <Answer>(path: string, body: object, { signal }: CallOptions = {}) =>
      request<Answer>(options, { method: 'POST', path, body, signal }),
  };
}

const at = (id: string): string => segmentOf('id', id);

/** What may be sent, and what goes to many. */
function sendingCalls({ get, post }: Calls) {
  return {
    sending: {
      /** Whether this side may send, and what was paused by itself. */
      read: (call?: CallOptions) => get<Sending>('/api/v1/sending', {}, call),
      /** Lets the side send again; what was paused with it stays so until it is resumed. */
      resume: (call?: CallOptions) => post<Sending>('/api/v1/sending/resume', {}, call),
    },

    broadcasts: {
      list: (page: PageOptions = {}, call?: CallOptions) =>
        get<Page<Broadcast>>('/api/v1/broadcasts', { ...page }, call),
      read: (id: string, call?: CallOptions) =>
        get<Broadcast>(`/api/v1/broadcasts/${at(id)}`, {}, call),
      resume: (id: string, call?: CallOptions) =>
        post<Broadcast>(`/api/v1/broadcasts/${at(id)}/resume`, {}, call),
    },
  };
}
