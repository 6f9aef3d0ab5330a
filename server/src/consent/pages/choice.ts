import type { PreferenceChange } from '../consent.ts';
import type { Preferences } from '../read-preferences.ts';

/** What came from a preference page. */
export interface Choice {
  /** The lists that the page showed: of any other nothing was said. */
  readonly shown: ReadonlySet<string>;
  /** Those of them that are to be on. */
  readonly on: ReadonlySet<string>;
}

/**
 * What a person's choice changes.
 *
 * Who gets nothing at all and now turns something on gets that, and none of the rest that they had
 * before: all of it was shown as off.
 */
export function changesOf({ all, lists }: Preferences, { shown, on }: Choice): PreferenceChange[] {
  const known = lists.filter(({ id }) => shown.has(id));
  if (all === 'unsubscribed') {
    if (!known.some(({ id }) => on.has(id))) return [];
    return [{ listId: null, to: 'subscribed' }, ...known.map(({ id }) => wishOf(id, on.has(id)))];
  }
  return known
    .filter(({ id, state }) => on.has(id) !== (state !== 'unsubscribed'))
    .map(({ id }) => wishOf(id, on.has(id)));
}

const wishOf = (listId: string, isOn: boolean): PreferenceChange => ({
  listId,
  to: isOn ? 'subscribed' : 'unsubscribed',
});
