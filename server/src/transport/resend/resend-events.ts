import { createHmac } from 'node:crypto';
import { bounceOf } from '../event-bounce.ts';
import {
  detailOf,
  eventKey,
  headerOf,
  isRecent,
  isSame,
  MESSAGE_ID_TAG,
  ownIdOf,
  parseBody,
  recipientOf,
  recordOf,
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

/** Source: docs.svix.com/receiving/verifying-payloads/how-manual. */
const WINDOW_MS = 5 * 60 * 1_000;
const SECRET_PREFIX = 'whsec_';
const SIGNATURES_MAX = 10;

/** What is wrong with a signing secret, in words; null when nothing is. */
export const resendSecretFault = (value: string): string | null =>
  value.startsWith(SECRET_PREFIX) && strictBase64(value.slice(SECRET_PREFIX.length)) !== null
    ? null
    : 'is not whsec_ and base64 after it';

const KINDS: Readonly<Record<string, Returned['kind']>> = {
  'email.delivered': 'delivered',
  'email.delivery_delayed': 'delayed',
  'email.bounced': 'bounced',
  'email.complained': 'complained',
  'email.opened': 'opened',
  'email.clicked': 'clicked',
  'email.failed': 'dropped',
  'email.suppressed': 'dropped',
};

/**
 * What Resend tells, signed by Svix over id, time and body.
 *
 * Source: resend.com/docs/dashboard/webhooks/event-types.
 */
export const readResendEvents: EventReader = (request) => {
  const fault = signatureFault(request);
  if (fault !== null) return Promise.resolve(refused(fault));
  const event = recordOf(parseBody(request.rawBody));
  return Promise.resolve({ kind: 'events', returned: returnedBy(event) });
};

function signatureFault(request: EventRequest): string | null {
  const secret = request.values['webhook_secret'] ?? '';
  if (resendSecretFault(secret) !== null) return 'no webhook secret is set';
  const id = headerOf(request, 'svix-id') ?? headerOf(request, 'webhook-id');
  const timestamp = headerOf(request, 'svix-timestamp') ?? headerOf(request, 'webhook-timestamp');
  const given = headerOf(request, 'svix-signature') ?? headerOf(request, 'webhook-signature');
  if (id === null || timestamp === null || given === null) return 'the signature is missing';
  if (!isRecent(timestamp, request.now, WINDOW_MS))
    return 'the call is too old, or from the future';
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
  const expected = createHmac('sha256', key)
    .update(`${id}.${timestamp}.`)
    .update(request.rawBody)
    .digest('base64');
  // Several while a secret is being renewed.
  const isSigned = given
    .split(' ')
    .slice(0, SIGNATURES_MAX)
    .some((signature) => isSame(`v1,${expected}`, signature));
  return isSigned ? null : 'the signature is not right';
}

function returnedBy(event: Json): Returned[] {
  const kind = KINDS[stringOf(event['type'])];
  const data = recordOf(event['data']);
  const messageId = ownIdOf(tagOf(data['tags']));
  const at = timeOf(event['created_at']);
  if (kind === undefined || messageId === null || at === null) return [];
  const to = Array.isArray(data['to']) ? data['to'] : [data['to']];
  const recipient = to.length === 1 ? recipientOf(to[0]) : null;
  const click = recordOf(data['click']);
  const open = recordOf(data['open']);
  const seen = kind === 'clicked' ? click : open;
  return [
    {
      key: eventKey(
        'resend',
        stringOf(data['email_id']),
        stringOf(event['type']),
        stringOf(event['created_at']),
        stringOf(seen['link']),
      ),
      kind,
      at: timeOf(seen['timestamp']) ?? at,
      messageId,
      recipient,
      bounce: kind === 'bounced' ? bounceBy(recordOf(data['bounce'])) : null,
      detail: detailOf({
        url: click['link'],
        ip: seen['ipAddress'],
        user_agent: seen['userAgent'],
        reason: recordOf(data['failed'])['reason'] ?? recordOf(data['suppressed'])['message'],
      }),
    },
  ];
}

/** Tags come as a list of pairs or as an object. */
function tagOf(tags: unknown): unknown {
  if (!Array.isArray(tags)) return recordOf(tags)[MESSAGE_ID_TAG];
  return recordsOf(tags).find((tag) => tag['name'] === MESSAGE_ID_TAG)?.['value'];
}

const BLOCKED_SUBTYPES = ['ContentRejected', 'AttachmentRejected', 'MessageTooLarge'];

/** Resend hands on the classes of SES. */
function bounceBy(bounce: Json): NonNullable<Returned['bounce']> {
  const subType = stringOf(bounce['subType']);
  const classes: Readonly<Record<string, BounceClass>> = { Permanent: 'hard', Transient: 'soft' };
  const lines = Array.isArray(bounce['diagnosticCode']) ? bounce['diagnosticCode'] : [];
  const diagnostic = lines.map(stringOf).join(' ') || stringOf(bounce['message']);
  const said = BLOCKED_SUBTYPES.includes(subType)
    ? 'blocked'
    : (classes[stringOf(bounce['type'])] ?? null);
  return bounceOf(said, { diagnostic });
}
