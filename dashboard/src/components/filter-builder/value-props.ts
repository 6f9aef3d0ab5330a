/** What every editor of a value gets. */
export interface ValueProps {
  readonly label: string;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
  readonly disabled: boolean;
  readonly hasFault: boolean;
  /** A value that somebody has. */
  readonly example?: string | null | undefined;
}
