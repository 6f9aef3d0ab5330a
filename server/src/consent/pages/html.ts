/** Markup that is safe to send. */
export interface Html {
  readonly markup: string;
}

/** What may stand in a template: text, which is escaped; markup; lists of it; nothing. */
export type Part = string | number | Html | readonly Html[] | null;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Markup from a template: what is put in is escaped, in text and in quoted attributes. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const markup = strings.map((text, n) => text + markupOf(parts[n] ?? null)).join('');
  return { markup };
}

/** Text whose line breaks are kept. */
export function lines(text: string): Html {
  const markup = text.split(/\r?\n/).map(markupOf).join('<br>');
  return { markup };
}

function markupOf(part: Part): string {
  if (part === null) return '';
  if (typeof part === 'object') {
    return 'markup' in part ? part.markup : part.map(({ markup }) => markup).join('');
  }
  return String(part).replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
