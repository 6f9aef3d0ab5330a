import { createCaptureTransport } from './capture.ts';
import type { DkimKey } from './dkim.ts';
import { createSmtpTransport } from './smtp.ts';
import { parseSmtpUrl } from './smtp-url.ts';
import type { Transport } from './transport.ts';

export { basicCodeIn, bounceClassOf, enhancedCodeIn, type BounceAnswer } from './bounce-class.ts';
export type { BounceClass, Returned } from './returned.ts';
export { createNameLookup, type NameLookup } from './webhook/name-lookup.ts';
export { createCaptureTransport } from './capture.ts';
export { dkimFault, type DkimKey } from './dkim.ts';
export type { EventReader, EventReading, EventRequest, Remember } from './events.ts';
export { withSecretsHidden } from './hidden-secrets.ts';
export { createReplayMemory } from './replay-memory.ts';
export {
  createSmtpTransport,
  SMTP_CONNECTIONS_DEFAULT,
  type SmtpOptions,
  type SmtpTimeouts,
} from './smtp.ts';
export { parseSmtpUrl, type SmtpServer, type SmtpUrl } from './smtp-url.ts';
export { createCertificateSource, getFromSns } from './ses/sns-fetch.ts';
export type { AnswerRule, TransportKind, TransportOptions } from './transport-kind.ts';
export { TRANSPORT_KINDS, transportKindOf } from './transport-kinds.ts';
export { settingFaults, type SettingFault, type TransportSetting } from './transport-setting.ts';
export type { TransportValues } from './transport-setting.ts';
export type {
  Handover,
  HandoverPhase,
  OutgoingMessage,
  OutgoingParts,
  Transport,
  Verification,
} from './transport.ts';
export type { WebhookAnswer } from './webhook/answer.ts';
export { callWebhook, type WebhookCall, type WebhookOptions } from './webhook/call-webhook.ts';
export { parsePrivateHosts, type PrivateHosts } from './webhook/private-hosts.ts';
export { addressesOf, targetOf } from './webhook/target.ts';

/** What the configuration says about how mail leaves. */
export interface TransportSettings {
  /** As `parseSmtpUrl` reads it; null captures everything. */
  readonly smtpUrl: string | null;
  readonly smtpConnections?: number;
  readonly dkim?: DkimKey | null;
}

/**
 * The transport of the live sides.
 *
 * @throws Error when the URL or the key has a fault; the configuration has looked for both
 */
export function transportOf(settings: TransportSettings): Transport {
  const { smtpUrl, smtpConnections, dkim } = settings;
  if (smtpUrl === null) return createCaptureTransport();
  const url = parseSmtpUrl(smtpUrl);
  if (url.kind === 'fault') throw new Error(`the SMTP URL ${url.message}`);
  return createSmtpTransport({
    server: url.server,
    ...(smtpConnections === undefined ? {} : { connections: smtpConnections }),
    ...(dkim ? { dkim } : {}),
  });
}
