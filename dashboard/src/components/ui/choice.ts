/** One of many that a combobox offers. */
export interface Choice {
  readonly value: string;
  readonly label: string;
  /** Under which heading it stands; choices of one heading stand together. */
  readonly group?: string;
  readonly hint?: string;
}
