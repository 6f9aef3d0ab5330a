/** A node of rich text as the server keeps it: docs/emails.md. */
export interface ContentNode {
  readonly type: string;
  readonly attrs?: Readonly<Record<string, unknown>> | null;
  readonly content?: readonly ContentNode[];
  readonly text?: string;
  readonly marks?: readonly {
    readonly type: string;
    readonly attrs?: Readonly<Record<string, unknown>> | null;
  }[];
}

export type EmailFormat = 'plain' | 'personal' | 'branded';

/** What is said and by whom: of an email, and of each of its variants. Null is as good as left out. */
export interface EmailSaid {
  readonly subject?: string | null;
  readonly preheader?: string | null;
  readonly format?: EmailFormat | null;
  readonly html?: string | null;
  readonly mjml?: string | null;
  readonly content?: object | null;
  readonly template_id?: string | null;
  readonly template_version?: number | null;
  readonly text?: string | null;
  readonly from?: string | null;
  readonly reply_to?: string | null;
  readonly sender_id?: string | null;
}

export interface EmailVariant extends EmailSaid {
  readonly name: string;
  readonly weight: number;
}

/** When one variant has won. */
export interface WinnerRule {
  readonly metric: 'opened' | 'clicked';
  readonly after: number;
  readonly confidence?: number | null;
}

/** The email fields of a step or broadcast, as the API has them. Others beside them are kept. */
export interface EmailFields extends EmailSaid {
  readonly purpose?: 'marketing' | 'transactional' | null;
  readonly list_id?: string | null;
  readonly strict?: boolean | null;
  readonly tracking?: { readonly opens?: boolean; readonly clicks?: boolean } | null;
  readonly variants?: readonly EmailVariant[] | null;
  readonly winner?: WinnerRule | null;
}

/** What the server found wrong; paths are below the email, such as `subject` or `variants/1/html`. */
export interface EmailFault {
  readonly path: string;
  readonly message: string;
}

/** Where the email stands: a step of a series, or a broadcast, for previews, checks and results. */
export type EmailContext =
  | { readonly kind: 'series'; readonly id: string; readonly stepId: string }
  | { readonly kind: 'broadcast'; readonly id: string };

export const BODY_KINDS = ['content', 'html', 'mjml', 'template_id'] as const;
export type BodyKind = (typeof BODY_KINDS)[number];

const isThere = (value: unknown): boolean => value !== undefined && value !== null;

/** The field that the body is in; null where there is none, as in a variant with the email's body. */
export const bodyKindOf = (said: EmailSaid): BodyKind | null =>
  BODY_KINDS.find((kind) => isThere(said[kind])) ?? null;

/**
 * Fields written over others; undefined and null take one away. What is not written over stays, nulls
 * too: a step's `next` says with null that it is the last.
 */
export function changed<Fields extends object>(
  fields: Fields,
  over: { readonly [Name in keyof Fields]?: Fields[Name] | null | undefined },
): Fields {
  const given = over as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries({ ...fields, ...over }).filter(
      ([name]) => !Object.hasOwn(given, name) || isThere(given[name]),
    ),
  ) as Fields;
}

/** The same with another body, in place of the one it had; a whole document needs no format. */
export function withBody<Said extends EmailSaid>(said: Said, kind: BodyKind, body: unknown): Said {
  const none = { content: null, html: null, mjml: null, template_id: null };
  const bare = { ...none, template_version: null, ...(kind === 'mjml' ? { format: null } : {}) };
  return changed(said, { ...bare, [kind]: body } as Partial<Said>);
}

/** What somebody who gets a variant reads: the email's fields, and the variant's in their place. */
export function effectiveOf(email: EmailFields, variant: EmailVariant | null): EmailFields {
  const { variants: _variants, winner: _winner, ...base } = email;
  if (variant === null) return base;
  const { name: _name, weight: _weight, ...own } = variant;
  const kind = bodyKindOf(own);
  return changed(kind === null ? base : withBody(base, kind, own[kind]), own);
}

/** The fields that a variant may say otherwise. */
const SAID_FIELDS = [
  'subject',
  'preheader',
  'format',
  'html',
  'mjml',
  'content',
  'template_id',
  'template_version',
  'text',
  'from',
  'reply_to',
  'sender_id',
] as const satisfies readonly (keyof EmailSaid)[];

const BODY_FIELDS: readonly string[] = [...BODY_KINDS, 'template_version'];

/**
 * An email after what one variant reads was edited: what differs from the email goes to the variant,
 * the rest (purpose, list, tracking) is one for all.
 */
export function withEdited(
  email: EmailFields,
  index: number | null,
  next: EmailFields,
): EmailFields {
  const { variants, winner } = email;
  const variant = index === null ? undefined : variants?.[index];
  if (variant === undefined)
    return changed(next, { variants: variants ?? null, winner: winner ?? null });
  const hasOwnBody = SAID_FIELDS.some(
    (field) => BODY_FIELDS.includes(field) && !isSame(next[field], email[field]),
  );
  const own = SAID_FIELDS.filter((field) =>
    BODY_FIELDS.includes(field) ? hasOwnBody : !isSame(next[field], email[field]),
  ).map((field) => [field, isThere(next[field]) ? next[field] : takenAway(field)]);
  const said = Object.fromEntries(own.filter(([, value]) => value !== undefined)) as EmailSaid;
  const shared = Object.fromEntries(
    Object.entries(next).filter(([name]) => !SAID_FIELDS.some((field) => field === name)),
  ) as EmailFields;
  const kept = Object.fromEntries(
    SAID_FIELDS.filter((field) => isThere(email[field])).map((field) => [field, email[field]]),
  ) as EmailSaid;
  const { name, weight } = variant;
  return {
    ...shared,
    ...kept,
    variants: (variants ?? []).map((one, at) => (at === index ? { name, weight, ...said } : one)),
    ...(isThere(winner) ? { winner: winner as WinnerRule } : {}),
  };
}

/** Null takes a field of the email away for one variant; a body of another kind does so by itself. */
const takenAway = (field: string): null | undefined =>
  BODY_FIELDS.includes(field) ? undefined : null;

const isSame = (one: unknown, other: unknown): boolean =>
  one === other ||
  (!isThere(one) && !isThere(other)) ||
  (typeof one === 'object' && JSON.stringify(one) === JSON.stringify(other));

/** A name for one more variant: the first letter that is free. */
export function freeName(variants: readonly EmailVariant[]): string {
  const letters = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
  const names = new Set(variants.map(({ name }) => name));
  return letters.find((letter) => !names.has(letter)) ?? `Variant ${variants.length + 1}`;
}

/** How many of all people get a variant, in percent. */
export function shareOf(variants: readonly EmailVariant[], index: number): number {
  const total = variants.reduce((sum, { weight }) => sum + weight, 0);
  return total === 0 ? 0 : ((variants[index]?.weight ?? 0) / total) * 100;
}

/** The faults at and below a place, with paths from there on. */
export const faultsBelow = (faults: readonly EmailFault[], place: string): EmailFault[] =>
  faults
    .filter(({ path }) => path === place || path.startsWith(`${place}/`))
    .map(({ path, message }) => ({ path: path.slice(place.length + 1), message }));
