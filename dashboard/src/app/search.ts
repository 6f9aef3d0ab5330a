/** What the query string of a page says: texts by name, as they stand there. */
export type Search = Readonly<Record<string, string>>;

/** `?w=…&tab=why` as texts; nothing is read as a number or as JSON. */
export const searchOf = (query: string): Search => Object.fromEntries(new URLSearchParams(query));

/** The query string of texts; what is undefined is left out, and an empty text is a name alone. */
export function queryOf(search: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(search).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  if (given.length === 0) return '';
  return `?${new URLSearchParams(given).toString().replaceAll(/=(?=&|$)/g, '')}`;
}
