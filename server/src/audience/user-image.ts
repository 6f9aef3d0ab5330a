import type { UserFact } from './filter/index.ts';

/** A row of `users` as PostgreSQL writes it in JSON. */
export interface UserImage {
  readonly external_id: string;
  readonly email: string | null;
  readonly name: string | null;
  readonly timezone: string | null;
  readonly locale: string | null;
  readonly signed_up_at: string | null;
  readonly traits: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
  readonly first_seen: string;
  readonly last_seen: string;
  readonly created_at: string;
  readonly updated_at: string;
}

/** What filters may read of a user as they were. */
export const userOfImage = (image: UserImage): UserFact => ({
  externalId: image.external_id,
  email: image.email,
  name: image.name,
  timezone: image.timezone,
  locale: image.locale,
  signedUpAt: image.signed_up_at === null ? null : new Date(image.signed_up_at),
  traits: image.traits,
  context: image.context,
  firstSeen: new Date(image.first_seen),
  lastSeen: new Date(image.last_seen),
  createdAt: new Date(image.created_at),
  updatedAt: new Date(image.updated_at),
});
