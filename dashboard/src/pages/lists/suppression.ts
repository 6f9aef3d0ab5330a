import { type RowOf, useDo } from '../../api/ask.ts';

/** An address or a person that nobody writes to. */
export type Suppression = RowOf<'GET /suppressions'>;

/** An erased address is known by its hash alone. */
export const whoOf = ({ email, user_id: userId }: Suppression): string =>
  email ?? userId ?? 'An erased address';

/** Suppresses what was removed by mistake again. */
export function useSuppressAgain() {
  const add = useDo('POST /suppressions');
  return ({ email, user_id: userId, reason }: Suppression): void =>
    add.mutate({
      body: { reason, ...(email === null ? { user_id: userId ?? '' } : { email }) },
    });
}
