import type { Filter } from '../../audience/index.ts';
import type { Db } from '../../platform/db.ts';
import { companyTable } from './companies.ts';
import { eventTable } from './events.ts';
import { memberTable } from './list-members.ts';
import { messageTable } from './messages.ts';
import { suppressionTable } from './suppressions.ts';
import { userTable } from './users.ts';

/** What is exported, and of whom. */
export interface ExportAsk {
  readonly workspaceId: string;
  /** By the clock of the side: filters may be about time. */
  readonly now: Date;
  /** Of users; null for everybody. */
  readonly filter: Filter | null;
  /** Of people of lists; null for all lists. */
  readonly listId: string | null;
}

/** A record of an export, by its columns. */
export type ExportRow = Readonly<Record<string, unknown>>;

/** What an export consists of. */
export interface ExportTable {
  /** In the order in which CSV has them. */
  readonly columns: readonly string[];
  /** A page after the other, as much as is asked for: nothing is held. */
  readonly pages: (db: Db, ask: ExportAsk) => AsyncGenerator<readonly ExportRow[]>;
}

export const EXPORT_KINDS = [
  'users',
  'companies',
  'events',
  'messages',
  'suppressions',
  'list_members',
] as const;
export type ExportKind = (typeof EXPORT_KINDS)[number];

export const EXPORT_TABLE: Readonly<Record<ExportKind, ExportTable>> = {
  users: userTable,
  companies: companyTable,
  events: eventTable,
  messages: messageTable,
  suppressions: suppressionTable,
  list_members: memberTable,
};
