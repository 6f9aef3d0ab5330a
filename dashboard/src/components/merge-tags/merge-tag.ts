/** A value of the person, merged in where it stands; `fallback` when there is none. */
export interface MergeTag {
  /** Names joined by dots: `user.traits.plan`. */
  readonly name: string;
  readonly fallback: string;
}

/** What the server takes as a name. */
export const MERGE_NAME = /^[A-Za-z_][\w-]*(?:\.[\w-]+){0,9}$/;
const OUTPUT =
  /\{\{-?\s*([A-Za-z_]\w*(?:\.\w+){0,9})\s*(?:\|\s*default:\s*(?:"([^"]*)"|'([^']*)')\s*)?-?\}\}/;

/** A merge tag that ends what was typed so far. */
export const TYPED_TAG = new RegExp(`${OUTPUT.source}$`);
/** Every merge tag of a text. */
export const EVERY_TAG = new RegExp(OUTPUT.source, 'g');

/** `{{ user.traits.plan | default: "free" }}`, as a template says it. */
export function liquidOf({ name, fallback }: MergeTag): string {
  const [first = '', ...members] = name.split('.');
  const value = `${first}${members.map(memberOf).join('')}`;
  if (fallback === '') return `{{ ${value} }}`;
  const quote = fallback.includes('"') ? "'" : '"';
  return `{{ ${value} | default: ${quote}${fallback.replaceAll('\\', '\\\\')}${quote} }}`;
}

/** Liquid would take a name with a hyphen apart. */
function memberOf(name: string): string {
  if (/^\d+$/.test(name)) return `[${name}]`;
  return /^[A-Za-z_]\w*$/.test(name) ? `.${name}` : `["${name}"]`;
}

/** What `TYPED_TAG` or `EVERY_TAG` found. */
export const tagOfMatch = ([, name = '', double, single]: readonly (
  | string
  | undefined
)[]): MergeTag => ({
  name,
  fallback: (double ?? single ?? '').replaceAll('\\\\', '\\'),
});

/** A fallback without what a template cannot say: both kinds of quotes. */
export const cleanFallback = (text: string): string =>
  text.includes('"') && text.includes("'") ? text.replaceAll('"', '”') : text;

/** `first_name`: what a chip says, without where it comes from. */
export const shortNameOf = (name: string): string =>
  name.replace(/^(?:user\.traits|traits|user)\.(?=.)/, '');

/** A template as a person reads it in a list: `Welcome, [first_name]`. */
export const wordsOfTemplate = (template: string): string =>
  template
    .replaceAll(EVERY_TAG, (...match: string[]) => `[${shortNameOf(tagOfMatch(match).name)}]`)
    .replaceAll(/\{\{[^]*?\}\}|\{%[^]*?%\}/g, '[…]');
