import { DomainsBlock } from './domains-block.tsx';
import { SendersBlock } from './senders-block.tsx';

/** Who mail is from, and whether the world can tell that it is. */
export function SendersSection() {
  return (
    <>
      <SendersBlock />
      <DomainsBlock />
    </>
  );
}
