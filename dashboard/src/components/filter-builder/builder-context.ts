import { createContext, useContext } from 'react';
import { NOTHING_KNOWN, type Known } from './fields.ts';
import type { FilterFault, FilterKind } from './filter.ts';
import type { Names } from './words.ts';

/** What every part of a builder needs to know. */
export interface BuilderAccess {
  readonly kind: FilterKind;
  readonly known: Known;
  readonly lists: readonly { readonly id: string; readonly name: string }[];
  /** The email steps of a series. */
  readonly emails: readonly { readonly id: string; readonly name: string }[];
  readonly names: Names;
  /** Of a filter over events: which event, where it is known. */
  readonly eventType?: string | undefined;
  readonly faults: readonly FilterFault[];
  readonly disabled: boolean;
}

export const BuilderContext = createContext<BuilderAccess>({
  kind: 'user',
  known: NOTHING_KNOWN,
  lists: [],
  emails: [],
  names: {},
  faults: [],
  disabled: false,
});

export const useBuilder = (): BuilderAccess => useContext(BuilderContext);
