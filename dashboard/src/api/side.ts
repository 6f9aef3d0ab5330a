import { type Client, createClient, type Member, type WorkspaceSide } from '@milepost/sdk';
import { createContext, useContext } from 'react';

/** The workspace side the page is about, who looks at it, and a client that speaks for it. */
export interface SideAccess {
  readonly side: WorkspaceSide;
  readonly member: Member;
  readonly client: Client;
}

/** The page and the API have one origin. */
const BASE_URL = '';

export function accessTo(side: WorkspaceSide, member: Member): SideAccess {
  return { side, member, client: createClient({ baseUrl: BASE_URL, workspaceId: side.id }) };
}

export const SideContext = createContext<SideAccess | null>(null);

export function useSide(): SideAccess {
  const access = useContext(SideContext);
  if (access === null) throw new Error('useSide needs a SideContext above it');
  return access;
}
