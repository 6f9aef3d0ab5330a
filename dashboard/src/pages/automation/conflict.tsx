import { Conflict } from '../../components/conflict.tsx';
import { titleOf } from './build/step-types.ts';
import { differencesOf } from './draft/differences.ts';
import type { Doc } from './draft/step.ts';
import { useDraft } from './draft/use-draft.ts';

/** Somebody else saved the series meanwhile. */
export function SeriesConflict() {
  const { conflict, doc, savedDoc, isDirty, takeTheirs, keepMine } = useDraft();
  return (
    <Conflict
      noun="series"
      theirs={conflict}
      theyChanged={conflict === null ? [] : changesOf(savedDoc, conflict)}
      iChanged={isDirty ? changesOf(savedDoc, doc) : null}
      onTakeTheirs={takeTheirs}
      onKeepMine={keepMine}
    />
  );
}

function changesOf(before: Doc, after: Doc): string[] {
  const { isRenamed, hasOtherRules, changed, removed } = differencesOf(before, after);
  return [
    ...(isRenamed ? [`the name, to ${after.name}`] : []),
    ...(hasOtherRules ? ['the rules'] : []),
    ...changed.map((step) => titleOf(step, null)),
    ...removed.map((step) => `${titleOf(step, null)}: deleted`),
  ];
}
