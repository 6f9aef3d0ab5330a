import type { Answer } from '@milepost/sdk';

type Report = Answer<'GET /reports/messages'>;
export type Counts = Report['total'];
export type Rates = Report['rates'];

/** A column of reports: what is counted, and as which share. */
export interface Measure {
  readonly name: string;
  readonly countOf: (counts: Counts) => number;
  /** Null where it is no share of anything. */
  readonly rateOf: (rates: Rates) => number | null;
  /** What people ask about it. */
  readonly hint?: string;
  /** Machines, of what people did. */
  readonly machinesOf?: (counts: Counts) => number;
}

export const MEASURES: readonly Measure[] = [
  { name: 'Sent', countOf: ({ sent }) => sent, rateOf: () => null },
  {
    name: 'Delivered',
    countOf: ({ delivered }) => delivered,
    rateOf: ({ delivered }) => delivered,
    hint: 'As providers tell; plain SMTP does not.',
  },
  {
    name: 'Opened',
    countOf: ({ opened }) => opened,
    rateOf: ({ opened }) => opened,
    machinesOf: ({ opened_by_machine: machines }) => machines,
    hint: 'By people. Programs that open mail are told apart.',
  },
  {
    name: 'Clicked',
    countOf: ({ clicked }) => clicked,
    rateOf: ({ clicked }) => clicked,
    machinesOf: ({ clicked_by_machine: machines }) => machines,
    hint: 'By people. Programs that follow links are told apart.',
  },
  {
    name: 'Unsubscribed',
    countOf: ({ unsubscribed }) => unsubscribed,
    rateOf: ({ unsubscribed }) => unsubscribed,
  },
  { name: 'Bounced', countOf: ({ bounced }) => bounced, rateOf: ({ bounced }) => bounced },
  {
    name: 'Complained',
    countOf: ({ complained }) => complained,
    rateOf: ({ complained }) => complained,
  },
];
