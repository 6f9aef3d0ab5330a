import CircleAlert from 'lucide-react/icons/circle-alert';
import Ellipsis from 'lucide-react/icons/ellipsis';
import clsx from 'clsx';
import { Button } from '../ui/button.tsx';
import { Combobox } from '../ui/combobox.tsx';
import { Menu, MenuItem, MenuLine } from '../ui/menu.tsx';
import { useBuilder, type BuilderAccess } from './builder-context.ts';
import { ConsentCondition, EmailCondition, ListCondition } from './choice-condition.tsx';
import { EventCondition, EventWhere } from './event-condition.tsx';
import { FieldCondition } from './field-condition.tsx';
import { fieldWords } from './fields.ts';
import { below, faultsAt, groupOf, negatedOf, type FilterJson } from './filter.ts';
import { GroupEditor } from './group-editor.tsx';
import { aboutElse, moreSubjects, subjectsOf } from './subjects.ts';
import { todayOf } from './today.ts';
import { wordsOf } from './words.ts';

export interface PartProps {
  readonly part: FilterJson;
  readonly path: string;
  readonly onChange: (part: FilterJson) => void;
  readonly onRemove: () => void;
  readonly onDuplicate: () => void;
  /** Whether it may become a group with others. */
  readonly canGroup: boolean;
}

/** One part of a filter: a condition or a group, either of which may be negated. */
export function PartEditor(props: PartProps) {
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

export interface BareProps extends PartProps {
  /** Without the `not`. */
  readonly bare: FilterJson;
  readonly barePath: string;
  readonly isNegated: boolean;
}

function ConditionRow(props: BareProps) {
  const { bare, barePath, isNegated, onChange } = props;
  const access = useBuilder();
  const { disabled, faults, names } = access;
  const change = (next: FilterJson): void => onChange(isNegated ? { not: next } : next);
  const told = faultsAt(faults, barePath);
  const Editor = editorOf(bare);
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
          {Editor !== null && <Editor condition={bare} path={barePath} onChange={change} />}
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

/** What the server says against a part. */
export function Faults({ faults }: { readonly faults: BuilderAccess['faults'] }) {
  if (faults.length === 0) return null;
  return (
    <ul role="alert" className="grid gap-0.5 text-sm text-fault">
      {faults.map(({ path, message }) => (
        <li key={`${path} ${message}`} className="flex gap-1.5">
          <CircleAlert size={14} aria-hidden className="mt-0.5 shrink-0" />
          <span className="min-w-0">
            {memberOf(path)}
            {message}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** `value must be …`: which member it is about, where the path ends in one. */
function memberOf(path: string): string {
  const [last = ''] = path.split('/').slice(-1);
  return /^[a-z]+$/.test(last) && !['not', 'and', 'or'].includes(last) ? `${last} ` : '';
}

function editorOf(condition: FilterJson) {
  if (condition['field'] !== undefined) return FieldCondition;
  if (condition['event'] !== undefined) return EventCondition;
  if (condition['list'] !== undefined) return ListCondition;
  if (condition['email'] !== undefined) return EmailCondition;
  return condition['consent'] === undefined ? null : ConsentCondition;
}

function subjectWords(condition: FilterJson, { names, lists }: BuilderAccess): string {
  const { field, event, list, email } = condition;
  if (typeof field === 'string') return fieldWords(field);
  if (typeof event === 'string') return event;
  if (typeof list === 'string') {
    const name = names.lists?.get(list);
    return name ?? (lists.length === 0 ? 'a list' : `a list that is gone (${list})`);
  }
  if (typeof email === 'string') {
    return email === 'any' ? 'any email' : (names.emails?.get(email) ?? `email ${email}`);
  }
  return condition['consent'] === undefined ? JSON.stringify(condition) : 'all marketing';
}

/** What else can be done with a part. */
export function PartMenu(props: BareProps) {
  const { part, bare, isNegated, onChange, onRemove, onDuplicate, canGroup } = props;
  const isCondition = groupOf(bare) === null;
  return (
    <Menu
      trigger={
        <Button look="bare" square aria-label={isCondition ? 'Condition menu' : 'Group menu'}>
          <Ellipsis size={16} aria-hidden />
        </Button>
      }
    >
      {isCondition && (
        <MenuItem onSelect={() => onChange(isNegated ? bare : { not: part })}>
          {isNegated ? 'Must hold' : 'Must not hold'}
        </MenuItem>
      )}
      {canGroup && isCondition && (
        <MenuItem onSelect={() => onChange({ or: [part] })}>Make a group of it</MenuItem>
      )}
      <MenuItem onSelect={onDuplicate}>Duplicate</MenuItem>
      <MenuLine />
      <MenuItem isFault onSelect={onRemove}>
        Remove
      </MenuItem>
    </Menu>
  );
}
