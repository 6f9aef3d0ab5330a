import { useMay } from '../../../api/may.ts';
import { Notice } from '../../../components/ui/notice.tsx';
import { EndpointsBlock } from './endpoints-block.tsx';
import { WebhookSecret } from './webhook-secret.tsx';

/** Endpoints that get events, and what webhook steps are signed with. */
export function WebhooksSection() {
  return useMay('owner') ? (
    <>
      <EndpointsBlock />
      <WebhookSecret />
    </>
  ) : (
    <Notice title="Only owners see webhooks">
      <p className="text-muted">
        They send what is known of people elsewhere, and their secrets prove that a call is ours.
      </p>
    </Notice>
  );
}
