import type { MessageStatus } from '@milepost/sdk';
import { useEffect, useMemo, useState } from 'react';
import { useFeed } from '../../api/messages.ts';
import { rowsOf } from './rows.ts';

/** Typing must rest this long before the server is asked. */
const TYPING_MS = 300;

/** The list of messages, as filtered: what is loaded, and how to get more. */
export function useMail(status: MessageStatus | null, text: string) {
  const settledText = useSettled(text.trim());
  const byStatus = status === null ? {} : { status };
  const all = useFeed(byStatus);
  const ofUser = useFeed({ ...byStatus, user_id: settledText }, { enabled: settledText !== '' });

  const found = settledText === '' ? undefined : ofUser.data;
  const rows = useMemo(() => rowsOf(all.data, found, text), [all.data, found, text]);
  const feeds = settledText === '' ? [all] : [all, ofUser];
  return {
    rows,
    arrived: all.data?.arrived ?? [],
    isLoading: all.data === undefined,
    error: all.error ?? ofUser.error,
    hasOlder: feeds.some(({ data }) => (data?.olderCursor ?? null) !== null),
    isLoadingOlder: feeds.some(({ loadOlder }) => loadOlder.isPending),
    loadOlder: () => {
      for (const { loadOlder } of feeds) loadOlder.mutate();
    },
  };
}

function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), TYPING_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
