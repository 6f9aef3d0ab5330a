import type { Answer, Input, Operation } from '@milepost/sdk';
import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useSide } from './side.ts';

type Asking = Extract<Operation, `GET ${string}` | `POST ${string}`>;

interface AskOptions {
  /** False: not asked yet, for what is not open or not known. */
  readonly enabled?: boolean;
  /** Shows the answer to the input before until the one to the new input comes. */
  readonly keepsPrevious?: boolean;
}

/** The key of a question in the cache: a side, an operation, and what goes with it. */
export const askKey = (sideId: string, name: Operation, input: unknown) =>
  ['ask', sideId, name, input] as const;

/**
 * Asks the server, and again whenever the event stream says that the answer may have changed.
 *
 * @param name an operation that only asks: a GET, or a POST that writes nothing
 */
export function useAsk<Name extends Asking>(
  name: Name,
  input: Input<Name>,
  { enabled = true, keepsPrevious = false }: AskOptions = {},
) {
  const { side, client } = useSide();
  return useQuery<Answer<Name>>({
    queryKey: askKey(side.id, name, input),
    queryFn: ({ signal }) => call(client, name, input, signal),
    enabled,
    ...(keepsPrevious ? { placeholderData: keepPreviousData } : {}),
  });
}

/** A list, page after page: `rows` of all pages so far, and `more` to load the next. */
export function useAskPages<Name extends Asking>(
  name: Name,
  input: Input<Name>,
  { enabled = true, keepsPrevious = false }: AskOptions = {},
) {
  const { side, client } = useSide();
  const query = useInfiniteQuery({
    queryKey: askKey(side.id, name, ['pages', input]),
    queryFn: ({ signal, pageParam }) =>
      call(client, name, withCursor(name, input, pageParam), signal) as Promise<PageOf<Name>>,
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    enabled,
    ...(keepsPrevious ? { placeholderData: keepPreviousData } : {}),
  });
  const rows = query.data?.pages.flatMap((page) => page.data) ?? [];
  return { ...query, rows };
}

/** One row of a list. */
export type RowOf<Name extends Operation> =
  Answer<Name> extends { readonly data: readonly (infer Row)[] } ? Row : never;

interface PageOf<Name extends Operation> {
  readonly data: readonly RowOf<Name>[];
  readonly next_cursor: string | null;
}

/** GETs take the cursor in the query, POSTs in the body. */
function withCursor<Name extends Operation>(
  name: Name,
  input: Input<Name>,
  cursor: string | null,
): Input<Name> {
  if (cursor === null) return input;
  const place = name.startsWith('GET') ? 'query' : 'body';
  const { [place]: given } = input as Record<string, object | undefined>;
  return { ...input, [place]: { ...given, cursor } };
}

/**
 * Changes something. What is asked on the page is asked anew once it has happened.
 *
 * const archive = useDo('POST /series/{id}/archive');
 * archive.mutate({ path: { id } })
 */
export function useDo<Name extends Operation>(
  name: Name,
  { onDone }: { readonly onDone?: (answer: Answer<Name>) => void } = {},
) {
  const { side, client } = useSide();
  const queries = useQueryClient();
  return useMutation<Answer<Name>, Error, Input<Name>>({
    mutationFn: (input) => call(client, name, input, undefined),
    onSuccess: async (answer) => {
      onDone?.(answer);
      await queries.invalidateQueries({ queryKey: ['ask', side.id] });
    },
  });
}

type Client = ReturnType<typeof useSide>['client'];

/** The types of the arguments depend on the operation; here any will do. */
function call<Name extends Operation>(
  client: Client,
  name: Name,
  input: Input<Name>,
  signal: AbortSignal | undefined,
): Promise<Answer<Name>> {
  const plain = client.call as (
    name: Name,
    input: object,
    options: object,
  ) => Promise<Answer<Name>>;
  return plain(name, input, signal === undefined ? {} : { signal });
}
