import ChevronDown from 'lucide-react/icons/chevron-down';
import CircleAlert from 'lucide-react/icons/circle-alert';
import clsx from 'clsx';
import { type ReactNode, useId, useState } from 'react';
import { Button } from '../../../components/ui/button.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { isOf, said, useRules, useSettingFaults } from './use-rules.ts';

interface RuleBlockProps {
  readonly title: string;
  /** What the server says the rule does; null until it has. Several for a list. */
  readonly words: readonly string[] | null;
  /** The members of the settings that the rule is made of. */
  readonly members: readonly string[];
  /** Always in sight, under the sentence. */
  readonly picture?: ReactNode;
  /** The fields, shown when it is opened. */
  readonly children: ReactNode;
}

/** One rule: its sentence, and below it, once opened, what it is made of. */
export function RuleBlock({ title, words, members, picture, children }: RuleBlockProps) {
  const { mayEdit } = useRules();
  const faults = useSettingFaults().filter((fault) =>
    members.some((member) => isOf(fault, member)),
  );
  const [isOpen, setIsOpen] = useState(false);
  const id = useId();
  const verb = isOpen ? 'Done' : mayEdit ? 'Change' : 'Details';
  return (
    <section
      aria-labelledby={`${id}title`}
      className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-6 gap-y-2 border-b py-5 last:border-b-0 wide:grid-cols-[9rem_minmax(0,1fr)_auto]"
    >
      <h2 id={`${id}title`} className="pt-2.5 text-sm font-medium text-muted wide:pt-1.5">
        {title}
      </h2>
      <div className="col-span-2 row-start-2 min-w-0 wide:col-span-1 wide:col-start-2 wide:row-start-1 wide:pt-1">
        <Sentences words={words} isDoubtful={faults.length > 0} />
        {/* Once it is open, they stand at the fields. */}
        {(isOpen ? [] : faults).map(({ path, message }) => (
          <p key={`${path} ${message}`} className="flex gap-1.5 text-fault">
            <CircleAlert size={15} aria-hidden className="mt-0.5 shrink-0" />
            <span>
              {nameOf(path)}: {said(message)}
            </span>
          </p>
        ))}
      </div>
      <Button
        aria-expanded={isOpen}
        {...(isOpen ? { 'aria-controls': `${id}fields` } : {})}
        aria-label={`${verb}: ${title}`}
        className="col-start-2 row-start-1 wide:col-start-3"
        onClick={() => setIsOpen(!isOpen)}
      >
        {verb}
        <ChevronDown size={14} aria-hidden className={clsx(isOpen && 'rotate-180')} />
      </Button>
      {(picture !== undefined || isOpen) && (
        <div className="col-span-2 grid min-w-0 grid-cols-1 gap-4 pt-2 wide:col-start-2">
          {picture}
          {isOpen && (
            <div
              id={`${id}fields`}
              className="grid min-w-0 grid-cols-1 gap-5 rounded-ui border bg-panel p-4"
            >
              {children}
            </div>
          )}
        </div>
      )}
    </section>
  );
}

/** A sentence that is made without what is wrong is not the rule: it is shown as doubtful. */
function Sentences({
  words,
  isDoubtful,
}: {
  readonly words: readonly string[] | null;
  readonly isDoubtful: boolean;
}) {
  if (words === null) return <Skeleton className="h-5 w-72 max-w-full" />;
  if (isDoubtful)
    return <p className="text-muted">Incomplete: it is saved once this is put right.</p>;
  return words.map((sentence, index) => (
    <p key={index} className="text-[1rem] leading-6 font-medium text-pretty">
      {sentence}
    </p>
  ));
}

/** `goal/within` is 'Goal, within'. */
function nameOf(path: string): string {
  const words = path
    .split('/')
    .map((part) => (/^\d+$/.test(part) ? String(Number(part) + 1) : part.replaceAll('_', ' ')))
    .slice(0, 3)
    .join(', ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
