import { composeMessage } from '../../src/template/index.ts';
import type { OutgoingMessage } from '../../src/transport/index.ts';

let messageCount = 0;

/** A message to an address, which may ask a sink for a fault. */
export function messageTo(
  to: string,
  given: { text?: string; subject?: string; headers?: Record<string, string> } = {},
): OutgoingMessage {
  messageCount += 1;
  const messageId = `<${messageCount}.test@example.com>`;
  const parts = {
    from: { address: 'hello@example.com', name: 'Acme' },
    replyTo: null,
    subject: given.subject ?? 'Hällo',
    html: '<p>Hi</p>\n.\n..\n',
    text: given.text ?? 'Hi\n.\n',
    headers: given.headers ?? {},
  };
  const composed = composeMessage({ ...parts, to: { address: to }, messageId, date: new Date(0) });
  if (composed.kind === 'failed') throw new Error(composed.reason);
  const id = String(messageCount);
  return {
    id,
    envelope: composed.envelope,
    raw: composed.raw,
    parts: { ...parts, to: [{ address: to }] },
    messageId,
    idempotencyKey: id,
  };
}
