import type { Operations } from './operations.ts';
import { type Call, type ClientOptions, request, segmentOf } from './request.ts';
import type { RetryOptions } from './retry.ts';

/** A call of the API by its method and path: `GET /users/{user_id}`, below `/api/v1`. */
export type Operation = keyof Operations;

/** What the server says to a call. */
export type Answer<Name extends Operation> = Operations[Name]['answer'];

/** The body of a call. */
export type Body<Name extends Operation> = Operations[Name]['body'];

/** What goes with a call: `path`, `query` and `body`, each where the call has it. */
export type Input<Name extends Operation> = Part<'path', Operations[Name]['path']> &
  Part<'query', Operations[Name]['query']> &
  Part<'body', Operations[Name]['body']>;

/** Left out where there is nothing to say; optional where nothing must be said. */
type Part<Key extends string, Value> = [Value] extends [undefined]
  ? { readonly [_ in Key]?: undefined }
  : object extends Value
    ? { readonly [_ in Key]?: Value | undefined }
    : { readonly [_ in Key]: Value };

/** Options of one call; the retries and the key are those of a client with a secret key only. */
export interface CallOptions extends RetryOptions {
  /** Ends the wait for the answer; the call may have had its effect all the same. */
  readonly signal?: AbortSignal;
  /**
   * Makes two calls one: the second gets the answer of the first. Made up when it is left out. Kept
   * by the server for 24 hours.
   */
  readonly idempotencyKey?: string;
}

/** The input, which may be left out where it may be empty. */
export type InputArguments<Name extends Operation> =
  object extends Input<Name>
    ? [input?: Input<Name>, options?: CallOptions]
    : [input: Input<Name>, options?: CallOptions];

/** The input of any operation, as it is read. */
export interface AnyInput {
  readonly path?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: object;
}

/** Makes one call and gives its answer. */
export type Ask = <Answer>(call: Call, options: CallOptions) => Promise<Answer>;

const PREFIX = '/api/v1';

/**
 * Makes any call of the API, typed by the server's OpenAPI document.
 *
 * @throws ApiError when the server refuses, UnreachableError when it is silent
 */
export function caller(options: ClientOptions) {
  return callerBy((call) => request(options, call));
}

/** The same, asking in the given way. */
export function callerBy(ask: Ask) {
  return async <Name extends Operation>(
    name: Name,
    ...[input, options = {}]: InputArguments<Name>
  ): Promise<Answer<Name>> =>
    ask<Answer<Name>>(callOf(name, (input ?? {}) as AnyInput, options), options);
}

/** A call as it goes over the wire. */
export function callOf(
  name: Operation,
  { path = {}, query = {}, body }: AnyInput,
  { signal, idempotencyKey }: CallOptions,
): Call {
  return { ...placeOf(name, path), query, body, signal, idempotencyKey };
}

/** The method and the address of an operation, with its parameters filled in. */
function placeOf(name: Operation, path: Readonly<Record<string, string | number>>) {
  const [method = 'GET', template = ''] = name.split(' ');
  const filled = template.replaceAll(/\{(\w+)\}/g, (_, key: string) => segmentOf(key, path[key]));
  return { method, path: `${PREFIX}${filled}` };
}
