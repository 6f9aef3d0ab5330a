export { type HostResolver, type ImapDeps } from './imap.ts';
export { postRoutes, type PostRouteDeps } from './post/routes.ts';
export { createInboxReader, type InboxReader, type InboxReaderDeps } from './read-inboxes.ts';
export { type Receivers } from './receive.ts';
export { createReturnPaths, type ReturnPaths, type ReturnPurpose } from './return-path.ts';
export { inboxRoutes, type InboxRouteDeps } from './routes.ts';
export { findReturnInbox } from './sql.ts';
export { createHostResolver } from './host-resolver.ts';
