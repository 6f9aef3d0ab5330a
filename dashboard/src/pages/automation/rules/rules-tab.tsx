import { useEffect, useState } from 'react';
import { Notice } from '../../../components/ui/notice.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { useDraft } from '../draft/use-draft.ts';
import { AgainRule } from './again-rule.tsx';
import { AudienceRule } from './audience-rule.tsx';
import { CapRule } from './cap-rule.tsx';
import { EntryRule } from './entry-rule.tsx';
import { ExitRules } from './exit-rules.tsx';
import { GoalRule } from './goal-rule.tsx';
import { ResumeRule } from './resume-rule.tsx';
import { RuleBlock } from './rule-block.tsx';
import { WindowPicture } from './window-picture.tsx';
import { useSeriesNames } from './use-series-names.ts';
import { WindowRule } from './window-rule.tsx';

const LATE_MS = 3_000;
const WINDOW = [
  'timezone',
  'use_user_timezone',
  'send_window',
  'business_days_only',
  'business_days',
  'holidays',
  'max_lateness',
  'spread_minutes',
];

/** Who enters, when emails leave, and how a passage ends: each rule as the server says it. */
export function RulesTab() {
  const { outline, series, mayEdit, fileLock } = useDraft();
  const words = outline?.words ?? null;
  const names = useSeriesNames();
  const said = (sentence: string | undefined): readonly string[] | null =>
    sentence === undefined ? null : [sentence];
  const isLate = useLate();
  // All of it at once: sentences that come later would push those below them down.
  if (outline === null && !isLate) return <Skeleton className="m-4 h-[48rem]" />;
  return (
    <div className="mx-auto grid max-w-5xl grid-cols-1 px-4 py-2 wide:px-6">
      {!mayEdit && fileLock === null && (
        <Notice title="You can look, but not change" className="mt-3">
          <p className="text-muted">
            {series.status === 'archived'
              ? 'The series is archived.'
              : 'Editors and owners change the rules.'}
          </p>
        </Notice>
      )}
      <RuleBlock
        title="Who enters"
        words={said(words?.entry)}
        members={['entry_trigger', 'entry_event_name', 'entry_filter']}
      >
        <EntryRule />
      </RuleBlock>
      <RuleBlock title="Audience" words={said(words?.audience)} members={['audience']}>
        <AudienceRule />
      </RuleBlock>
      <RuleBlock
        title="Entering again"
        words={said(words?.reenrollment)}
        members={['reenrollment']}
      >
        <AgainRule />
      </RuleBlock>
      <RuleBlock
        title="When it sends"
        words={said(words?.window)}
        members={WINDOW}
        picture={<WindowPicture />}
      >
        <WindowRule />
      </RuleBlock>
      <RuleBlock title="Goal" words={said(words?.goal)} members={['goal']}>
        <GoalRule />
      </RuleBlock>
      <RuleBlock
        title="Exits"
        words={words === null ? null : exitWords(words.exits, names)}
        members={['exit']}
      >
        <ExitRules />
      </RuleBlock>
      <RuleBlock title="Limits" words={said(words?.caps)} members={['priority', 'over_cap']}>
        <CapRule />
      </RuleBlock>
      <RuleBlock title="After a pause" words={said(words?.resume)} members={['resume']}>
        <ResumeRule />
      </RuleBlock>
    </div>
  );
}

/** Whether the first look has been waited for long enough: the fields work without the sentences. */
function useLate(): boolean {
  const [isLate, setIsLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsLate(true), LATE_MS);
    return () => clearTimeout(timer);
  }, []);
  return isLate;
}

/** The server names another series by its id. */
function exitWords(exits: readonly string[], names: ReadonlyMap<string, string>): string[] {
  if (exits.length === 0) return ['None: people stay until the end or the goal'];
  return exits.map((sentence) => {
    const id = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.exec(sentence)?.[0] ?? '';
    const name = names.get(id);
    return name === undefined ? sentence : sentence.replace(id, `“${name}”`);
  });
}
