import type { Answer } from '@milepost/sdk';
import { useState } from 'react';
import { useSide } from '../../api/side.ts';
import { countOf } from '../../components/number.ts';
import { csvOf, saveFile } from '../../components/save-file.ts';
import { useSay } from '../../components/ui/toast.tsx';

/** The most that a page may have. */
const PAGE_SIZE = 200;
/** A browser holds so many rows with ease; for more there is the API. */
const ROWS_MAX = 100_000;

type State = 'subscribed' | 'pending' | 'unsubscribed';

/** Saves the people of a list in one state as CSV, page after page. */
export function useSubscribersExport(list: Answer<'GET /lists/{id}'>, state: State) {
  const { client } = useSide();
  const say = useSay();
  const [read, setRead] = useState<number | null>(null);
  const save = async (): Promise<void> => {
    const rows: (readonly (string | null)[])[] = [];
    let cursor: string | null = null;
    setRead(0);
    try {
      do {
        const query = { state, limit: PAGE_SIZE, ...(cursor === null ? {} : { cursor }) };
        const page: Answer<'GET /lists/{id}/subscribers'> = await client.call(
          'GET /lists/{id}/subscribers',
          { path: { id: list.id }, query },
        );
        rows.push(
          ...page.data.map((one) => [one.user_id, one.email, one.state, one.source, one.at]),
        );
        cursor = page.next_cursor;
        setRead(rows.length);
      } while (cursor !== null && rows.length < ROWS_MAX);
      const head = ['user_id', 'email', 'state', 'source', 'at'];
      saveFile(`${list.name}-${state}.csv`, csvOf([head, ...rows]), 'text/csv');
      if (cursor !== null) {
        say({
          title: `The first ${countOf(ROWS_MAX)} people are saved`,
          text: 'For more, read the list by the API.',
        });
      }
    } catch (error) {
      say({ title: 'Not exported', text: String(error), tone: 'fault' });
    } finally {
      setRead(null);
    }
  };
  return { save: () => void save(), isSaving: read !== null, readCount: countOf(read ?? 0) };
}
