import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { bounceOf } from '../event-bounce.ts';
import {
  detailOf,
  eventKey,
  headerOf,
  isRecent,
  MESSAGE_ID_TAG,
  ownIdOf,
  parseBody,
  recipientOf,
  recordsOf,
  refused,
  strictBase64,
  stringOf,
  timeOf,
  type EventReader,
  type EventRequest,
  type Json,
} from '../events.ts';
import type { BounceClass, Returned } from '../returned.ts';

/**
 * SendGrid tries again for 24 hours. The signature covers every byte, so an old call told again can
 * only be a repetition, and has the same keys.
 */
const WINDOW_MS = 25 * 60 * 60 * 1_000;

/** The key as SendGrid shows it: base64 of DER, without the lines of PEM. Null when it is none. */
function keyOf(text: string): KeyObject | null {
  const der = strictBase64(text);
  if (der === null) return null;
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : null;
  } catch {
    return null;
  }
}

/** What is wrong with a verification key, in words; null when nothing is. */
export const sendgridKeyFault = (value: string): string | null =>
  keyOf(value) === null ? 'is not a key as SendGrid shows it' : null;

/**
 * What SendGrid tells, signed with ECDSA over time and body.
 *
 * Source: twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features.
 */
export const readSendgridEvents: EventReader = (request) => {
  const fault = signatureFault(request);
  if (fault !== null) return Promise.resolve(refused(fault));
  const events = recordsOf(parseBody(request.rawBody));
  return Promise.resolve({ kind: 'events', returned: events.flatMap(returnedBy) });
};

function signatureFault(request: EventRequest): string | null {
  const key = keyOf(request.values['webhook_public_key'] ?? '');
  if (key === null) return 'no webhook verification key is set';
  const signature = headerOf(request, 'x-twilio-email-event-webhook-signature');
  const timestamp = headerOf(request, 'x-twilio-email-event-webhook-timestamp');
  if (signature === null || timestamp === null) return 'the signature is missing';
  if (!isRecent(timestamp, request.now, WINDOW_MS))
    return 'the call is too old, or from the future';
  const bytes = strictBase64(signature);
  const data = Buffer.concat([Buffer.from(timestamp), request.rawBody]);
  const isSigned = bytes !== null && verify('sha256', data, key, bytes);
  return isSigned ? null : 'the signature is not right';
}

const KINDS: Readonly<Record<string, Returned['kind']>> = {
  delivered: 'delivered',
  deferred: 'delayed',
  bounce: 'bounced',
  dropped: 'dropped',
  spamreport: 'complained',
  open: 'opened',
  click: 'clicked',
  unsubscribe: 'unsubscribed',
  group_unsubscribe: 'unsubscribed',
};

/** Source: twilio.com/docs/sendgrid/for-developers/tracking-events/event. */
function returnedBy(event: Json): Returned[] {
  const kind = KINDS[stringOf(event['event'])];
  // What was sent along as `custom_args` comes back among the members of the event.
  const messageId = ownIdOf(event[MESSAGE_ID_TAG]);
  const id = stringOf(event['sg_event_id']);
  const at = timeOf(event['timestamp']);
  if (kind === undefined || messageId === null || at === null || id === '') return [];
  const isBounce = kind === 'bounced' || kind === 'delayed';
  return [
    {
      key: eventKey('sendgrid', id),
      kind,
      at,
      messageId,
      recipient: recipientOf(event['email']),
      bounce: isBounce ? bounceBy(event, kind) : null,
      detail: detailOf({
        url: event['url'],
        ip: event['ip'],
        user_agent: event['useragent'],
        machine: event['sg_machine_open'],
        reason: kind === 'dropped' ? event['reason'] : undefined,
      }),
    },
  ];
}

/** Source: docs.sendgrid.com/ui/sending-email/bounces, "Bounce classifications". */
const CLASSES: Readonly<Record<string, BounceClass>> = {
  'invalid address': 'hard',
  'mailbox unavailable': 'soft',
  technical: 'soft',
  'technical failure': 'soft',
  content: 'blocked',
  reputation: 'blocked',
  'frequency/volume': 'blocked',
  'frequency or volume too high': 'blocked',
};

function bounceBy(event: Json, kind: Returned['kind']): NonNullable<Returned['bounce']> {
  const diagnostic = stringOf(event['reason']) || stringOf(event['response']);
  const said = CLASSES[stringOf(event['bounce_classification']).toLowerCase()] ?? null;
  const told = { code: stringOf(event['status']), diagnostic };
  const read = bounceOf(kind === 'delayed' ? 'soft' : said, told);
  // A block is by SendGrid's own account not about the address.
  const isBlock = event['type'] === 'blocked' && said === null && read.class === 'hard';
  return isBlock ? { ...read, class: 'blocked' } : read;
}
