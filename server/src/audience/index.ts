export { createIdentifier, type Identifier } from './identify.ts';
export { assertUserId } from './identify-input.ts';
export { createCompanyIdentifier, type CompanyIdentifier } from './identify-company.ts';
export { companyRoutes, eventRoutes, userRoutes } from './routes.ts';
export { audienceCallRoutes } from './sdk/routes.ts';
export { usersByIds } from './sql/users.ts';
export { tidyEvents } from './tidy-events.ts';
export { createTracker, type Tracker } from './track-events.ts';
export { mergeFactsOf, type User, type UserPatch } from './user.ts';
