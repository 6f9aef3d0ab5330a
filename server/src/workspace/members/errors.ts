import { DomainError } from '../../platform/errors.ts';
import type { Role } from './role.ts';

export const memberNotFound = (): DomainError =>
  new DomainError('workspace.member_not_found', 'not_found', 'Member not found');

export const lastOwner = (): DomainError =>
  new DomainError(
    'workspace.last_owner',
    'conflict',
    'A workspace needs an owner: make somebody else one first',
  );

export const alreadyMember = (): DomainError =>
  new DomainError('workspace.already_member', 'conflict', 'This address is a member already');

export const tooManyInvitations = (max: number): DomainError =>
  new DomainError(
    'workspace.too_many_invitations',
    'conflict',
    `At most ${max} invitations may be open; revoke one first`,
  );

export const invitationNotFound = (): DomainError =>
  new DomainError('workspace.invitation_not_found', 'not_found', 'Invitation not found');

export const invitationInvalid = (): DomainError =>
  new DomainError(
    'workspace.invitation_invalid',
    'invalid',
    'This invitation was used, revoked or is too old; ask for another',
  );

export const accountIncomplete = (): DomainError =>
  new DomainError(
    'workspace.account_incomplete',
    'invalid',
    'A new account needs a name and a password',
  );

export const setupInvalid = (): DomainError =>
  new DomainError(
    'workspace.setup_invalid',
    'forbidden',
    'This is not the setup link of this server; npx milepost setup-link prints it',
  );

export const setupDone = (): DomainError =>
  new DomainError('workspace.setup_done', 'conflict', 'There is an owner already: sign in');

export const resetInvalid = (): DomainError =>
  new DomainError(
    'workspace.reset_invalid',
    'invalid',
    'This link was used, replaced or is too old; ask for another',
  );

export const sessionNotFound = (): DomainError =>
  new DomainError('workspace.session_not_found', 'not_found', 'Session not found');

export const memberRequired = (): DomainError =>
  new DomainError(
    'workspace.member_required',
    'forbidden',
    'Only a member who is signed in may do this, not a key',
  );

export const roleRequired = (needed: Role, role: Role): DomainError =>
  new DomainError(
    'workspace.role_required',
    'forbidden',
    `This needs the role ${needed}; you are ${role} here`,
    { details: { needed, role } },
  );
