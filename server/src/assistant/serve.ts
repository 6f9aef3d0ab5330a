import { McpServer, type JSONObject } from '@modelcontextprotocol/server';
import { Ajv, type ValidateFunction } from 'ajv';
import type { Pool } from '../platform/db.ts';
import { DomainError } from '../platform/errors.ts';
import { version } from '../platform/version.ts';
import { askMembers, noteOutcome, spendToken } from './confirmation/ask.ts';
import type { Confirmation } from './confirmation/confirmation.ts';
import { answerTooLong, argumentsInvalid, toolUnknown } from './errors.ts';
import { instructionsFor, OUTSIDE_NOTE } from './instructions.ts';
import { needsConfirmation, type Ask, type Tool } from './tool.ts';
import { TOOLS } from './tools/index.ts';

/** For whom an assistant works: a secret key, on its side. */
export interface Principal {
  readonly workspaceId: string;
  readonly side: 'live' | 'test';
  readonly workspaceName: string;
  readonly keyId: string;
  readonly keyHint: string;
  /** Calls the API with that key. Throws `CallRefused` for a refusal. */
  readonly ask: Ask;
}

export interface AssistantDeps {
  readonly db: Pool;
  /** The real time. */
  readonly now: () => Date;
  /** Where people reach this server, without a trailing slash. */
  readonly publicUrl: () => string;
  readonly log: { error(data: object, message: string): void };
  /** Makes calls of one key that change something wait for each other. */
  readonly inTurn: <T>(keyId: string, work: () => Promise<T>) => Promise<T>;
}

/** A call of the API that was refused, in its own words. */
export class CallRefused extends Error {
  readonly code: string;
  readonly details: unknown;

  constructor({ error, code, details }: { error: string; code: string; details?: unknown }) {
    super(error);
    this.name = 'CallRefused';
    this.code = code;
    this.details = details;
  }
}

/** A Model Context Protocol server for one caller: the tools, and nothing else. */
export function createAssistantServer(deps: AssistantDeps, principal: Principal): McpServer {
  const mcp = new McpServer(
    { name: 'milepost', title: 'Milepost', version },
    {
      capabilities: { tools: {} },
      instructions: instructionsFor(principal.side, principal.workspaceName),
    },
  );
  // By hand, and not by registering each: the schemas are ours, and so are the words of a refusal.
  mcp.server.setRequestHandler('tools/list', async () => ({ tools: LISTED }));
  mcp.server.setRequestHandler('tools/call', async ({ params }) =>
    answerOf(deps, principal, params),
  );
  return mcp;
}

/** As clients get them: schemas of TypeBox are JSON Schema. */
const LISTED = TOOLS.map(({ name, title, description, input, annotations }) => ({
  name,
  title,
  description,
  inputSchema: schemaOf(input),
  annotations: { title, ...annotations },
}));

/** What has a default may be left out; TypeBox counts it among what is required. */
function schemaOf(input: Tool['input']) {
  const schema = JSON.parse(JSON.stringify(input)) as {
    readonly type: 'object';
    readonly properties: Record<string, JSONObject>;
    readonly required?: readonly string[];
  };
  const isNeeded = (name: string): boolean => schema.properties[name]?.['default'] === undefined;
  return { ...schema, required: (schema.required ?? []).filter(isNeeded) };
}

interface Sent {
  readonly name: string;
  readonly arguments?: Readonly<Record<string, unknown>> | undefined;
}

/** What a tool says, as text; a refusal is an answer, so that the assistant can read it. */
async function answerOf(deps: AssistantDeps, principal: Principal, sent: Sent) {
  const tool = TOOLS.find(({ name }) => name === sent.name);
  // A refusal too may repeat what somebody wrote.
  const note = tool?.isOutside === true ? [textOf(OUTSIDE_NOTE)] : [];
  try {
    if (tool === undefined) throw toolUnknown();
    const args = argumentsOf(tool, sent.arguments ?? {});
    const isReading = tool.annotations.readOnlyHint;
    const call = (): Promise<object> => callTool(deps, principal, tool, args);
    const answer = isReading ? await call() : await deps.inTurn(principal.keyId, call);
    const text = JSON.stringify(answer);
    // What was done was done; what was only asked can be asked in parts.
    if (isReading && text.length > ANSWER_LENGTH_MAX) throw answerTooLong();
    return { content: [...note, textOf(text)] };
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null) deps.log.error({ err: error, tool: sent.name }, 'a tool failed');
    return { isError: true, content: [...note, textOf(JSON.stringify(refusal ?? OUR_FAULT))] };
  }
}

