import type { ConsentDeps } from '../consent/index.ts';
import type { MailKit } from '../delivery/index.ts';
import { createCache } from '../platform/cache.ts';
import type { Pool } from '../platform/db.ts';
import {
  createHostResolver,
  createInboxReader,
  createReturnPaths,
  findReturnInbox,
  recordReturned,
  unsubscribeByMail,
  type InboxReader,
  type ReturnPaths,
} from '../tracking/index.ts';
import type { PrivateHosts } from '../transport/index.ts';
import type { SecretBox } from '../workspace/index.ts';

/** What comes back by mail: where it is told to go, and what becomes of it. */
export interface Inbound {
  readonly paths: ReturnPaths;
  readonly reader: InboxReader;
  readonly resolve: ReturnType<typeof createHostResolver>;
  readonly returnOf: MailKit['returnOf'];
  readonly onReturned: Parameters<typeof createInboxReader>[0]['onReturned'];
  readonly onUnsubscribe: Parameters<typeof createInboxReader>[0]['onUnsubscribe'];
  /** After the inboxes of a side have changed. */
  readonly forget: (workspaceId: string) => void;
}

export function inboundOf({
  db,
  lookups,
  box,
  consent,
  encryptionKey,
  privateHosts,
  now,
}: {
  db: Pool;
  lookups: Pool;
  box: SecretBox;
  consent: ConsentDeps;
  encryptionKey: Uint8Array;
  privateHosts: PrivateHosts;
  now: () => Date;
}): Inbound {
  const paths = createReturnPaths(encryptionKey);
  const resolve = createHostResolver(privateHosts);
  const inboxes = createCache({
    load: async (workspaceId: string) =>
      createCache({ load: (domain: string) => findReturnInbox(lookups, { workspaceId, domain }) }),
  });
  const onReturned: Inbound['onReturned'] = (workspaceId, source, returned) =>
    recordReturned({ db, consent }, workspaceId, returned, { now: now(), source });
  const onUnsubscribe: Inbound['onUnsubscribe'] = ({ workspaceId, messageId }) =>
    unsubscribeByMail(consent, { workspaceId, messageId, now: now() });
  const reader = createInboxReader({ db, box, now, paths, resolve, onReturned, onUnsubscribe });
  return {
    paths,
    reader,
    resolve,
    onReturned,
    onUnsubscribe,
    returnOf: async ({ workspaceId, messageId, domain }) => {
      const inboxAddress = await (await inboxes.get(workspaceId)).get(domain);
      if (inboxAddress === null) return null;
      return {
        returnPath: paths.returnPathOf({ inboxAddress, messageId }),
        unsubscribe: paths.unsubscribeAddressOf({ inboxAddress, messageId }),
      };
    },
    forget: (workspaceId) => {
      inboxes.drop(workspaceId);
      reader.wake();
    },
  };
}
