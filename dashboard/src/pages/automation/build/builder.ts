import { createContext, useContext } from 'react';
import type { Place, Step } from '../draft/step.ts';

/** Where the add menu opens, in the window. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What can be done with the graph. Never changes while the tab is open: nodes may depend on it. */
export interface BuilderActions {
  /** @param box a step's or the start's; null for nothing */
  readonly select: (box: string | null, how?: { readonly isInspecting?: boolean }) => void;
  readonly openAdd: (place: Place, point: Point) => void;
  readonly insert: (place: Place, type: string) => void;
  readonly remove: (stepId: string) => void;
  readonly move: (stepId: string, place: Place) => void;
  /** One place up or down. */
  readonly shift: (stepId: string, by: -1 | 1) => void;
  readonly copy: (stepId: string) => void;
  /** Takes a step up, to be set down elsewhere. */
  readonly cut: (stepId: string) => void;
  readonly paste: (place: Place) => void;
  readonly showPeople: (stepId: string) => void;
}

/** What of the builder is open. */
export interface BuilderState {
  /** The box that is selected; see `graph-layout.ts`. */
  readonly selected: string | null;
  /** The inspector is open where it lies over the page. */
  readonly isInspecting: boolean;
  readonly adding: { readonly place: Place; readonly point: Point } | null;
  /** A step whose removal is asked about. */
  readonly removing: string | null;
  readonly peopleAt: string | null;
  /** A step on its way to another place. */
  readonly moving: string | null;
  readonly copied: readonly Step[] | null;
}

export const BuilderActionsContext = createContext<BuilderActions | null>(null);

export function useBuilderActions(): BuilderActions {
  const actions = useContext(BuilderActionsContext);
  if (actions === null) throw new Error('useBuilderActions needs a builder above it');
  return actions;
}
