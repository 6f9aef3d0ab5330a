import type { Answer } from '@milepost/sdk';
import { createContext, useContext } from 'react';
import type { Faults } from './faults.ts';
import type { Doc, Step } from './step.ts';

/** A series as the server has it. */
export type ServerSeries = Answer<'GET /series/{id}'>;

/** When the steps happen, and the rules in words, as the planner says. */
export type Outline = Answer<'POST /series/{id}/outline'>;
export type OutlineStep = Outline['steps'][number];

/** What a change makes of the draft; the same one, or null, changes nothing. */
export type DocChange = (doc: Doc) => Doc | null;

/** Where the draft stands against what is published. */
export type PublishState = 'unpublished' | 'same' | 'different';

/** The draft of one series: read, edited, saved by itself. */
export interface Draft {
  readonly series: ServerSeries;
  readonly doc: Doc;
  readonly name: string;
  readonly settings: Doc['settings'];
  readonly steps: readonly Step[];
  /**
   * Changes the draft; it is saved shortly after.
   *
   * @param label for undo: "Delete Wait"
   * @param key changes in a row with one key are undone as one, as the letters typed into a field
   * @returns false where nothing changed
   */
  readonly change: (change: DocChange, label: string, key?: string) => boolean;
  readonly undo: () => void;
  readonly redo: () => void;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** What undo would take back. */
  readonly undoLabel: string | null;
  readonly redoLabel: string | null;
  /** Not all is saved yet. */
  readonly isDirty: boolean;
  /** Saves at once; true when the server has everything. */
  readonly save: () => Promise<boolean>;
  readonly isSaving: boolean;
  /** Why it is not saved. */
  readonly saveError: Error | null;
  /** What the server had when this page last agreed with it. */
  readonly savedDoc: Doc;
  /** Of `savedDoc`: nothing else is published from this page. */
  readonly etag: string;
  /**
   * While it is on, what somebody else saves is a conflict, although nothing is unsaved here: what is looked at
   * before it is published does not change under one's eyes.
   */
  readonly review: (isOn: boolean) => void;
  /** Reads what somebody else saved: a conflict, where it is something else. */
  readonly look: () => Promise<void>;
  /** What somebody else saved meanwhile; nothing is saved until it is decided. */
  readonly conflict: Doc | null;
  readonly takeTheirs: () => void;
  readonly keepMine: () => void;
  /** By step id; '' is the series. Those of the server, of the draft as it is now or was a moment ago. */
  readonly faults: Faults;
  readonly outline: Outline | null;
  readonly outlineOf: (stepId: string) => OutlineStep | null;
  /** An editor of a series that is not archived, nor kept in a file that nobody unlocked. */
  readonly mayEdit: boolean;
  /** An editor of a series that is not archived: pauses, resumes and archives it, wherever it is kept. */
  readonly mayMove: boolean;
  /** Whether a file keeps the series from being edited here; null: none does, or this member may not anyway. */
  readonly fileLock: 'closed' | 'open' | null;
  /** Lets the series be edited although it is kept in a file, until the page is left. */
  readonly unlock: () => void;
  readonly publishState: PublishState;
  readonly isPublishedDifferent: boolean;
  /** Ids of steps that publishing would change, add or lead elsewhere. */
  readonly changedSteps: ReadonlySet<string>;
}

export const DraftContext = createContext<Draft | null>(null);

/** The draft of the open series. */
export function useDraft(): Draft {
  const draft = useContext(DraftContext);
  if (draft === null) throw new Error('useDraft needs a DraftProvider above it');
  return draft;
}
