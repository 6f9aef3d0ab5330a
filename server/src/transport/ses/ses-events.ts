import { bounceOf } from '../event-bounce.ts';
import {
  detailOf,
  eventKey,
  MESSAGE_ID_TAG,
  ownIdOf,
  parseBody,
  recipientOf,
  recordOf,
  recordsOf,
  refused,
  stringOf,
  timeOf,
  type EventReader,
  type EventReading,
  type Json,
} from '../events.ts';
import type { BounceClass, Returned } from '../returned.ts';
import { subscribeUrl } from './sns-address.ts';
import { verifySns } from './sns-message.ts';

/**
 * What SES tells through an SNS topic.
 *
 * Source: docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html.
 */
export const readSesEvents: EventReader = async (request): Promise<EventReading> => {
  const message = recordOf(parseBody(request.rawBody));
  const verdict = await verifySns(message, request);
  if (verdict.kind !== 'genuine') return verdict;
  if (message['Type'] === 'SubscriptionConfirmation') {
    const url = subscribeUrl(message['SubscribeURL'], stringOf(message['TopicArn']));
    return url === null
      ? refused('the address to confirm is not one of SNS')
      : { kind: 'confirm', url };
  }
  // The end of a subscription is for the operator, and nothing of a message.
  if (message['Type'] !== 'Notification') return { kind: 'events', returned: [] };
  const event = recordOf(parseBody(Buffer.from(stringOf(message['Message']))));
  return { kind: 'events', returned: returnedBy(event) };
};

/** What one event says of one recipient. */
interface Told {
  readonly kind: Returned['kind'];
  readonly at: unknown;
  readonly recipient: unknown;
  readonly bounce?: Returned['bounce'];
  readonly detail?: Returned['detail'];
}

function returnedBy(event: Json): Returned[] {
  const type = stringOf(event['eventType']) || stringOf(event['notificationType']);
  const mail = recordOf(event['mail']);
  const tags = recordOf(mail['tags'])[MESSAGE_ID_TAG];
  const messageId = ownIdOf(Array.isArray(tags) ? tags[0] : tags);
  const told = TOLD[type]?.(event, mail) ?? [];
  if (messageId === null) return [];
  return told.flatMap(({ kind, at: time, recipient, bounce = null, detail = {} }) => {
    const at = timeOf(time) ?? timeOf(mail['timestamp']);
    if (at === null) return [];
    const id = stringOf(mail['messageId']);
    const url = typeof detail['url'] === 'string' ? detail['url'] : '';
    const key = eventKey('ses', id, type, stringOf(recipient), at.toISOString(), url);
    return [{ key, kind, at, messageId, recipient: recipientOf(recipient), bounce, detail }];
  });
}

const TOLD: Readonly<Record<string, (event: Json, mail: Json) => readonly Told[]>> = {
  Delivery: (event, mail) => {
    const delivery = recordOf(event['delivery']);
    const to = Array.isArray(delivery['recipients']) ? delivery['recipients'] : [onlyOne(mail)];
    return to.map((recipient: unknown) => ({
      kind: 'delivered',
      at: delivery['timestamp'],
      recipient,
    }));
  },
  DeliveryDelay: (event) => {
    const delay = recordOf(event['deliveryDelay']);
    return recordsOf(delay['delayedRecipients']).map((one) => ({
      kind: 'delayed',
      at: delay['timestamp'],
      recipient: one['emailAddress'],
      bounce: bounceOf('soft', saidOf(one)),
      detail: detailOf({ reason: delay['delayType'] }),
    }));
  },
  Bounce: (event) => bouncedBy(recordOf(event['bounce'])),
  Complaint: (event) => {
    const complaint = recordOf(event['complaint']);
    // SES's own list answered, and nobody complained about this message.
    const isOld = complaint['complaintSubType'] === 'OnAccountSuppressionList';
    return recordsOf(complaint['complainedRecipients']).map((one) => ({
      kind: isOld ? 'dropped' : 'complained',
      at: complaint['timestamp'],
      recipient: one['emailAddress'],
      detail: detailOf({
        feedback_type: complaint['complaintFeedbackType'],
        user_agent: complaint['userAgent'],
      }),
    }));
  },
  Reject: (event, mail) => [droppedBy(mail, recordOf(event['reject'])['reason'])],
  'Rendering Failure': (event, mail) => [
    droppedBy(mail, recordOf(event['failure'])['errorMessage']),
  ],
  Open: (event, mail) => [seenBy('opened', recordOf(event['open']), mail)],
  Click: (event, mail) => [seenBy('clicked', recordOf(event['click']), mail)],
  Subscription: (event, mail) => [
    {
      kind: 'unsubscribed',
      at: recordOf(event['subscription'])['timestamp'],
      recipient: onlyOne(mail),
    },
  ],
};

/** The recipient of a message that has one; null where it is not told which of several it was. */
function onlyOne(mail: Json): unknown {
  const to = mail['destination'];
  return Array.isArray(to) && to.length === 1 ? to[0] : null;
}

const droppedBy = (mail: Json, reason: unknown): Told => ({
  kind: 'dropped',
  at: mail['timestamp'],
  recipient: onlyOne(mail),
  detail: detailOf({ reason }),
});

const seenBy = (kind: 'opened' | 'clicked', seen: Json, mail: Json): Told => ({
  kind,
  at: seen['timestamp'],
  recipient: onlyOne(mail),
  detail: detailOf({ url: seen['link'], ip: seen['ipAddress'], user_agent: seen['userAgent'] }),
});

const saidOf = (recipient: Json) => ({
  code: stringOf(recipient['status']),
  diagnostic: stringOf(recipient['diagnosticCode']),
});

/** Source: docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html, "Bounce types". */
const CLASSES: Readonly<Record<string, BounceClass>> = {
  'Permanent General': 'hard',
  'Permanent NoEmail': 'hard',
  'Permanent Suppressed': 'hard',
  'Transient General': 'soft',
  'Transient MailboxFull': 'soft',
  'Transient MessageTooLarge': 'blocked',
  'Transient ContentRejected': 'blocked',
  'Transient AttachmentRejected': 'blocked',
};

function bouncedBy(bounce: Json): readonly Told[] {
  const name = `${stringOf(bounce['bounceType'])} ${stringOf(bounce['bounceSubType'])}`;
  const isListed = name === 'Permanent OnAccountSuppressionList';
  return recordsOf(bounce['bouncedRecipients']).map((one) => ({
    kind: isListed ? 'dropped' : 'bounced',
    at: bounce['timestamp'],
    recipient: one['emailAddress'],
    bounce: isListed ? null : bounceOf(CLASSES[name] ?? null, saidOf(one)),
    detail: detailOf({ provider_class: name }),
  }));
}
