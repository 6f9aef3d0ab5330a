import { Type, type Static, type TObject } from 'typebox';
import type { ConfirmingRole } from './confirmation/confirmation.ts';

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** One call of `/api/v1`, made with the key of whoever the assistant works for. */
export type Ask = <Answer = Readonly<Record<string, unknown>>>(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  /** Below `/api/v1`. */
  path: string,
  input?: { readonly query?: Query; readonly body?: unknown },
) => Promise<Answer>;

/** What a tool works with. */
export interface ToolContext {
  readonly ask: Ask;
  readonly side: 'live' | 'test';
}

/** What clients show of a tool, and judge it by. Source: MCP 2026-07-28, ToolAnnotations. */
export interface Annotations {
  readonly readOnlyHint: boolean;
  readonly destructiveHint: boolean;
  readonly idempotentHint: boolean;
  /** Whether it reaches beyond this server: mail. */
  readonly openWorldHint: boolean;
}

/** What would be done, for a member to judge. */
export interface Intent<Seen = unknown> {
  /** A sentence each. */
  readonly words: readonly string[];
  /** How many people it touches at once; null where nobody can know. */
  readonly peopleCount: number | null;
  /**
   * What the call is about, as it is now: a token is worth nothing once this has changed. The call gets it
   * too, and names its etag where it publishes or sends, for between this look and the call somebody may
   * change it by way of another process.
   */
  readonly subject: Seen;
}

/**
 * When a call needs a member's confirmation. `live`: what people notice; a test side has none, and
 * nothing leaves it. `always`: what takes away somebody's work, which a test side holds too.
 */
export type ConfirmedOn = 'live' | 'always';

interface Guard {
  readonly on: ConfirmedOn;
  readonly role: ConfirmingRole;
  readonly intentOf: (context: ToolContext, args: unknown) => Promise<Intent>;
}

/** Something that an assistant may do. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: TObject;
  readonly annotations: Annotations;
  /** Its answers hold words of people outside: names, traits, what they did. */
  readonly isOutside: boolean;
  /** Null: it sends nothing and takes nothing away. */
  readonly guard: Guard | null;
  /**
   * `args` fits `input`.
   *
   * @param seen the subject that a member has confirmed; null where none had to
   */
  readonly run: (context: ToolContext, args: unknown, seen: unknown) => Promise<object>;
}

interface ToolParts<Input extends TObject, Seen = null> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: Input;
  readonly isOutside?: boolean;
  readonly run: (context: ToolContext, args: Static<Input>, seen: Seen | null) => Promise<object>;
}

/** A tool that only asks. */
export const readingTool = <Input extends TObject>(parts: ToolParts<Input>): Tool =>
  toolOf(parts, {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  });

/** A tool that changes something, lets nothing leave, and takes nothing away for good. */
export const writingTool = <Input extends TObject>({
  replaces = false,
  ...parts
}: ToolParts<Input> & {
  /** What was there before is written over. */
  readonly replaces?: boolean;
}): Tool =>
  toolOf(parts, {
    readOnlyHint: false,
    destructiveHint: replaces,
    idempotentHint: replaces,
    openWorldHint: false,
  });

/** A tool that sends, or takes away: it asks a member first. */
export function guardedTool<Input extends TObject, Seen>({
  on,
  role = 'editor',
  intentOf,
  ...parts
}: ToolParts<Input, Seen> & {
  readonly on: ConfirmedOn;
  readonly role?: ConfirmingRole;
  readonly intentOf: (context: ToolContext, args: Static<Input>) => Promise<Intent<Seen>>;
}): Tool {
  const input = Type.Object(
    { ...parts.input.properties, confirmation_token: ConfirmationToken },
    CLOSED,
  );
  const tool = toolOf(
    { ...parts, input: parts.input, description: `${parts.description} ${NEEDS[on]}` },
    {
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: false,
      openWorldHint: on === 'live',
    },
  );
  return {
    ...tool,
    input,
    guard: { on, role, intentOf: (context, args) => intentOf(context, args as Static<Input>) },
  };
}

const NEEDS: Readonly<Record<ConfirmedOn, string>> = {
  live: 'On the live side a member must confirm it first.',
  always: 'A member must confirm it first.',
};

const ConfirmationToken = Type.Optional(
  Type.String({
    maxLength: 100,
    description: 'Only from a member (mp_ct_…); leave it out at first.',
  }),
);

const CLOSED = { additionalProperties: false };

/** The arguments of a tool: what is not known is refused, for it would be a slip. */
export const inputOf = <Properties extends Parameters<typeof Type.Object>[0]>(
  properties: Properties,
) => Type.Object(properties, CLOSED);

const toolOf = <Input extends TObject, Seen>(
  { isOutside = false, run, ...parts }: ToolParts<Input, Seen>,
  annotations: Annotations,
): Tool => ({
  ...parts,
  isOutside,
  annotations,
  guard: null,
  // `serve.ts` has compared the arguments with the schema, and gives what `intentOf` gave.
  run: (context, args, seen) => run(context, args as Static<Input>, seen as Seen | null),
});

/** Whether a call of a tool needs a member's word on a side. */
export const needsConfirmation = ({ guard }: Tool, side: 'live' | 'test'): boolean =>
  guard !== null && (guard.on === 'always' || side === 'live');
