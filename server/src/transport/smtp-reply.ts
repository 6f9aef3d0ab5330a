/** One reply of the server. */
export interface Reply {
  /** 200 … 599; 0 when there is none and none will come. */
  readonly code: number;
  /** All of it, on one line; for code 0 what happened instead. */
  readonly text: string;
}

/** Far over any reply; a server that sends more is not speaking SMTP. */
const REPLY_LENGTH_MAX = 64 * 1024;
/** How much of a reply is kept. */
const ANSWER_LENGTH_MAX = 1_000;

const REPLY_LINE = /^([2-5]\d\d)(?:([ -])(.*))?$/s;

/** What a server said, as it may be kept and shown: on one line, of bounded length. */
export function answerOf(text: string): string {
  return text
    .slice(0, ANSWER_LENGTH_MAX)
    .toWellFormed()
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim();
}

/**
 * Puts replies together from what arrives. Call the result with each piece.
 *
 * @returns the replies that are whole by now; or, as a string, why what arrived is no reply
 */
export function replyReader(): (piece: string) => Reply[] | string {
  let rest = '';
  let lines: string[] = [];
  let length = 0;
  return (piece) => {
    const replies: Reply[] = [];
    const pieces = (rest + piece).split('\n');
    rest = pieces.pop() ?? '';
    for (const line of pieces) {
      const text = line.endsWith('\r') ? line.slice(0, -1) : line;
      const [, code, mark, words = ''] = REPLY_LINE.exec(text) ?? [];
      if (code === undefined) return 'the server answered something that is not SMTP';
      lines.push(words);
      length += text.length;
      if (mark === '-' && length <= REPLY_LENGTH_MAX) continue;
      replies.push({ code: Number(code), text: answerOf(`${code} ${lines.join(' ')}`) });
      lines = [];
      length = 0;
    }
    return rest.length > REPLY_LENGTH_MAX ? 'the server does not end its reply' : replies;
  };
}
