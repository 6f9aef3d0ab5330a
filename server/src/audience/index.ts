export { createIdentifier, type Identifier } from './identify.ts';
export { assertUserId } from './identify-input.ts';
export { identifyRoutes, userRoutes } from './routes.ts';
export { usersByIds } from './sql.ts';
export { mergeFactsOf, type User, type UserPatch } from './user.ts';
