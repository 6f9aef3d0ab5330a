import type { Operations } from './operations.ts';
import { type ClientOptions, request } from './request.ts';

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

/** The input, which may be left out where it may be empty. */
export type InputArguments<Name extends Operation> =
  object extends Input<Name>
    ? [input?: Input<Name>, options?: { readonly signal?: AbortSignal }]
    : [input: Input<Name>, options?: { readonly signal?: AbortSignal }];

interface AnyInput {
  readonly path?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: object;
}

const PREFIX = '/api/v1';

/**
 * Makes any call of the API, typed by the server's OpenAPI document.
 *
 * @throws ApiError when the server refuses, UnreachableError when it is silent
 */
export function caller(options: ClientOptions) {
  return <Name extends Operation>(
    name: Name,
    ...[input, { signal } = {}]: InputArguments<Name>
  ): Promise<Answer<Name>> => {
    const { path = {}, query = {}, body } = (input ?? {}) as AnyInput;
    return request<Answer<Name>>(options, { ...placeOf(name, path), query, signal, body });
  };
}

/** The method and the address of an operation, with its parameters filled in. */
function placeOf(name: Operation, path: Readonly<Record<string, string | number>>) {
  const [method = 'GET', template = ''] = name.split(' ');
  const filled = template.replaceAll(/\{(\w+)\}/g, (_, key: string) =>
    encodeURIComponent(String(path[key])),
  );
  return { method, path: `${PREFIX}${filled}` };
}
