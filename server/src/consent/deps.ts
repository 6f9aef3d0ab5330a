import type { ConsentDeps } from './change-preferences.ts';

/** What the routes of consent need. */
export interface ConsentRouteDeps {
  readonly consent: ConsentDeps;
  /** The instant of a workspace side: real, or its test clock's. */
  readonly sideNow: (workspaceId: string) => Promise<Date>;
}
