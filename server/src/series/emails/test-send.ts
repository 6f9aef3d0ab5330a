import { parseAddress } from '../../platform/email-address.ts';
import { recordOf } from '../../schedule/fault.ts';
import type { WorkspaceSaid } from '../../template/index.ts';
import { seriesInvalid, testRecipientUnknown, testSideSendsNothing } from '../errors.ts';
import {
  previewCallOf,
  previewEmail,
  type PreviewCall,
  type PreviewDeps,
  type PreviewRef,
} from './preview-email.ts';

/** An email that is only to be looked at: not tracked, not counted, in nobody's history. */
export interface TestEmail {
  readonly workspaceId: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

export interface TestSendDeps extends PreviewDeps {
  /** Hands an email over at once. Throws a `DomainError` when it is refused. */
  readonly sendNow: (email: TestEmail) => Promise<{ readonly transport: string }>;
}

/** Which email, for whose data, and where it goes. */
export interface TestSendCall extends PreviewCall {
  readonly to: string;
}

/**
 * Reads what a preview takes and `to`.
 *
 * @throws `series.invalid`
 */
export function testSendCallOf(body: unknown): TestSendCall {
  const call = previewCallOf(body);
  const to = recordOf(body)?.['to'];
  const address = typeof to === 'string' ? parseAddress(to) : null;
  if (address === null) {
    throw seriesInvalid([{ path: 'to', message: 'must be an email address' }]);
  }
  return { ...call, to: address.address };
}

/** Inboxes show so much of a subject, and a header line ends at 998 characters. */
const SUBJECT_LENGTH_MAX = 900;

/**
 * Sends one email as a test, to a member of the workspace.
 *
 * @param about `isMember`: whether an address, in lower case, is that of a member
 * @throws `series.test_recipient`, `series.test_side`, and what `previewEmail` throws
 */
export async function testSend(
  deps: TestSendDeps,
  ref: PreviewRef,
  about: {
    call: TestSendCall;
    isMember: (email: string) => Promise<boolean>;
    workspace: WorkspaceSaid;
    side: 'live' | 'test';
    now: Date;
  },
): Promise<{ to: string; subject: string; transport: string }> {
  const { to } = about.call;
  if (!(await about.isMember(to.toLowerCase()))) throw testRecipientUnknown();
  const { subject: shown, html, text, from } = await previewEmail(deps, ref, about);
  if (about.side === 'test') throw testSideSendsNothing();
  const subject = `[Test] ${shown.slice(0, SUBJECT_LENGTH_MAX).toWellFormed()}`;
  const { workspaceId } = ref;
  const { transport } = await deps.sendNow({ workspaceId, from, to, subject, html, text });
  return { to, subject, transport };
}