/** Far more than an assistant can hold. */
const ANSWER_LENGTH_MAX = 1_000_000;
const OUR_FAULT = { error: 'Something went wrong on our side.', code: 'internal' };

const textOf = (text: string) => ({ type: 'text' as const, text });

function refusalOf(error: unknown): object | null {
  if (error instanceof CallRefused) {
    const { message, code, details } = error;
    return { error: message, code, ...(details === undefined ? {} : { details }) };
  }
  if (error instanceof DomainError) return { error: error.message, code: error.code };
  return null;
}

const ajv = new Ajv({ allErrors: true, strict: false, useDefaults: true });
const validators = new Map<string, ValidateFunction>();
const FAULTS_SHOWN_MAX = 10;

/** @throws `assistant.arguments_invalid` with every fault and its place */
function argumentsOf(
  { name, input }: Tool,
  sent: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const validate = validators.get(name) ?? ajv.compile(input);
  validators.set(name, validate);
  const args = structuredClone(sent) as Record<string, unknown>;
  if (validate(args)) return args;
  const faults = (validate.errors ?? []).map(({ instancePath, message, params }) => {
    const unknown: unknown = params['additionalProperty'];
    const place = instancePath.slice(1).replaceAll('/', '.');
    if (typeof unknown === 'string') return `${unknown} is not known here`;
    const allowed: unknown = params['allowedValues'];
    const said = Array.isArray(allowed) ? `must be one of ${allowed.join(', ')}` : message;
    return `${place === '' ? 'arguments' : place} ${said ?? 'is not valid'}`;
  });
  throw argumentsInvalid([...new Set(faults)].slice(0, FAULTS_SHOWN_MAX).join('; '));
}

/** Makes a call, once a member has confirmed it where that is needed. */
async function callTool(
  deps: AssistantDeps,
  principal: Principal,
  tool: Tool,
  { confirmation_token: token, ...args }: Record<string, unknown>,
): Promise<object> {
  const context = { ask: principal.ask, side: principal.side };
  const { guard } = tool;
  if (guard === null || !needsConfirmation(tool, principal.side)) {
    return tool.run(context, args, null);
  }

  const { workspaceId, keyId, keyHint } = principal;
  const intent = await guard.intentOf(context, args);
  const call = { workspaceId, keyId, keyHint, tool: tool.name, arguments: args, ...intent };
  if (typeof token !== 'string') {
    const asked = await askMembers(deps.db, { ...call, role: guard.role }, deps.now());
    return questionOf(asked, deps.publicUrl());
  }
  const confirmed = await spendToken(deps.db, { ...call, token }, deps.now());
  try {
    const answer = await tool.run(context, args, intent.subject);
    await noteOutcome(deps.db, confirmed, 'done');
    return answer;
  } catch (error) {
    const code = error instanceof CallRefused ? error.code : 'internal';
    await noteOutcome(deps.db, confirmed, code);
    throw error;
  }
}

/** What an assistant is to tell the member. */
const questionOf = (
  { id, workspaceId, code, words, role, expiresAt }: Confirmation,
  publicUrl: string,
): object => ({
  needs_confirmation: true,
  code,
  what: words,
  confirm_at: `${publicUrl}/dashboard/confirm/${id}?w=${workspaceId}`,
  who: role === 'owner' ? 'an owner of the workspace' : 'an editor or owner of the workspace',
  until: expiresAt.toISOString(),
  next:
    'Nothing has been done. Give the member this address and code. The member gets a token there ' +
    'and gives it to you; then call the same tool with the same arguments and confirmation_token.',
});
