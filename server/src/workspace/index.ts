export { actionOf, UNAUDITED, type Action } from './audit/actions.ts';
export { eraseFromAudit, isCaused, recordChange, tidyAudit } from './audit/record-change.ts';
export { auditRoutes } from './audit/routes.ts';
export {
  createAuthenticator,
  requireIdentity,
  requireScope,
  requireSecretKey,
  type Actor,
  type Authenticator,
} from './authenticate.ts';
export {
  countEnrollment,
  limitCall,
  limitEnrollment,
  limitStranger,
  limitUnknownUser,
  type Call,
} from './call-limit.ts';
export { clientOf } from './client-address.ts';
export { changeSettings, type SettingsDeps } from './change-settings.ts';
export { createWorkspace, type NewSide, type NewWorkspace } from './create-workspace.ts';
export {
  forgetOldIdempotency,
  requestHashOf,
  withIdempotency,
  type Answer,
  type KeyedRequest,
} from './idempotency.ts';
export type { Claims, IdentitySecret } from './identity.ts';
export { apiKeyInvalid, workspaceNotFound } from './errors.ts';
export type { KeyForm, KeyKind, Side } from './key.ts';
export {
  createKey,
  listKeys,
  revokeKey,
  rotateKey,
  type Key,
  type KeyDeps,
  type NewKey,
} from './keys.ts';
export { createRateLimiter, type Limit, type RateAnswer, type RateLimiter } from './rate-limit.ts';
export {
  listWorkspaces,
  listWorkspacesOf,
  readWorkspace,
  readWorkspaces,
  type ListedWorkspace,
} from './read-workspace.ts';
export { createSecretBox, type SecretBox } from './secret-box.ts';
export {
  isOriginAllowed,
  settingsViewOf,
  type RateLimits,
  type Settings,
  type SettingsView,
} from './settings.ts';
export type { Workspace } from './workspace.ts';
export { roleRequired, sessionNotFound } from './members/errors.ts';
export { acceptInvitation, lookAtInvitation } from './members/invitations.ts';
export { limitSignIn } from './members/limit-sign-in.ts';
export { PASSWORD_LENGTH, storedEmailOf } from './members/member.ts';
export { createReset, resetPassword } from './members/reset-password.ts';
export { isRoleEnough, type Role } from './members/role.ts';
export { memberRoutes, type InvitationMail } from './members/routes.ts';
export { setUpOwner } from './members/setup.ts';
export { acceptAllInvitations, isEmailInvited } from './members/sql/invitations.ts';
export {
  findRole,
  hasMemberEmail,
  hasMembers,
  listSides,
  ownerEmails,
  ownNewWorkspace,
} from './members/sql/members.ts';
export {
  deleteExpired,
  deleteSession,
  deleteSessions,
  listSessionRows,
  type MemberSession,
} from './members/sql/sessions.ts';
export { setupTokenOf } from './members/token.ts';
export { findLiveSide } from './sql/workspaces.ts';
export {
  workspaceRoutes,
  type ActorMember,
  type RequestActor,
  type WorkspaceRouteDeps,
} from './routes.ts';
export { identityTestRoutes } from './identity-test/routes.ts';
export { webhookSecretRoutes, type WebhookSecretRouteDeps } from './webhook/routes.ts';
export {
  rotateWebhookSecret,
  webhookSecretsOf,
  type WebhookSecretDeps,
  type WebhookSecrets,
} from './webhook-secret.ts';
export { eraseKept } from './erase-kept.ts';
export { eraseAuditNotes } from './sql/erase.ts';
