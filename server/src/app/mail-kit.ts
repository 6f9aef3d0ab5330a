import { findList } from '../consent/index.ts';
import type { MailKit, MailList } from '../delivery/index.ts';
import { createCache } from '../platform/cache.ts';
import type { Pool } from '../platform/db.ts';
import type { LinkSigner } from '../platform/link-token.ts';
import type { LinkTracker } from '../tracking/index.ts';
import type { Renderer } from '../template/index.ts';

/** What composing needs of the rest of the server, over one pool. */
export function mailKitOf({
  db,
  signer,
  publicUrl,
  render,
  links,
  returnOf,
  book,
}: {
  db: Pool;
  signer: LinkSigner;
  publicUrl: () => string;
  render: Renderer['render'];
  links: LinkTracker;
  returnOf: MailKit['returnOf'];
  book: MailKit['book'];
}): MailKit {
  const lists = createCache({
    load: async (key: string): Promise<MailList | null> => {
      const [workspaceId = '', id = ''] = key.split(' ');
      return findList(db, { workspaceId, id });
    },
  });
  return {
    render,
    signer,
    publicUrl,
    book,
    follower: links,
    listOf: ({ workspaceId, id }) => lists.get(`${workspaceId} ${id}`),
    returnOf,
  };
}
