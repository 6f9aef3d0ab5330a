const CR = 13;
const LF = 10;
const DOT = 46;

/** What ends the data: the final dot on a line of its own. */
export const END_OF_DATA = Buffer.from('.\r\n');

/**
 * A message as it goes over the wire: dots at line starts doubled, the last line ended, and the
 * final dot after it.
 *
 * Refuses bare CR and LF, which servers disagree about: what one takes for text another may take
 * for the end of the data and the beginning of a second message.
 * Source: RFC 5321 section 4.5.2; CERT VU#302671 (SMTP smuggling).
 *
 * @returns null for a message with a bare CR or LF
 */
export function contentOf(raw: Buffer): Buffer | null {
  let dots = 0;
  let before = LF;
  for (let i = 0; i < raw.length; i += 1) {
    const byte = raw[i] as number;
    if (byte === LF ? i === 0 || before !== CR : before === CR && i > 0) return null;
    if (byte === DOT && before === LF) dots += 1;
    before = byte;
  }
  if (before === CR) return null;
  const isEnded = raw.length > 0 && before === LF;
  const content = Buffer.allocUnsafe(raw.length + dots + (isEnded ? 0 : 2) + END_OF_DATA.length);
  let length = dots === 0 ? raw.copy(content) : copyStuffed(raw, content);
  if (!isEnded) length += content.write('\r\n', length, 'latin1');
  END_OF_DATA.copy(content, length);
  return content;
}

function copyStuffed(raw: Buffer, content: Buffer): number {
  let length = 0;
  let before = LF;
  for (const byte of raw) {
    if (byte === DOT && before === LF) content[length++] = DOT;
    content[length++] = byte;
    before = byte;
  }
  return length;
}
