const CR = 13;
const LF = 10;
const DOT = 46;

/** What ends the data: a dot on a line of its own. */
export const END_OF_DATA = Buffer.from('.\r\n');

/**
 * A message as it goes over the wire before the final dot: dots at line starts doubled, the last
 * line ended. The message itself where nothing has to be changed.
 *
 * Refuses bare CR and LF, which servers disagree about: what one takes for text another may take
 * for the end of the data and the beginning of a second message.
 * Source: RFC 5321 section 4.5.2; CERT VU#302671 (SMTP smuggling).
 *
 * @returns null for a message with a bare CR or LF
 */
export function contentOf(raw: Buffer): Buffer | null {
  let dotCount = raw[0] === DOT ? 1 : 0;
  for (let i = 0; i < raw.length; i += 1) {
    const byte = raw[i] as number;
    if (byte > CR) continue;
    if (byte === LF) {
      if (i === 0 || raw[i - 1] !== CR) return null;
      if (raw[i + 1] === DOT) dotCount += 1;
    } else if (byte === CR && raw[i + 1] !== LF) {
      return null;
    }
  }
  const isEnded = raw.at(-1) === LF;
  if (dotCount === 0 && isEnded) return raw;
  const content = Buffer.allocUnsafe(raw.length + dotCount + (isEnded ? 0 : 2));
  const length = copyStuffed(raw, content);
  if (!isEnded) content.write('\r\n', length, 'latin1');
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
