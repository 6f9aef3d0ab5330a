import type { Identified, SeriesCallAnswer } from '../shapes.ts';
import { uuid } from './entry.ts';
import { Queue } from './queue.ts';
import { createStore, type EntryStorage, localStorageOf, type Store } from './store.ts';

export { ApiError, type Fault } from '../errors.ts';
export type { Identified, Instant, SeriesCallAnswer } from '../shapes.ts';
export type { EntryStorage } from './store.ts';

/** Where the server is, and who is in front of the screen. */
export interface MilepostOptions {
  /** Of the server, such as `https://milepost.example.com`. */
  readonly url: string;
  /** `mp_wk_…`; everybody may see it. */
  readonly widgetKey: string;
  /** Proves who the user is, where identity verification is on. */
  readonly userToken?: string;
  /**
   * Asks your server for a token of this user. Asked when the first is needed, and again when the
   * server refuses the last, as when it has expired. While it throws, calls wait.
   */
  readonly getUserToken?: (userId: string) => string | Promise<string>;
  /** Told of every call that was refused for good: by the server, or here. */
  readonly onError?: (error: Error) => void;
  /** Where calls wait while the page is reloaded; `localStorage` when left out. */
  readonly storage?: EntryStorage;
}

/** What `createMilepost` gives. */
export type Milepost = ReturnType<typeof createMilepost>;

const USER = 'user';
const SESSION = 'session';

/**
 * Milepost for a page: tells who its user is and what they do.
 *
 * Calls wait in a queue, in their order, until the server has answered each: through reloads, closed
 * laptops and dead zones. Repeats count once. Every method gives a promise of the server's answer; who
 * does not wait for it need not, and it rejects with `ApiError` when the server refuses.
 */
export function createMilepost(options: MilepostOptions) {
  const { widgetKey, userToken, onError } = options;
  if (widgetKey.startsWith('mp_sk_')) throw new TypeError('A secret key may not be on a page.');
  const store = createStore(options.storage ?? localStorageOf(), widgetKey.slice(-8));
  const queue = new Queue({
    url: options.url.replace(/\/+$/, ''),
    widgetKey,
    store,
    onError,
    userToken,
    getUserToken: options.getUserToken,
  });
  const person = personIn(store);
  const stopListening = listen(queue, store);
  void queue.flush();

  const series = (action: 'enroll' | 'remove') => (seriesId: string) => {
    const body = { action, user_id: person.known(), series_id: seriesId };
    return queue.add<SeriesCallAnswer>('/series', body);
  };

  return {
    /** Tells who the user is, now and on later pages. Traits are merged: new wins, null deletes. */
    identify(
      id: string,
      traits: Readonly<Record<string, unknown>> = {},
      context: Readonly<Record<string, unknown>> = {},
    ): Promise<Identified> {
      person.become(id);
      return queue.add<Identified>('/users/identify', { user_id: id, traits, context });
    },

    /** Tells what the user did; before `identify`, what somebody did. */
    track(eventType: string, metadata: Readonly<Record<string, unknown>> = {}): Promise<void> {
      const event = {
        event_type: eventType,
        event_id: uuid(),
        occurred_at: new Date().toISOString(),
        ...pageOf(globalThis.location),
        metadata,
      };
      return queue.add('/events', { ...person.who(), events: [event] }, () => {});
    },

    /** Enrolls the user in an active series. */
    enroll: series('enroll'),

    /** Takes the user out of a series. */
    remove: series('remove'),

    /** Sends now what waits; settles when it has gone, or when it has to wait for the network. */
    flush: (): Promise<void> => queue.flush(),

    /** Forgets who the user is; call it when they sign out. What waits is still sent. */
    reset: (): void => person.become(null),

    /** Stops. What waits is kept for the next page. */
    close(): void {
      stopListening();
      queue.close();
    },
  };
}

/** Who is in front of the screen, on this page and on later ones. */
function personIn(store: Store) {
  let userId = store.recall(USER);
  let sessionId = store.recall(SESSION);
  const setSession = (id: string | null) => {
    sessionId = id;
    store.remember(SESSION, id);
  };
  return {
    become(id: string | null): void {
      userId = id;
      store.remember(USER, id);
      if (id === null) setSession(null);
    },
    known(): string {
      if (userId === null) throw new TypeError('Call identify first: nobody is known here.');
      return userId;
    },
    who(): { readonly user_id: string } | { readonly session_id: string } {
      if (userId !== null) return { user_id: userId };
      const id = sessionId ?? uuid();
      setSession(id);
      return { session_id: id };
    },
  };
}

/** Sends when there is a network again, and hands over what waits when the page goes. */
function listen(queue: Queue, store: Store): () => void {
  const wake = () => void queue.flush();
  const leave = () => queue.leave();
  const hide = () => {
    if (globalThis.document?.visibilityState === 'hidden') leave();
  };
  const hear = (event: Event) => {
    const heard = store.heard(event as StorageEvent);
    if (heard !== undefined) queue.hear(heard);
  };
  const listeners: [string, (event: Event) => void][] = [
    ['online', wake],
    ['pageshow', wake],
    ['pagehide', leave],
    // The last that a telephone tells of a page that it is about to end.
    ['visibilitychange', hide],
    ['storage', hear],
  ];
  // Runtimes without pages lack both, or have them for other things.
  for (const each of listeners) globalThis.addEventListener?.(...each);
  return () => {
    for (const each of listeners) globalThis.removeEventListener?.(...each);
  };
}

/** The page without its query, in which people put secrets. */
const pageOf = (location: Location | undefined): { page_url?: string } =>
  location === undefined ? {} : { page_url: location.origin + location.pathname };
