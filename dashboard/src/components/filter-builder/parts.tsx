import Plus from 'lucide-react/icons/plus';
import clsx from 'clsx';
import { useRef } from 'react';
import { Button } from '../ui/button.tsx';
import { Combobox } from '../ui/combobox.tsx';
import { BuilderContext, useBuilder } from './builder-context.ts';
import { ConditionEditor, subjectWords } from './condition-editor.tsx';
import { Faults } from './faults.tsx';
import type { ConditionProps } from './field-condition.tsx';
import {
  below,
  faultsAt,
  grouped,
  groupOf,
  negatedOf,
  recordOf,
  type FilterJson,
  type GroupMode,
} from './filter.ts';
import { GroupModeSelect, MODE_WORDS } from './group-mode.tsx';
import { PartMenu } from './part-menu.tsx';
import type { BareProps, PartProps } from './part-props.ts';
import { aboutElse, conditionAbout, moreSubjects, subjectsOf } from './subjects.ts';
import { todayOf } from './today.ts';
import { useKeys } from './use-keys.ts';
import { wordsOf } from './words.ts';

interface PartListProps {
  readonly parts: readonly FilterJson[];
  /** Of the list, as the server names it; null where the only part stands for itself. */
  readonly path: string | null;
  /** Between two parts. */
  readonly word: 'and' | 'or';
  readonly addLabel: string;
  readonly canGroup: boolean;
  readonly onChange: (parts: readonly FilterJson[]) => void;
}

/** Parts of a filter below each other, and what adds one. */
export function PartList(props: PartListProps) {
  const { parts, path, word, addLabel, canGroup, onChange } = props;
  const access = useBuilder();
  const keys = useKeys(parts.length);
  const add = useRef<HTMLButtonElement>(null);
  const remove = (index: number): void => {
    keys.remove(index);
    onChange(parts.toSpliced(index, 1));
    add.current?.focus();
  };
  const list = useRef<HTMLDivElement>(null);
  const hasAdded = useRef(false);
  const append = (part: FilterJson): void => {
    hasAdded.current = true;
    onChange([...parts, part]);
  };
  /** From the menu one comes to the value of what was added, which is to be filled in next. */
  const goOn = (event: Event): void => {
    if (!hasAdded.current) return;
    hasAdded.current = false;
    const added = [...(list.current?.querySelectorAll(':scope > [data-part]') ?? [])].at(-1);
    const field = added?.querySelector<HTMLElement>('input');
    if (!field) return;
    event.preventDefault();
    field.focus();
  };
  return (
    <div ref={list} className="grid min-w-0 grid-cols-1 gap-2">
      {parts.map((part, index) => (
        <div key={keys.all[index]} data-part="" className="grid min-w-0 grid-cols-1 gap-1">
          {index > 0 && <p className="text-xs text-muted">{word}</p>}
          <PartEditor
            part={part}
            path={path === null ? '' : below(path, index)}
            onChange={(next) => onChange(parts.with(index, next))}
            onRemove={() => remove(index)}
            onDuplicate={() => onChange(parts.toSpliced(index + 1, 0, part))}
            canGroup={canGroup}
          />
        </div>
      ))}
      {!access.disabled && (
        <div className="flex flex-wrap gap-1">
          <Combobox
            label="What the condition is about"
            choices={subjectsOf(access)}
            more={(text) => moreSubjects(access, text)}
            onClosed={goOn}
            onChoose={(subject) => append(conditionAbout(subject, { access, today: todayOf() }))}
            trigger={
              <Button ref={add} className="px-2 text-sm">
                <Plus size={14} aria-hidden />
                {addLabel}
              </Button>
            }
          />
          {canGroup && parts.length > 0 && (
            <Combobox
              label="What the first condition of the group is about"
              onClosed={goOn}
              choices={subjectsOf(access)}
              more={(text) => moreSubjects(access, text)}
              onChoose={(subject) =>
                append({
                  [word === 'and' ? 'or' : 'and']: [
                    conditionAbout(subject, { access, today: todayOf() }),
                  ],
                })
              }
              trigger={
                <Button look="bare" className="text-sm text-muted">
                  <Plus size={14} aria-hidden />
                  Add a group
                </Button>
              }
            />
          )}
        </div>
      )}
    </div>
  );
}

/** One part of a filter: a condition or a group, either of which may be negated. */
function PartEditor(props: PartProps) {
  const { part, path } = props;
  const inner = negatedOf(part);
  // Of two negations the outer one is a box of its own, so that nothing is lost.
  if (inner !== null && negatedOf(inner) !== null) return <TwiceNegated {...props} inner={inner} />;
  const bare = inner ?? part;
  const barePath = inner === null ? path : below(path, 'not');
  if (groupOf(bare) !== null) {
    return <GroupEditor {...props} bare={bare} barePath={barePath} isNegated={inner !== null} />;
  }
  return <ConditionRow {...props} bare={bare} barePath={barePath} isNegated={inner !== null} />;
}

