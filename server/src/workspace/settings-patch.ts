import { canonicalZone } from '../schedule/zone.ts';
import { emailSettingsReaders } from './email-settings-readers.ts';
import { settingsInvalid, type Fault } from './errors.ts';
import type { StoredSettings } from './settings.ts';

/** What a change of settings needs from parts of the server above this one. */
export interface SettingsPorts {
  /** Whether a text may be a sender: `Name <address>` or a bare address. */
  readonly isMailbox: (text: string) => boolean;
}

/** A change that was found right: only what it names, in wire form. */
export type SettingsPatch = StoredSettings & {
  readonly name?: string;
  readonly timezone?: string;
};

type Read<T> = { readonly value: T } | { readonly wrong: string };
/** Reads one member as it was sent. */
export type Reader = (sent: unknown) => Read<unknown>;
type JsonObject = Readonly<Record<string, unknown>>;

/** Longest name of a workspace: it appears in emails and lists. */
const NAME_LENGTH_MAX = 200;
/** Far above any real site's count; every call of a browser is compared with all of them. */
const ORIGINS_MAX = 50;
/** A host name has at most 253 characters. */
const ORIGIN_LENGTH_MAX = 300;
/** An address has at most 254 characters (RFC 5321); the rest is for the name before it. */
const MAILBOX_LENGTH_MAX = 500;
/** A limit above this is none; 0 says so better. */
const RATE_MAX = 1_000_000;

/** Series at once and emails above this are no limit: null says so better. */
const LIMIT_MAX = 1_000;
/** Sends further back are not looked at. */
const LIMIT_DAYS_MAX = 366;

/** Members whose own members are set one by one. */
const GROUPS = [
  'identity_verification',
  'rate_limits',
  'limits',
  'brand',
  'tracking',
  'soft_bounces',
  'auto_pause',
] as const;

/** Who reads what, by path. Members that are not here are ignored. */
const readersOf = ({ isMailbox }: SettingsPorts): Readonly<Record<string, Reader>> => ({
  name: readName,
  timezone: readZone,
  'identity_verification/enabled': readBoolean,
  'identity_verification/require_exp': readBoolean,
  allowed_origins: readOrigins,
  'rate_limits/widget_per_minute': readRate,
  'rate_limits/widget_unknown_user_per_minute': readRate,
  'rate_limits/secret_per_second': readRate,
  'rate_limits/enrollments_per_user_per_hour': readRate,
  'limits/series_at_once': readLimit,
  'limits/emails': readEmailLimit,
  from: (sent) => readMailbox(sent, isMailbox),
  reply_to: (sent) => readMailbox(sent, isMailbox),
  ...emailSettingsReaders,
});

/**
 * Reads the body of a change of settings.
 *
 * Members that it does not name stay as they are, at every level; lists are replaced whole; `null`
 * clears what may be null. Unknown members are ignored.
 *
 * @throws workspace.settings_invalid with every fault and its path
 */
export function readSettingsPatch(body: unknown, ports: SettingsPorts): SettingsPatch {
  const faults: Fault[] = [];
  const root = objectOf(body);
  if (root === null) throw settingsInvalid([{ path: '', message: 'must be an object' }]);
  const groups = Object.fromEntries(GROUPS.map((name) => [name, groupOf(root, name, faults)]));
  const patch: Record<string, unknown> = {};
  const patches: Record<string, Record<string, unknown>> = {};

  for (const [path, read] of Object.entries(readersOf(ports))) {
    const [first = '', second] = path.split('/');
    const from = second === undefined ? root : (groups[first] ?? {});
    const name = second ?? first;
    if (!Object.hasOwn(from, name)) continue;
    const answer = read(from[name]);
    if ('wrong' in answer) faults.push({ path, message: answer.wrong });
    else if (second === undefined) patch[first] = answer.value;
    else (patches[first] ??= {})[second] = answer.value;
  }
  if (faults.length > 0) throw settingsInvalid(faults);
  return { ...patch, ...patches };
}

/** What is stored after a change: groups are merged, everything else is replaced. */
export function patchStored(stored: StoredSettings, patch: SettingsPatch): StoredSettings {
  const { name: _name, timezone: _timezone, ...rest } = patch;
  const merged: StoredSettings = Object.fromEntries(
    GROUPS.map((name) => [name, { ...stored[name], ...patch[name] }]),
  );
  return { ...stored, ...rest, ...merged };
}

