import type { Outlets } from '../delivery/index.ts';
import type { DisabledAlert } from '../webhook/index.ts';
import { ownerEmails } from '../workspace/index.ts';
import { memberMailerOf } from './member-mail.ts';
import type { Services } from './services.ts';

/** More read the same news in the dashboard. */
const OWNERS_MAX = 20;
const SUBJECT_HOST_MAX = 100;

/**
 * Mails the owners of a workspace that an endpoint was disabled by itself, each once. Where mail of the
 * live side is captured nobody is mailed: Home shows it, and `alerts_url` is told.
 */
export async function mailOfDisabled(
  services: Services,
  outlets: Outlets,
  { workspaceId, url, reason, failures, failingSince }: DisabledAlert,
): Promise<void> {
  const mailer = await memberMailerOf(services, outlets, { workspaceId });
  if (mailer === null) return;
  // The rest of an address may hold a secret of the receiver's.
  const host = new URL(url).host.slice(0, SUBJECT_HOST_MAX);
  const why =
    reason === 'gone'
      ? 'Its receiver answered 410 Gone, which asks for nothing more to be sent.'
      : `Its receiver has taken nothing since ${failingSince?.toISOString() ?? 'long ago'}: ${failures} attempts failed one after the other.`;
  for (const to of await ownerEmails(services.db, { workspaceId, limit: OWNERS_MAX })) {
    await mailer.send({
      to,
      subject: `Webhook to ${host} was disabled`,
      lines: [
        `Milepost has disabled the webhook of the workspace "${mailer.workspaceName}" to ${host}.`,
        why,
        'Nothing new is written down for it until it is enabled again. What had waited is kept for 30 days, and is sent then.',
      ],
      link: { label: 'Webhooks', url: `${services.publicUrl()}/dashboard/settings/webhooks` },
    });
  }
}
