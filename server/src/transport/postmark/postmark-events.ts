import { bounceOf } from '../event-bounce.ts';
import {
  detailOf,
  eventKey,
  headerOf,
  isSame,
  MESSAGE_ID_TAG,
  ownIdOf,
  parseBody,
  recipientOf,
  recordOf,
  refused,
  stringOf,
  timeOf,
  type EventReader,
  type EventRequest,
  type Json,
} from '../events.ts';
import { textOf } from '../http-answer.ts';
import type { BounceClass, Returned } from '../returned.ts';

const SECRET_LENGTH_MIN = 16;

/**
 * What Postmark tells. It signs nothing: a password that only it knows is all there is, so an old call
 * told again cannot be known from a repetition; it has the same keys.
 *
 * Source: postmarkapp.com/developer/webhooks/webhooks-overview.
 */
export const readPostmarkEvents: EventReader = (request) => {
  const fault = credentialFault(request);
  if (fault !== null) return Promise.resolve(refused(fault));
  const event = recordOf(parseBody(request.rawBody));
  return Promise.resolve({ kind: 'events', returned: returnedBy(event) });
};

function credentialFault(request: EventRequest): string | null {
  const secret = request.values['webhook_secret'] ?? '';
  if (secret.length < SECRET_LENGTH_MIN) return 'no webhook password is set';
  const user = request.values['webhook_user'] || 'milepost';
  const basic = `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
  const byHeader = isSame(secret, headerOf(request, 'x-milepost-secret') ?? '');
  const byBasic = isSame(basic, headerOf(request, 'authorization') ?? '');
  return byHeader || byBasic ? null : 'the password is missing or not right';
}

function returnedBy(event: Json): Returned[] {
  const type = stringOf(event['RecordType']);
  const messageId = ownIdOf(recordOf(event['Metadata'])[MESSAGE_ID_TAG]);
  const told = type === 'Bounce' ? bouncedBy(event) : TOLD[type]?.(event);
  const at = timeOf(
    event['DeliveredAt'] ?? event['BouncedAt'] ?? event['ReceivedAt'] ?? event['ChangedAt'],
  );
  if (messageId === null || told === undefined || told === null || at === null) return [];
  const recipient = event['Recipient'] ?? event['Email'];
  return [
    {
      key: eventKey(
        'postmark',
        type,
        // A bounce has an id of its own, which is told as a number.
        textOf(event['ID']),
        stringOf(event['MessageID']),
        stringOf(recipient),
        at.toISOString(),
        stringOf(event['OriginalLink']),
      ),
      at,
      messageId,
      recipient: recipientOf(recipient),
      bounce: null,
      detail: {},
      ...told,
    },
  ];
}

type Told = Pick<Returned, 'kind'> & Partial<Pick<Returned, 'bounce' | 'detail'>>;

const TOLD: Readonly<Record<string, (event: Json) => Told | null>> = {
  Delivery: () => ({ kind: 'delivered' }),
  SpamComplaint: () => ({ kind: 'complained', detail: detailOf({ feedback_type: 'abuse' }) }),
  Open: (event) => ({ kind: 'opened', detail: seenBy(event) }),
  Click: (event) => ({
    kind: 'clicked',
    detail: { ...detailOf({ url: event['OriginalLink'] }), ...seenBy(event) },
  }),
  // Bounces and complaints are told by themselves; a change back is none of a message.
  SubscriptionChange: (event) =>
    event['SuppressSending'] === true &&
    event['SuppressionReason'] === 'ManualSuppression' &&
    event['Origin'] === 'Recipient'
      ? { kind: 'unsubscribed' }
      : null,
};

const seenBy = (event: Json): Returned['detail'] =>
  detailOf({ user_agent: event['UserAgent'], ip: recordOf(event['Geo'])['IP'] });

/** Source: postmarkapp.com/developer/api/bounce-api, "Bounce types". */
const CLASSES: Readonly<Record<number, BounceClass>> = {
  1: 'hard',
  100_000: 'hard',
  256: 'soft',
  2_048: 'soft',
  4_096: 'soft',
  100_003: 'soft',
  128: 'soft',
  512: 'blocked',
  1_024: 'blocked',
  8_192: 'blocked',
  16_384: 'blocked',
  100_006: 'blocked',
  100_007: 'blocked',
  100_009: 'blocked',
};
const TRANSIENT = 2;
const UNSUBSCRIBE_REQUEST = 16;
const COMPLAINT = 100_001;
const DEACTIVATED = 100_002;

/** Null for what is called a bounce and is none: automatic replies, mail to the server itself. */
function bouncedBy(event: Json): Told | null {
  const code = typeof event['TypeCode'] === 'number' ? event['TypeCode'] : 0;
  const diagnostic = stringOf(event['Details']) || stringOf(event['Description']);
  if (code === UNSUBSCRIBE_REQUEST) return { kind: 'unsubscribed' };
  if (code === COMPLAINT) return { kind: 'complained' };
  if (code === DEACTIVATED) return { kind: 'dropped', detail: detailOf({ reason: diagnostic }) };
  if (code === TRANSIENT) return { kind: 'delayed', bounce: bounceOf('soft', { diagnostic }) };
  const said = CLASSES[code];
  if (said === undefined) return null;
  return {
    kind: 'bounced',
    bounce: bounceOf(said, { diagnostic }),
    detail: detailOf({ provider_class: event['Type'] }),
  };
}
