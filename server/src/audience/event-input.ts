import { faultOfData, isStorable } from '../platform/plain-data.ts';
import { isAbsent, recordOf } from '../schedule/fault.ts';
import { eventsInvalid } from './errors.ts';
import {
  cutTo,
  ELEMENT_SELECTOR_LENGTH_MAX,
  EVENT_TYPE_LENGTH_MAX,
  EVENTS_PER_CALL_MAX,
  METADATA_BYTES_MAX,
  PAGE_URL_LENGTH_MAX,
  SESSION_ID_LENGTH_MAX,
  type NewEvent,
} from './event.ts';
import { assertUserId } from './identify-input.ts';
import { faultOfId, NESTING_MAX, NO_INSTANT, UNSTORABLE_TEXT } from './traits-input.ts';
import { plausibleInstantOf, type Fields } from './traits-input.ts';

/** What a call to `POST /api/sdk/events` says. */
export interface EventsCall {
  /** Null for somebody not identified. */
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly token: string | null;
  readonly events: readonly NewEvent[];
}

/**
 * Reads the body of an events call. Texts that are too long are cut; all else that is wrong is refused,
 * and with it the whole call.
 *
 * @throws `audience.events_invalid`, `audience.identify_invalid`, naming the field
 */
export function eventsCallOf(body: unknown): EventsCall {
  const fields = recordOf(body) ?? {};
  const { events } = fields;
  if (isAbsent(events)) throw eventsInvalid('events is required');
  if (!Array.isArray(events)) throw eventsInvalid('events must be an array');
  if (events.length < 1 || events.length > EVENTS_PER_CALL_MAX) {
    throw eventsInvalid(`events must hold 1 to ${EVENTS_PER_CALL_MAX} events`);
  }
  const userId = fields['user_id'] ?? '';
  assertUserId(userId);
  const sessionId = textOf(fields, 'session_id', { at: '', lengthMax: SESSION_ID_LENGTH_MAX });
  const token = fields['user_token'] ?? null;
  if (token !== null && typeof token !== 'string') {
    throw eventsInvalid('user_token must be a string');
  }
  return {
    userId: userId === '' ? null : userId,
    sessionId,
    token,
    events: events.map(eventOf),
  };
}

function eventOf(value: unknown, index: number): NewEvent {
  const at = `events[${index}]`;
  const fields = recordOf(value);
  if (fields === null) throw eventsInvalid(`${at} must be an object`);
  const text = (name: string, lengthMax: number): string | null =>
    textOf(fields, name, { at: `${at}.`, lengthMax });
  const eventType = text('event_type', EVENT_TYPE_LENGTH_MAX);
  if (eventType === null) throw eventsInvalid(`${at}.event_type is required`);
  return {
    eventType,
    occurredAt: occurredAtOf(fields['occurred_at'], `${at}.occurred_at`),
    eventId: eventIdOf(fields['event_id'], `${at}.event_id`),
    elementSelector: text('element_selector', ELEMENT_SELECTOR_LENGTH_MAX),
    pageUrl: text('page_url', PAGE_URL_LENGTH_MAX),
    metadata: metadataOf(fields['metadata'], `${at}.metadata`),
  };
}

/** A text cut to length; null when it is left out, null or empty. */
function textOf(
  fields: Fields,
  name: string,
  { at, lengthMax }: { at: string; lengthMax: number },
): string | null {
  const value = fields[name] ?? '';
  if (typeof value !== 'string') throw eventsInvalid(`${at}${name} must be a string`);
  if (!isStorable(value)) throw eventsInvalid(`${at}${name} ${UNSTORABLE_TEXT}`);
  return value === '' ? null : cutTo(value, lengthMax);
}

function occurredAtOf(value: unknown, name: string): Date | null {
  if (isAbsent(value) || value === '') return null;
  if (typeof value !== 'string') throw eventsInvalid(`${name} must be a string`);
  const at = plausibleInstantOf(value);
  if (at === null) throw eventsInvalid(`${name} ${NO_INSTANT}`);
  return at;
}

/** Not cut: two ids that begin alike are two ids. */
function eventIdOf(value: unknown, name: string): string | null {
  if (isAbsent(value) || value === '') return null;
  const fault = faultOfId(value);
  if (fault !== null) throw eventsInvalid(`${name} ${fault}`);
  return value as string;
}

function metadataOf(value: unknown, name: string): string {
  const metadata = recordOf(value ?? {});
  if (metadata === null) throw eventsInvalid(`${name} must be an object`);
  const fault = faultOfData(metadata, { nestingMax: NESTING_MAX });
  if (fault !== null) throw eventsInvalid(`${name} ${fault.message}`);
  const text = JSON.stringify(metadata);
  if (Buffer.byteLength(text) > METADATA_BYTES_MAX) {
    throw eventsInvalid(`${name} exceeds ${METADATA_BYTES_MAX} bytes`);
  }
  return text;
}
