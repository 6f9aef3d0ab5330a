import { type AnyInput, type Ask, type CallOptions, callOf } from './call.ts';
import type { Answer, InputArguments, Operation } from './call.ts';
import type { Page } from './shapes.ts';

/** The calls whose answer is one page of a list. */
export type ListOperation = {
  [Name in Operation]: Answer<Name> extends Page<unknown> ? Name : never;
}[Operation];

/** What a list is of. */
export type Item<Name extends ListOperation> = Answer<Name> extends Page<infer Each> ? Each : never;

/**
 * Everything in a list, page by page and no page before it is wanted: `for await (const user of
 * list('GET /users'))`. `limit` is how many come at once. What is added meanwhile may be missed;
 * nothing comes twice.
 */
export function listerBy(ask: Ask) {
  return async function* list<Name extends ListOperation>(
    name: Name,
    ...[input, options = {}]: InputArguments<Name>
  ): AsyncGenerator<Item<Name>, void, undefined> {
    let from = (input ?? {}) as AnyInput;
    let cursor: string | undefined;
    for (;;) {
      const page = await ask<Page<Item<Name>>>(callOf(name, from, unkeyed(options)), options);
      yield* page.data;
      const { next_cursor: next } = page;
      // Also where an answer has no such field: it would be the first page, for ever.
      if (!next) return;
      if (next === cursor) throw new Error('The list does not go on: its cursor stays the same.');
      cursor = next;
      from = after(name, from, next);
    }
  };
}

/** Pages are calls of their own: one key would give the first page for ever. */
const unkeyed = (options: CallOptions): CallOptions => {
  const { idempotencyKey: _dropped, ...kept } = options;
  return kept;
};

/** A search takes the cursor in its body, all others in the query. */
const after = (name: Operation, input: AnyInput, cursor: string): AnyInput =>
  name.startsWith('POST')
    ? { ...input, body: { ...input.body, cursor } }
    : { ...input, query: { ...input.query, cursor } };
