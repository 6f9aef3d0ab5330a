import { sendTest, type Outlets } from '../delivery/index.ts';
import { DomainError } from '../platform/errors.ts';
import { findLiveSide, readWorkspace } from '../workspace/index.ts';
import type { Services } from './services.ts';

/** What a member is mailed: paragraphs, and a link below them. */
export interface MemberMail {
  readonly to: string;
  readonly subject: string;
  readonly lines: readonly string[];
  readonly link: { readonly label: string; readonly url: string };
}

/** Mails members the way mail of their workspace's live side leaves. */
export interface MemberMailer {
  readonly workspaceName: string;
  /** @returns false where it was refused: nobody waits for it */
  readonly send: (mail: MemberMail) => Promise<boolean>;
}

/** @returns null where mail of the live side is captured: nobody can be mailed */
export async function memberMailerOf(
  { db, consentKey, clock, senderOf, log }: Services,
  outlets: Outlets,
  { workspaceId }: { workspaceId: string },
): Promise<MemberMailer | null> {
  const live = await findLiveSide(db, { workspaceId });
  if (live === null || (await outlets.captures(live))) return null;
  const { name: workspaceName } = await readWorkspace(db, { workspaceId: live });
  const { from } = await senderOf(live);
  return {
    workspaceName,
    send: async ({ to, subject, lines, link }) => {
      const textLine = `${link.label}: ${link.url}`;
      const text = lines
        .flatMap((line) => [line, ''])
        .concat(textLine)
        .join('\n');
      const html = [
        ...lines.map(escaped),
        `<a href="${escaped(link.url)}">${escaped(link.label)}</a>`,
      ]
        .map((line) => `<p>${line}</p>`)
        .join('\n');
      try {
        await sendTest(
          { outlets, db, consentKey, now: clock.now() },
          { workspaceId: live, from, to, subject, html, text },
        );
        return true;
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        log.warn({ code: error.code }, 'a member was not mailed');
        return false;
      }
    },
  };
}

const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