function TwiceNegated({
  inner,
  path,
  onChange,
  ...rest
}: PartProps & { readonly inner: FilterJson }) {
  return (
    <div className="grid gap-1 rounded-ui border p-2">
      <p className="text-sm font-medium">not</p>
      <PartEditor
        {...rest}
        part={inner}
        path={below(path, 'not')}
        onChange={(next) => onChange({ not: next })}
      />
    </div>
  );
}

function ConditionRow(props: BareProps) {
  const { bare, barePath, isNegated, onChange } = props;
  const access = useBuilder();
  const { disabled, faults, names } = access;
  const change = (next: FilterJson): void => onChange(isNegated ? { not: next } : next);
  const told = faultsAt(faults, barePath).map((fault) =>
    bare['value'] === undefined && fault.path === below(barePath, 'value')
      ? { path: barePath, message: 'Say which value.' }
      : fault,
  );
  const words = wordsOf(isNegated ? { not: bare } : bare, names);
  return (
    <div
      role="group"
      aria-label={words}
      className={clsx(
        'grid min-w-0 grid-cols-1 gap-2 rounded-ui border bg-panel p-2',
        told.length > 0 && 'border-fault',
      )}
    >
      <div className="flex min-w-0 items-start gap-2">
        <div className="flex min-w-0 flex-1 flex-wrap items-center gap-2">
          {isNegated && <span className="font-semibold">not</span>}
          {bare['event'] !== undefined && <span className="text-muted">did</span>}
          <Combobox
            label="What the condition is about"
            choices={subjectsOf(access)}
            more={(text) => moreSubjects(access, text)}
            onChoose={(subject) => change(aboutElse(bare, subject, { access, today: todayOf() }))}
            trigger={
              <Button disabled={disabled} className="max-w-full min-w-0 shrink! font-medium">
                <span className="truncate">{subjectWords(bare, access)}</span>
              </Button>
            }
          />
          <ConditionEditor condition={bare} path={barePath} onChange={change} />
        </div>
        {!disabled && <PartMenu {...props} />}
      </div>
      {bare['event'] !== undefined && (
        <EventWhere condition={bare} path={barePath} onChange={change} />
      )}
      {bare['event'] === undefined && <Faults faults={told} />}
      {bare['event'] !== undefined && (
        <Faults faults={told.filter((one) => !one.path.startsWith(below(barePath, 'where')))} />
      )}
    </div>
  );
}

/** Which events count: conditions on what was sent with them. */
function EventWhere({ condition, path, onChange }: ConditionProps) {
  const access = useBuilder();
  const parts = Array.isArray(condition['where']) ? condition['where'].map(recordOf) : [];
  if (parts.length === 0 && access.disabled) return null;
  return (
    <BuilderContext value={{ ...access, kind: 'event', eventType: String(condition['event']) }}>
      <div className="ml-1 grid grid-cols-1 gap-2 border-l-2 pl-2 wide:ml-3 wide:pl-3">
        {parts.length > 0 && <p className="text-sm text-muted">counting those where</p>}
        <PartList
          parts={parts}
          path={below(path, 'where')}
          word="and"
          addLabel={parts.length === 0 ? 'Only some of these events' : 'Add'}
          canGroup={false}
          onChange={(next) => {
            const { where: _, ...rest } = condition;
            onChange(next.length === 0 ? rest : { ...rest, where: next });
          }}
        />
      </div>
    </BuilderContext>
  );
}

/** A group within a filter. With its last part it goes away. */
function GroupEditor(props: BareProps) {
  const { bare, barePath, isNegated, onChange, onRemove } = props;
  const { disabled, faults } = useBuilder();
  const group = groupOf(bare);
  if (group === null) return null;
  const { joiner, parts } = group;
  const mode: GroupMode = isNegated ? `not ${joiner}` : joiner;
  const path = below(barePath, joiner);
  return (
    <div
      role="group"
      aria-label={MODE_WORDS[mode]}
      className="grid min-w-0 grid-cols-1 gap-2 rounded-ui border bg-sunken p-2"
    >
      <div className="flex items-start justify-between gap-2">
        <GroupModeSelect mode={mode} onChange={(next) => onChange(grouped(next, parts))} />
        {!disabled && <PartMenu {...props} />}
      </div>
      <PartList
        parts={parts}
        path={path}
        word={joiner}
        addLabel="Add"
        canGroup
        onChange={(next) => (next.length === 0 ? onRemove() : onChange(grouped(mode, next)))}
      />
      <Faults faults={faults.filter((one) => one.path === barePath || one.path === path)} />
    </div>
  );
}
