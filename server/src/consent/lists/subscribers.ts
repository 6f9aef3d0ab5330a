import type { Db } from '../../platform/db.ts';
import { stateWithoutChoice } from '../consent.ts';
import {
  listSubscribers,
  listSubscribersAndSilent,
  type Subscriber,
  type SubscriberPage,
} from '../sql/lists.ts';
import type { List } from './list.ts';

/**
 * A page of the people in one state of a list. On a list that may be left, everybody is on it who has
 * said nothing; who has said nothing about a list to be joined is not one who has left it.
 */
export const subscribersOf = (
  db: Db,
  { id, kind }: List,
  page: Omit<SubscriberPage, 'id'>,
): Promise<Subscriber[]> =>
  kind === 'opt_out' && page.state === stateWithoutChoice(kind)
    ? listSubscribersAndSilent(db, { ...page, id })
    : listSubscribers(db, { ...page, id });
