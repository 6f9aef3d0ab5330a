/** What a file holds, line by line. */
export const IMPORT_KINDS = [
  'users',
  'companies',
  'events',
  'suppressions',
  'list_members',
  'everything',
] as const;
export type ImportKind = (typeof IMPORT_KINDS)[number];

export const FILE_FORMATS = ['csv', 'jsonl'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

/** Whose export a file is; `milepost` is also everybody's who names the columns as we do. */
export const SOURCES = ['milepost', 'customerio', 'mailchimp', 'loops', 'listmonk'] as const;
export type SourceName = (typeof SOURCES)[number];

export const IMPORT_STATES = [
  'receiving',
  'running',
  'paused',
  'done',
  'cancelled',
  'failed',
] as const;
export type ImportState = (typeof IMPORT_STATES)[number];

/** What was asked for beside the file. */
export interface ImportOptions {
  /** Everything is done, and undone at once: the report is that of the real import. */
  readonly isDryRun: boolean;
  /** Whether series may start by what is imported. */
  readonly mayStart: boolean;
  /** Whoever joins a list with double opt-in has confirmed it elsewhere. */
  readonly isConfirmed: boolean;
  /** The list that people of the file join, or leave, as it says. */
  readonly listId: string | null;
  /** Between the cells of CSV. */
  readonly delimiter: string;
}

/** By the name of a column, what was said of it: a target, or null for one that is left out. */
export type MappingInput = Readonly<Record<string, string | null>>;

export interface ImportCounts {
  readonly handled: number;
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly bad: number;
  readonly warned: number;
}

/** An import, from the first byte that came to its end. */
export interface Import {
  readonly id: string;
  readonly workspaceId: string;
  readonly kind: ImportKind;
  readonly format: FileFormat;
  readonly source: SourceName;
  readonly options: ImportOptions;
  readonly columns: readonly string[];
  readonly mapping: MappingInput;
  readonly state: ImportState;
  readonly bytes: number;
  readonly lineCount: number;
  readonly nextPosition: number;
  /** How often pieces were written anew, without somebody who was erased. */
  readonly revision: number;
  readonly counts: ImportCounts;
  readonly fault: string | null;
  readonly createdAt: Date;
  readonly workedAt: Date | null;
  readonly endedAt: Date | null;
}

/** What is wrong with one line; never a value of it. */
export interface LineFault {
  readonly line: number;
  /** Empty where it is the line as a whole. */
  readonly field: string;
  readonly reason: string;
  /** The line was written all the same. */
  readonly isWarning: boolean;
}

/** One file; more comes in parts that are imported one after the other. */
export const FILE_BYTES_MAX = 2 * 1_073_741_824;
/** Lines with something on them, in one file. */
export const LINES_MAX = 10_000_000;
/** More columns than the largest exports have. */
export const COLUMNS_MAX = 500;
/** Characters of one line: a longer one is a quote that is never closed. */
export const LINE_LENGTH_MAX = 262_144;
/** Characters of one cell: more than data about anybody may have. */
export const CELL_LENGTH_MAX = 65_536;
/** Imports of one side that have not ended. */
export const UNFINISHED_MAX = 5;
/** Faults that are kept of one import; the others are counted. */
export const FAULTS_MAX = 10_000;
/** Lines of one transaction. */
export const CHUNK_LINES_MAX = 1_000;
/** Characters of one piece. */
export const CHUNK_LENGTH_MAX = 524_288;
