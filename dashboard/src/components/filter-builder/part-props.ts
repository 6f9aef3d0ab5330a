import type { FilterJson } from './filter.ts';

/** What every editor of a part gets. */
export interface PartProps {
  readonly part: FilterJson;
  readonly path: string;
  readonly onChange: (part: FilterJson) => void;
  readonly onRemove: () => void;
  readonly onDuplicate: () => void;
  /** Whether it may become a group with others. */
  readonly canGroup: boolean;
}

/** Of a part whose negation is told apart. */
export interface BareProps extends PartProps {
  /** Without the `not`. */
  readonly bare: FilterJson;
  readonly barePath: string;
  readonly isNegated: boolean;
}
