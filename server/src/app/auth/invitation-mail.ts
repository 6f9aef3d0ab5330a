import type { Outlets } from '../../delivery/index.ts';
import type { InvitationMail } from '../../workspace/index.ts';
import { memberMailerOf } from '../member-mail.ts';
import type { Services } from '../services.ts';

/**
 * Emails an invitation the way mail of the workspace's live side leaves.
 *
 * @returns false where that mail is captured, or was refused: the link is in the answer anyway
 */
export async function sendInvitation(
  services: Services,
  outlets: Outlets,
  { workspaceId, to, role, invitedBy, link }: InvitationMail,
): Promise<boolean> {
  const mailer = await memberMailerOf(services, outlets, { workspaceId });
  if (mailer === null) return false;
  const { workspaceName: name } = mailer;
  return mailer.send({
    to,
    subject: `Join ${name} on Milepost`,
    lines: [
      `${invitedBy} invites you to the workspace "${name}" on Milepost, as ${role}.`,
      'The link is good for 7 days. If you did not expect it, do nothing.',
    ],
    link: { label: 'Join', url: link },
  });
}
