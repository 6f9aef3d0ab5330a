import { parseSmtpUrl } from '../../transport/index.ts';

/** What a provider asks to be put into the SPF record of a return-path. Sources: their manuals. */
const BY_KIND: Readonly<Record<string, string>> = {
  ses: 'include:amazonses.com',
  resend: 'include:amazonses.com',
  postmark: 'include:spf.mtasv.net',
  mailgun: 'include:mailgun.org',
  sendgrid: 'include:sendgrid.net',
};
/** The same for SMTP servers whose operators are known, by the end of their names. */
const BY_SERVER: readonly (readonly [string, string])[] = [
  ['amazonaws.com', 'include:amazonses.com'],
  ['resend.com', 'include:amazonses.com'],
  ['postmarkapp.com', 'include:spf.mtasv.net'],
  ['mailgun.org', 'include:mailgun.org'],
  ['sendgrid.net', 'include:sendgrid.net'],
  ['gmail.com', 'include:_spf.google.com'],
  ['office365.com', 'include:spf.protection.outlook.com'],
  ['brevo.com', 'include:spf.brevo.com'],
  ['mailjet.com', 'include:spf.mailjet.com'],
];

/**
 * The SPF mechanism of a way out; null when nobody but its owner knows it: the addresses that a server
 * sends from are not those that it takes mail at.
 *
 * @param smtpUrl of kind `smtp`
 */
export function mechanismOf({
  kind,
  smtpUrl,
}: {
  kind: string;
  smtpUrl?: string | undefined;
}): string | null {
  if (kind !== 'smtp') return BY_KIND[kind] ?? null;
  const url = parseSmtpUrl(smtpUrl ?? '');
  if (url.kind === 'fault') return null;
  const host = url.server.host.toLowerCase();
  return BY_SERVER.find(([end]) => host.endsWith(`.${end}`))?.[1] ?? null;
}

const MECHANISM =
  /^(?:(?:include|exists):[a-z0-9._-]+|(?:a|mx)(?::[a-z0-9._-]+)?|ip4:[\d./]+|ip6:[\da-f:./]+)$/;
const MECHANISM_LENGTH_MAX = 255;

/** Whether a member may ask for this in SPF records: what allows some servers, by name or address. */
export const isMechanism = (text: string): boolean =>
  text.length <= MECHANISM_LENGTH_MAX && MECHANISM.test(text);
