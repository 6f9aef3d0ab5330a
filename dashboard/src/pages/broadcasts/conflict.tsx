import { Conflict } from '../../components/conflict.tsx';
import { isSame } from '../automation/draft/same.ts';
import type { BroadcastDraft } from './broadcast.ts';
import type { useBroadcastDraft } from './use-broadcast-draft.ts';

/** Somebody else saved the broadcast meanwhile. */
export function BroadcastConflict({
  work,
}: {
  readonly work: ReturnType<typeof useBroadcastDraft>;
}) {
  const { conflict, draft, savedDraft, isDirty, takeTheirs, keepMine } = work;
  return (
    <Conflict
      noun="broadcast"
      theirs={conflict}
      theyChanged={conflict === null ? [] : changesOf(savedDraft, conflict)}
      iChanged={isDirty ? changesOf(savedDraft, draft) : null}
      onTakeTheirs={takeTheirs}
      onKeepMine={keepMine}
    />
  );
}

function changesOf(before: BroadcastDraft, after: BroadcastDraft): string[] {
  const { subject: was, ...emailBefore } = before.email;
  const { subject: is, ...emailAfter } = after.email;
  const timeOf = ({ schedule, spread_minutes: spread }: BroadcastDraft) => [schedule, spread];
  return [
    ...(before.name === after.name ? [] : [`the name, to ${after.name}`]),
    ...(isSame(was, is) ? [] : [`the subject, to ${typeof is === 'string' ? is : 'none'}`]),
    ...(isSame(emailBefore, emailAfter) ? [] : ['the email']),
    ...(isSame(before.audience, after.audience) ? [] : ['to whom it goes']),
    ...(isSame(timeOf(before), timeOf(after)) ? [] : ['when it goes']),
  ];
}
