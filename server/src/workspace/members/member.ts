import type { Role } from './role.ts';

/** A member of a workspace, as the others see them. */
export interface Member {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly hasSecondFactor: boolean;
  /** When they joined this workspace. */
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A side of a workspace that a member may look at, and as what. */
export interface MemberSide {
  readonly workspaceId: string;
  readonly role: Role;
}

/** The form in which addresses of members are compared and stored. */
export const storedEmailOf = (email: string): string => email.trim().toLowerCase();

/** Characters of a password; the most is for the sake of the hash, which takes time for each. */
export const PASSWORD_LENGTH = { min: 10, max: 128 } as const;
