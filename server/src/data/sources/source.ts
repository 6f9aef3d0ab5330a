import type { SourceName } from '../import.ts';
import { customerio } from './customerio.ts';
import { listmonk } from './listmonk.ts';
import { loops } from './loops.ts';
import { mailchimp } from './mailchimp.ts';

/** What a status of another system means here. */
export type Standing = 'subscribed' | 'unsubscribed' | 'bounced' | 'complained' | 'suppressed';

/** How the export of another system is read. */
export interface Source {
  /** By the name of a column in lower case: a target, or null for one that means nothing here. */
  readonly columns: Readonly<Record<string, string | null>>;
  /** By a status in lower case. One that is not named is nobody's consent, and told. */
  readonly standings: Readonly<Record<string, Standing>>;
  /** Whether people are known by their address where no id is given. */
  readonly isKnownByEmail: boolean;
}

/** Files that name their columns as we do. */
const milepost: Source = {
  columns: {},
  standings: {
    subscribed: 'subscribed',
    unsubscribed: 'unsubscribed',
  },
  isKnownByEmail: false,
};

export const SOURCE: Readonly<Record<SourceName, Source>> = {
  milepost,
  customerio,
  mailchimp,
  loops,
  listmonk,
};
