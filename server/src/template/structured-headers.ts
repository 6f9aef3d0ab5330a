/**
 * Headers with a grammar of their own that may be given on top: an encoded word, or a fold within an
 * address, would break what they say. Each rule gives what is wrong with a value, or null.
 */
const RULES: Readonly<Record<string, (value: string) => string | null>> = {
  'list-unsubscribe': addressesFault,
  'list-help': addressesFault,
  'list-subscribe': addressesFault,
  'list-post': (value) => (value === 'NO' ? null : addressesFault(value)),
  'list-owner': addressesFault,
  'list-archive': addressesFault,
  // RFC 8058 section 3.1 allows this and nothing else.
  'list-unsubscribe-post': (value) =>
    value === 'List-Unsubscribe=One-Click' ? null : 'is not "List-Unsubscribe=One-Click"',
  'list-id': (value) =>
    value.length <= LIST_ID_LENGTH_MAX && LIST_ID.test(value)
      ? null
      : 'is not a name and an identifier in angle brackets',
  'feedback-id': (value) =>
    FEEDBACK_ID.test(value) ? null : 'is not one to four identifiers between colons',
  'auto-submitted': (value) => (KEYWORD.test(value) ? null : 'is not a keyword'),
  precedence: (value) => (KEYWORD.test(value) ? null : 'is not a keyword'),
  'in-reply-to': messageIdsFault,
  references: messageIdsFault,
};

/**
 * RFC 2919: a phrase, which is atoms or quoted, and a dot-atom in brackets. Nothing of it encoded:
 * readers look for the identifier, and few of them undo an encoding.
 */
const LIST_ID =
  /^(?:(?:"[ !#-[\]-~]{1,400}"|[\w!#$%&'*+/=?^`{|}~-]{1,200}(?: [\w!#$%&'*+/=?^`{|}~-]{1,200}){0,20}) )?<[\w!#$%&'*+/=?^`{|}~-]{1,200}(?:\.[\w!#$%&'*+/=?^`{|}~-]{1,200}){1,20}>$/;
const LIST_ID_LENGTH_MAX = 700;
/** Gmail's: campaign, customer, kind of mail and sender. */
const FEEDBACK_ID = /^[^\s:=?]{1,200}(?::[^\s:=?]{0,200}){0,3}$/;
/** RFC 3834 section 5: a keyword, and perhaps parameters. */
const KEYWORD = /^[a-z][a-z-]{0,40}(?:; ?[a-z-]{1,40}=[\w.-]{1,100}){0,5}$/i;
const MESSAGE_ID = /^<[^\s<>@]{1,250}@[^\s<>@]{1,250}>$/;
const PRINTABLE_ASCII = /^[ -~]*$/;

/** Elements of a header that is a list; nobody needs more. */
const ELEMENTS_MAX = 20;
/** Characters of one address: it has to stand on one line, which ends at 998. */
const ADDRESS_LENGTH_MAX = 900;

/** Whether a header has a grammar that encoding and free folding would break. */
export const isStructured = (name: string): boolean => Object.hasOwn(RULES, name.toLowerCase());

/** What is wrong with the value of a structured header, in words that follow its name; or null. */
export function structuredFault(name: string, value: string): string | null {
  if (!PRINTABLE_ASCII.test(value)) return 'holds characters that are not ASCII';
  return RULES[name.toLowerCase()]?.(value) ?? null;
}

/**
 * RFC 2369: addresses in angle brackets between commas, and no comments, which mail libraries have
 * read as headers of their own (GHSA-268h-hp4c-crq3).
 */
function addressesFault(value: string): string | null {
  const elements = value.split(/, ?(?=<)/);
  const isSound =
    elements.length <= ELEMENTS_MAX &&
    elements.every(
      (one) => one.startsWith('<') && one.endsWith('>') && isAddress(one.slice(1, -1)),
    );
  return isSound ? null : 'is not a list of https or mailto addresses in angle brackets';
}

function isAddress(text: string): boolean {
  if (
    text.length > ADDRESS_LENGTH_MAX ||
    !/^(?:https?:\/\/|mailto:)[^\s<>"\\^`{|}]+$/i.test(text)
  ) {
    return false;
  }
  return URL.canParse(text);
}

function messageIdsFault(value: string): string | null {
  const ids = value.split(' ');
  const isSound = ids.length <= ELEMENTS_MAX && ids.every((id) => MESSAGE_ID.test(id));
  return isSound ? null : 'is not a list of message ids';
}

/** What is wrong with extra headers as a whole; null when nothing is. */
export function headersTogetherFault(headers: Readonly<Record<string, string>>): string | null {
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (values.has(name.toLowerCase())) return `the header ${name} is given twice`;
    values.set(name.toLowerCase(), value);
  }
  const hasWay = /<https?:/i.test(values.get('list-unsubscribe') ?? '');
  return values.has('list-unsubscribe-post') && !hasWay
    ? 'the header List-Unsubscribe-Post needs a List-Unsubscribe with a web address'
    : null;
}
