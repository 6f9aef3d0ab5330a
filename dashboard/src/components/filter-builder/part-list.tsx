import Plus from 'lucide-react/icons/plus';
import { useRef } from 'react';
import { Button } from '../ui/button.tsx';
import { Combobox } from '../ui/combobox.tsx';
import { useBuilder } from './builder-context.ts';
import { below, type FilterJson } from './filter.ts';
import { PartEditor } from './part-editor.tsx';
import { conditionAbout, moreSubjects, subjectsOf } from './subjects.ts';
import { todayOf } from './today.ts';
import { useKeys } from './use-keys.ts';

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
  const append = (part: FilterJson): void => onChange([...parts, part]);
  return (
    <div className="grid min-w-0 grid-cols-1 gap-2">
      {parts.map((part, index) => (
        <div key={keys.all[index]} className="grid min-w-0 grid-cols-1 gap-1">
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
