import { createContext, useContext } from 'react';
import type { Ids } from '../draft/edit-several.ts';
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
  /** Puts a step among those that are chosen together, or takes it out. */
  readonly toggle: (stepId: string) => void;
  /** Chooses several together; fewer than two are selected as ever. */
  readonly choose: (stepIds: Iterable<string>) => void;
  /** Goes on to a box, and chooses it together with those before. */
  readonly extend: (box: string) => void;
  readonly openAdd: (place: Place, point: Point) => void;
  readonly insert: (place: Place, type: string) => void;
  /** These three do it to all that are chosen together, where the step is among them. */
  readonly remove: (stepId: string) => void;
  readonly copy: (stepId: string) => void;
  readonly duplicate: (stepId: string) => void;
  readonly move: (stepId: string, place: Place) => void;
  /** One place up or down. */
  readonly shift: (stepId: string, by: -1 | 1) => void;
  /** Takes a step up, to be set down elsewhere. */
  readonly cut: (stepId: string) => void;
  readonly paste: (place: Place) => void;
  readonly showPeople: (stepId: string) => void;
}

/** What of the builder is open. */
export interface BuilderState {
  /** The box that is selected; see `graph-layout.ts`. */
  readonly selected: string | null;
  /** Steps that are chosen together, by id: none, or at least two. */
  readonly chosen: Ids;
  /** The inspector is open where it lies over the page. */
  readonly isInspecting: boolean;
  readonly adding: { readonly place: Place; readonly point: Point } | null;
  /** A step whose removal is asked about; where it is among those chosen together, that of all of them. */
  readonly removing: string | null;
  readonly peopleAt: string | null;
  /** A step on its way to another place. */
  readonly moving: string | null;
  readonly copied: readonly Step[] | null;
}

/** Whether a press is meant to choose a step together with others. */
export const isForSeveral = ({
  shiftKey,
  ctrlKey,
  metaKey,
}: Pick<MouseEvent, 'shiftKey' | 'ctrlKey' | 'metaKey'>): boolean => shiftKey || ctrlKey || metaKey;

export const BuilderActionsContext = createContext<BuilderActions | null>(null);

export function useBuilderActions(): BuilderActions {
  const actions = useContext(BuilderActionsContext);
  if (actions === null) throw new Error('useBuilderActions needs a builder above it');
  return actions;
}
