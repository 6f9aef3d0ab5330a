/** Who mail may be from. */
export interface StoredSender {
  readonly id: string;
  readonly workspaceId: string;
  /** Shown beside the address; empty for nothing. */
  readonly name: string;
  /** Bare, its domain in lower case and ASCII. */
  readonly address: string;
  readonly domain: string;
  /** An address, with or without a name; null for none. */
  readonly replyTo: string | null;
  /** Takes the place of the `from` of the settings. */
  readonly isDefault: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
