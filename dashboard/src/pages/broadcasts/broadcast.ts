import type { Answer, Filter } from '@milepost/sdk';
import type { EmailFields } from '../../components/email-editor/email-fields.ts';

export type Broadcast = Answer<'GET /broadcasts/{id}'>;
export type Status = Broadcast['status'];

/** To whom: everybody, a filter, or a list with a filter or without. */
export interface Audience {
  readonly everybody?: boolean;
  readonly filter?: Filter;
  readonly list_id?: string;
}

/** When: an instant, or a time on each person's own clock. */
export interface Schedule {
  readonly at?: string;
  readonly local?: string;
  readonly already_past?: 'now' | 'tomorrow' | 'skip';
  readonly timezone?: string | null;
}

/** What a member writes of a broadcast. */
export interface BroadcastDraft {
  readonly name: string;
  readonly email: EmailFields;
  readonly audience: Audience | null;
  readonly schedule: Schedule | null;
  readonly spread_minutes: number | null;
}

/** The draft in an answer: the document says of these members only that there may be more. */
export function draftOf(broadcast: Broadcast): BroadcastDraft {
  const {
    name,
    email,
    audience,
    schedule,
    spread_minutes: spread,
  } = broadcast as Broadcast & Partial<Omit<BroadcastDraft, 'name'>>;
  return {
    name,
    email: email ?? {},
    audience: audience ?? null,
    schedule: schedule ?? null,
    spread_minutes: spread ?? null,
  };
}

/** Whether it can still be written: until it begins. */
export const isOpen = (status: Status): boolean => status === 'draft' || status === 'scheduled';
