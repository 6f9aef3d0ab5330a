import {
  companyCallOf,
  companyPatchOf,
  eventsCallOf,
  userItemOf,
  type CompanyPatch,
  type EventWrite,
  type UserWrite,
} from '../audience/index.ts';
import { SUPPRESSION_REASONS, type ListInput, type SuppressionReason } from '../consent/index.ts';
import { isEmail } from '../platform/email-address.ts';
import { DomainError } from '../platform/errors.ts';
import { isStorable } from '../platform/plain-data.ts';
import { canonicalZone } from '../schedule/zone.ts';
import type { ImportKind, SourceName } from './import.ts';
import type { ReadRecord, RecordFault } from './records/read.ts';
import { SOURCE, type Standing } from './sources/source.ts';

/** Somebody of a list, as a line names them. */
export interface MemberItem {
  /** By its id or its name; null for the list that the import names. */
  readonly list: { readonly id: string | null; readonly name: string | null } | null;
  readonly userExternalId: string | null;
  readonly email: string | null;
  readonly state: 'subscribed' | 'unsubscribed' | 'pending';
}

/** What one line asks for. */
export type Item =
  | { readonly kind: 'user'; readonly user: UserWrite; readonly standing: Standing | null }
  | { readonly kind: 'company'; readonly externalId: string; readonly patch: CompanyPatch }
  | { readonly kind: 'event'; readonly event: EventWrite }
  | {
      readonly kind: 'suppression';
      readonly email: string | null;
      readonly userExternalId: string | null;
      readonly reason: SuppressionReason;
    }
  | { readonly kind: 'list_member'; readonly member: MemberItem }
  | { readonly kind: 'list'; readonly list: ListInput; readonly isArchived: boolean };

/** An item, with what is odd about it; or what is wrong. */
export type ReadItem = { readonly item: Item; readonly warning: RecordFault | null } | RecordFault;

const ID_LENGTH_MAX = 255;
const NAME_LENGTH_MAX = 100;
const DESCRIPTION_LENGTH_MAX = 500;

/** What one record asks for, by the rules of the calls of its kind. Reasons hold no value of it. */
export function itemOf(
  kind: Exclude<ImportKind, 'everything'> | 'lists',
  record: ReadRecord,
  { source, docsUrl }: { source: SourceName; docsUrl: string },
): ReadItem {
  try {
    switch (kind) {
      case 'users':
        return userOf(record, { source, docsUrl });
      case 'companies':
        return good(companyOf(record, docsUrl));
      case 'events':
        return good(eventOf(record));
      case 'suppressions':
        return suppressionOf(record);
      case 'list_members':
        return memberOf(record);
      case 'lists':
        return listOf(record);
    }
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return faultOf(error.message);
  }
}

const good = (item: Item): ReadItem => ({ item, warning: null });

/** A refusal of a call as that of a line: `events[0].event_type is required` names the field. */
function faultOf(message: string): RecordFault {
  const plain = message.replace(/^(events|users)\[0\]\.?/, '');
  const [, field = '', reason = plain] = /^([a-z_]+) ((?:is|must|exceeds) [^]*)$/.exec(plain) ?? [];
  return { field, reason };
}

function userOf(
  { fields, standing: said }: ReadRecord,
  { source, docsUrl }: { source: SourceName; docsUrl: string },
): ReadItem {
  const { isKnownByEmail, standings } = SOURCE[source];
  const { user_id: id, company_id: company, consent, traits, context, ...own } = fields;
  const userId = isMissing(id) && isKnownByEmail ? own['email'] : id;
  const all = { ...nameOf(source, traits, own), ...own };
  const isPlain = traits === undefined || (typeof traits === 'object' && !Array.isArray(traits));
  if (!isPlain) return { field: 'traits', reason: 'must be an object' };
  const body = { user_id: userId, traits: { ...(traits as object | null), ...all }, context };
  const read = userItemOf(body, { index: 0, docsUrl });
  if ('error' in read) return faultOf(read.error);
  const companyId = isMissing(company) ? null : company;
  if (companyId !== null && !isId(companyId)) return idFault('company_id');
  const standing = standingOf(consent, standings);
  if (standing === 'unknown') return { field: 'consent', reason: 'is a status that is not known' };
  const { timezone = null } = read.patch.own;
  const warning =
    timezone !== null && canonicalZone(timezone) === null
      ? { field: 'timezone', reason: 'is no known time zone and is not used for scheduling' }
      : null;
  const user = { externalId: read.userId, patch: read.patch, companyExternalId: companyId };
  return { item: { kind: 'user', user, standing: said ?? standing }, warning };
}

/** Other systems know the parts of a name, and we the whole of it too. */
function nameOf(source: SourceName, traits: unknown, own: object): { name?: string } {
  if (source === 'milepost' || 'name' in own) return {};
  const { first_name: first, last_name: last } = (traits ?? {}) as Record<string, unknown>;
  const parts = [first, last].filter((part) => typeof part === 'string' && part !== '');
  return parts.length === 0 ? {} : { name: parts.join(' ') };
}