/** The name of a workspace, without the spaces around it. */
export function readName(sent: unknown): Read<string> {
  if (typeof sent !== 'string') return { wrong: 'must be a string' };
  const name = sent.trim();
  if (name === '') return { wrong: 'must not be empty' };
  if (name.length > NAME_LENGTH_MAX) {
    return { wrong: `must be at most ${NAME_LENGTH_MAX} characters` };
  }
  // Names end in email headers, where control characters would be refused much later.
  if (hasControl(name) || !name.isWellFormed()) {
    return { wrong: 'must not contain control characters or unpaired surrogates' };
  }
  return { value: name };
}

function readZone(sent: unknown): Read<string> {
  if (typeof sent !== 'string') return { wrong: 'must be a string' };
  const zone = canonicalZone(sent);
  return zone === null ? { wrong: 'is not a known IANA time zone' } : { value: zone };
}

function readBoolean(sent: unknown): Read<boolean> {
  return typeof sent === 'boolean' ? { value: sent } : { wrong: 'must be true or false' };
}

function readRate(sent: unknown): Read<number> {
  const isRate = Number.isInteger(sent) && Number(sent) >= 0 && Number(sent) <= RATE_MAX;
  return isRate
    ? { value: Number(sent) }
    : { wrong: `must be a whole number from 0 to ${RATE_MAX}; 0 means no limit` };
}

const isCount = (sent: unknown, max: number): sent is number =>
  Number.isInteger(sent) && Number(sent) >= 1 && Number(sent) <= max;

function readLimit(sent: unknown): Read<number | null> {
  return sent === null || isCount(sent, LIMIT_MAX)
    ? { value: sent }
    : { wrong: `must be a whole number from 1 to ${LIMIT_MAX}, or null for no limit` };
}

function readEmailLimit(sent: unknown): Read<{ count: number; days: number } | null> {
  if (sent === null) return { value: null };
  const { count, days } = objectOf(sent) ?? {};
  return isCount(count, LIMIT_MAX) && isCount(days, LIMIT_DAYS_MAX)
    ? { value: { count, days } }
    : {
        wrong:
          'must be {"count":…,"days":…} with a count from 1 to ' +
          `${LIMIT_MAX} and days from 1 to ${LIMIT_DAYS_MAX}, or null for no limit`,
      };
}

function readMailbox(sent: unknown, isMailbox: (text: string) => boolean): Read<string | null> {
  if (sent === null) return { value: null };
  if (typeof sent !== 'string') return { wrong: 'must be a string or null' };
  return sent.length <= MAILBOX_LENGTH_MAX && isMailbox(sent)
    ? { value: sent }
    : { wrong: 'is not a valid email address' };
}

function readOrigins(sent: unknown): Read<string[]> {
  if (!Array.isArray(sent)) return { wrong: 'must be a list of origins' };
  if (sent.length > ORIGINS_MAX) return { wrong: `must have at most ${ORIGINS_MAX} origins` };
  const origins = sent.map(originOf);
  const wrong = origins.indexOf(null);
  if (wrong >= 0) {
    return {
      wrong: `must have origins such as https://app.example.com; number ${wrong + 1} is none`,
    };
  }
  return { value: [...new Set(origins.filter((origin) => origin !== null))] };
}

/**
 * An origin as browsers spell it in the header `Origin`; null when the text is more or less than
 * one.
 */
function originOf(sent: unknown): string | null {
  if (typeof sent !== 'string' || sent.length > ORIGIN_LENGTH_MAX) return null;
  const url = URL.parse(sent);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return null;
  // `href` shows what the parser made of it: a path, a query or a password would be in it too.
  return url.href === `${url.origin}/` && !/[\s?#]/.test(sent) ? url.origin : null;
}

/** The object of that name in `root`, or an empty one: absent is no fault, anything else is. */
function groupOf(root: JsonObject, name: string, faults: Fault[]): JsonObject {
  const sent = root[name];
  const group = objectOf(sent);
  if (group === null && sent !== undefined)
    faults.push({ path: name, message: 'must be an object' });
  return group ?? {};
}

function objectOf(value: unknown): JsonObject | null {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as JsonObject) : null;
}

/** C0 and C1 controls and DEL. */
function hasControl(text: string): boolean {
  return /\p{Cc}/u.test(text);
}
