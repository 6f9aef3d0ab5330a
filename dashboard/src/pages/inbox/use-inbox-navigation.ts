import type { Message } from '@milepost/sdk';
import { useEffect, useRef, useState } from 'react';
import { close, go, open, type Place } from '../../app/location.ts';
import { rowIdOf } from './message-row.tsx';
import { useInboxKeys } from './use-inbox-keys.ts';

/** The DOM id of the field that finds messages by user. */
export const FIND_ID = 'find-by-user';

interface NavigationInput {
  readonly rows: readonly Message[];
  readonly place: Place;
  readonly onShowKeys: () => void;
}

/** Which row is current, what opens and closes, and where the focus goes: by keys and by pointer. */
export function useInboxNavigation({ rows, place, onShowKeys }: NavigationInput) {
  const [cursorId, setCursorId] = useState<string | null>(null);
  const pane = useRef<HTMLElement>(null);
  const focusPane = useRef(false);

  const holds = (id: string | null) => id !== null && rows.some((row) => row.id === id);
  /** The row that was last pointed at; null before the first, or when it is gone. */
  const started = holds(cursorId) ? cursorId : holds(place.messageId) ? place.messageId : null;
  const currentId = started ?? rows[0]?.id ?? null;
  const isOpen = place.messageId !== null || place.enrolling;

  const openMessage = (messageId: string) => {
    setCursorId(messageId);
    if (messageId === place.messageId) pane.current?.focus();
    else focusPane.current = true;
    open({ messageId, tab: place.tab });
  };
  const move = (delta: 1 | -1) => {
    const index = rows.findIndex(({ id }) => id === started);
    const next = rows[started === null ? 0 : index + delta];
    if (next === undefined) return;
    setCursorId(next.id);
    // With a message open, the reading pane follows.
    if (place.messageId !== null) go({ messageId: next.id }, 'replace');
    document.getElementById(rowIdOf(next.id))?.focus();
  };

  useInboxKeys({
    move,
    openCurrent: () => currentId !== null && openMessage(currentId),
    back: () => isOpen && close(),
    find: () => document.getElementById(FIND_ID)?.focus(),
    enroll: () => open({ enrolling: true }),
    showKeys: onShowKeys,
  });

  const wasOpen = useRef(isOpen);
  useEffect(() => {
    if (!isOpen && wasOpen.current && currentId !== null) {
      document.getElementById(rowIdOf(currentId))?.focus();
    } else if (place.messageId !== null && focusPane.current) {
      pane.current?.focus();
      window.scrollTo(0, 0);
    }
    focusPane.current = false;
    wasOpen.current = isOpen;
  }, [isOpen, place.messageId, currentId]);

  return { pane, isOpen, currentId, setCursorId, openMessage };
}
