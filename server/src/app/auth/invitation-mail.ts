import { sendTest, type Outlets } from '../../delivery/index.ts';
import { DomainError } from '../../platform/errors.ts';
import { readWorkspace, findLiveSide, type InvitationMail } from '../../workspace/index.ts';
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
  const { db, consentKey, clock, senderOf, log } = services;
  const live = await findLiveSide(db, { workspaceId });
  if (live === null || (await outlets.captures(live))) return false;
  const { name } = await readWorkspace(db, { workspaceId: live });
  const { from } = await senderOf(live);
  const text = [
    `${invitedBy} invites you to the workspace "${name}" on Milepost, as ${role}.`,
    '',
    `Join: ${link}`,
    '',
    'The link is good for 7 days. If you did not expect it, do nothing.',
  ].join('\n');
  const html = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `<p>${line === `Join: ${link}` ? linkOf(link) : escaped(line)}</p>`)
    .join('\n');
  try {
    await sendTest(
      { outlets, db, consentKey, now: clock.now() },
      { workspaceId: live, from, to, subject: `Join ${name} on Milepost`, html, text },
    );
    return true;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    log.warn({ code: error.code }, 'invitation not emailed');
    return false;
  }
}

const linkOf = (link: string): string => `<a href="${escaped(link)}">Join</a>`;

const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