function standingOf(
  value: unknown,
  standings: Readonly<Record<string, Standing>>,
): Standing | 'unknown' | null {
  if (isMissing(value)) return null;
  const word = String(value).trim().toLowerCase();
  return Object.hasOwn(standings, word) ? (standings[word] ?? 'unknown') : 'unknown';
}

function companyOf({ fields }: ReadRecord, docsUrl: string): Item {
  const { company_id: companyId, traits, context, ...own } = fields;
  const body = { company_id: companyId, traits: { ...(traits as object), ...own }, context };
  const call = companyCallOf(body);
  return { kind: 'company', externalId: call.companyId, patch: companyPatchOf(call, { docsUrl }) };
}

function eventOf({ fields }: ReadRecord): Item {
  const { user_id: userId, session_id: sessionId, ...event } = fields;
  const call = eventsCallOf({ user_id: userId, session_id: sessionId, events: [event] });
  const [first] = call.events;
  if (first === undefined) throw new Error('an event was lost');
  return {
    kind: 'event',
    event: { userExternalId: call.userId, sessionId: call.sessionId, event: first },
  };
}

function suppressionOf({ fields }: ReadRecord): ReadItem {
  const { email, user_id: userId, reason = 'import' } = fields;
  const isReason = (SUPPRESSION_REASONS as readonly unknown[]).includes(reason);
  if (!isReason) {
    return { field: 'reason', reason: `must be one of ${SUPPRESSION_REASONS.join(', ')}` };
  }
  if (isMissing(email) === isMissing(userId)) {
    return { field: 'email', reason: 'or user_id must be given, and not both' };
  }
  if (!isMissing(userId) && !isId(userId)) return idFault('user_id');
  if (!isMissing(email) && !isAddress(email)) return ADDRESS_FAULT;
  return good({
    kind: 'suppression',
    email: isMissing(email) ? null : (email as string),
    userExternalId: isMissing(userId) ? null : (userId as string),
    reason: reason as SuppressionReason,
  });
}

function memberOf({ fields }: ReadRecord): ReadItem {
  const { list_id: listId, list, user_id: userId, email, state } = fields;
  if (!isMissing(userId) && !isId(userId)) return idFault('user_id');
  if (isMissing(userId) && isMissing(email)) {
    return { field: 'user_id', reason: 'or email must be given' };
  }
  if (isMissing(userId) && !isAddress(email)) return ADDRESS_FAULT;
  const to = isMissing(state) ? 'subscribed' : state;
  if (to !== 'subscribed' && to !== 'unsubscribed' && to !== 'pending') {
    return { field: 'state', reason: 'must be subscribed, unsubscribed or pending' };
  }
  const text = (value: unknown): string | null =>
    typeof value === 'string' && value !== '' && isStorable(value) ? value : null;
  const named = { id: text(listId), name: text(list) };
  return good({
    kind: 'list_member',
    member: {
      list: named.id === null && named.name === null ? null : named,
      userExternalId: isMissing(userId) ? null : (userId as string),
      email: isMissing(userId) ? (email as string) : null,
      state: to,
    },
  });
}

function listOf({ fields }: ReadRecord): ReadItem {
  const { name, description = '', kind, double_opt_in: doubleOptIn = false } = fields;
  const isText = (value: unknown, lengthMax: number): value is string =>
    typeof value === 'string' && value.length <= lengthMax && isStorable(value);
  if (!isText(name, NAME_LENGTH_MAX) || name === '') {
    return { field: 'name', reason: `must be a text of 1 to ${NAME_LENGTH_MAX} characters` };
  }
  if (!isText(description, DESCRIPTION_LENGTH_MAX)) {
    return {
      field: 'description',
      reason: `must be a text of at most ${DESCRIPTION_LENGTH_MAX} characters`,
    };
  }
  if (kind !== 'opt_in' && kind !== 'opt_out') {
    return { field: 'kind', reason: 'must be opt_in or opt_out' };
  }
  if (typeof doubleOptIn !== 'boolean' || (doubleOptIn && kind !== 'opt_in')) {
    return { field: 'double_opt_in', reason: 'must be a boolean, and is for lists of kind opt_in' };
  }
  const { opens, clicks } = (fields['tracking'] ?? {}) as Record<string, unknown>;
  const tracking = {
    ...(typeof opens === 'boolean' ? { opens } : {}),
    ...(typeof clicks === 'boolean' ? { clicks } : {}),
  };
  const list: ListInput = { name, description, kind, doubleOptIn, tracking };
  return good({ kind: 'list', list, isArchived: fields['archived'] === true });
}

const isMissing = (value: unknown): boolean =>
  value === undefined || value === null || value === '';
const isId = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= ID_LENGTH_MAX && isStorable(value);
const isAddress = (value: unknown): value is string => typeof value === 'string' && isEmail(value);
const idFault = (field: string): RecordFault => ({
  field,
  reason: `must be a text of at most ${ID_LENGTH_MAX} characters`,
});
const ADDRESS_FAULT: RecordFault = { field: 'email', reason: 'is not a valid email address' };
