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
export { workspaceRoutes, type RequestActor, type WorkspaceRouteDeps } from './routes.ts';
export { webhookSecretRoutes, type WebhookSecretRouteDeps } from './webhook/routes.ts';
export {
  rotateWebhookSecret,
  webhookSecretsOf,
  type WebhookSecretDeps,
  type WebhookSecrets,
} from './webhook-secret.ts';
