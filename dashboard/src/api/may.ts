import { useSide } from './side.ts';

export type Role = 'viewer' | 'editor' | 'owner';

const RANK: Readonly<Record<Role, number>> = { viewer: 0, editor: 1, owner: 2 };

/** Whether the member may do on this side what needs a role; the server says so too, on every call. */
export function useMay(needed: Role): boolean {
  const { side } = useSide();
  return RANK[side.role] >= RANK[needed];
}
