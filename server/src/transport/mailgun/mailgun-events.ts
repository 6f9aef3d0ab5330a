import { createHash, createHmac } from 'node:crypto';
import { bounceOf } from '../event-bounce.ts';
import {
  detailOf,
  eventKey,
  isRecent,
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
  type EventReading,
  type EventRequest,
  type Json,
} from '../events.ts';
import { textOf } from '../http-answer.ts';
import type { BounceClass, Returned } from '../returned.ts';

const WINDOW_MS = 5 * 60 * 1_000;
/** As long as a call can count as recent: from the future end of the window to its past end. */
const MEMORY_MS = 2 * WINDOW_MS;
const TOKEN = /^[0-9a-zA-Z]{20,100}$/;

/**
 * What Mailgun tells. Its signature is over a time and a token, not over the event: a token counts
 * once, and again only for the very body that it came with first, as when Mailgun tries again.
 *
 * Source: documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks.
 */
export const readMailgunEvents: EventReader = async (request): Promise<EventReading> => {
  const body = recordOf(parseBody(request.rawBody));
  const fault = await signatureFault(request, recordOf(body['signature']));
  if (fault !== null) return refused(fault);
  return { kind: 'events', returned: returnedBy(recordOf(body['event-data'])) };
};

async function signatureFault(request: EventRequest, signature: Json): Promise<string | null> {
  const key = request.values['webhook_signing_key'] ?? '';
  if (key === '') return 'no webhook signing key is set';
  const timestamp = textOf(signature['timestamp']);
  const token = stringOf(signature['token']);
  const given = stringOf(signature['signature']);
  if (given === '' || !TOKEN.test(token)) return 'the signature is missing';
  if (!isRecent(timestamp, request.now, WINDOW_MS))
    return 'the call is too old, or from the future';
  const expected = createHmac('sha256', key)
    .update(timestamp + token)
    .digest('hex');
  if (!isSame(expected, given)) return 'the signature is not right';
  const bodyHash = createHash('sha256').update(request.rawBody).digest('base64url');
  const until = new Date(request.now.getTime() + MEMORY_MS);
  const first = await request.remember(eventKey('mailgun', key, token), bodyHash, until);
  return first === null || first === bodyHash ? null : 'the token was used for another event';
}

const KINDS: Readonly<Record<string, Returned['kind']>> = {
  delivered: 'delivered',
  complained: 'complained',
  opened: 'opened',
  clicked: 'clicked',
  unsubscribed: 'unsubscribed',
  rejected: 'dropped',
};

/** Source: documentation.mailgun.com/docs/mailgun/user-manual/webhooks/webhook-payloads. */
function returnedBy(event: Json): Returned[] {
  const name = stringOf(event['event']);
  const kind = name === 'failed' ? failureKind(event) : KINDS[name];
  const messageId = ownIdOf(recordOf(event['user-variables'])[MESSAGE_ID_TAG]);
  const id = stringOf(event['id']);
  const at = timeOf(event['timestamp']);
  if (kind === undefined || messageId === null || at === null || id === '') return [];
  const isBounce = kind === 'bounced' || kind === 'delayed';
  const rejection = recordOf(event['reject']);
  const client = recordOf(event['client-info']);
  return [
    {
      key: eventKey('mailgun', id, name),
      kind,
      at,
      messageId,
      recipient: recipientOf(event['recipient']),
      bounce: isBounce ? bounceBy(event, kind) : null,
      detail: detailOf({
        url: event['url'],
        ip: event['ip'],
        user_agent: client['user-agent'],
        bot: client['bot'],
        reason: kind === 'dropped' ? (rejection['reason'] ?? event['reason']) : undefined,
      }),
    },
  ];
}

/** Of an address that Mailgun itself suppresses nothing left. */
function failureKind(event: Json): Returned['kind'] {
  if (stringOf(event['reason']).startsWith('suppress-')) return 'dropped';
  return event['severity'] === 'permanent' ? 'bounced' : 'delayed';
}

/** Given up after hours of trying: it says when it was tried, not who it was. */
const TOO_OLD = 602;

function bounceBy(event: Json, kind: Returned['kind']): NonNullable<Returned['bounce']> {
  const status = recordOf(event['delivery-status']);
  const diagnostic = [
    textOf(status['code']),
    stringOf(status['message']) || stringOf(status['description']),
  ]
    .filter((part) => part !== '')
    .join(' ');
  return bounceOf(classSaid(event, { status, kind }), {
    code: stringOf(status['enhanced-code']),
    diagnostic,
  });
}

/** What Mailgun calls permanent is about one handover: only `bounce-type` is about the address. */
function classSaid(
  event: Json,
  { status, kind }: { status: Json; kind: Returned['kind'] },
): BounceClass | null {
  if (kind === 'delayed' || status['code'] === TOO_OLD || event['reason'] === 'old') return 'soft';
  if (status['bounce-type'] === 'hard') return 'hard';
  if (status['bounce-type'] === 'soft') return 'soft';
  return null;
}
