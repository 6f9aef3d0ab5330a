import type { Answer } from '@milepost/sdk';
import type { Step } from '../draft/step.ts';
import { titleOf, typeWordsOf } from '../build/step-types.ts';

type Diff = Answer<'GET /series/{id}/diff'>;
type Fields = Diff['settings'];

interface DiffPartProps {
  readonly diff: Diff;
  readonly steps: readonly Step[];
}

/** What publishing would change, step by step. */
export function DiffPart({ diff, steps }: DiffPartProps) {
  const nameOf = (id: string): string => {
    const index = steps.findIndex((step) => step.id === id);
    const step = steps[index];
    return step === undefined ? id : `Step ${index + 1}, ${titleOf(step, null)}`;
  };
  if (diff.is_same) return <p className="text-muted">Nothing: it is as it was published.</p>;
  return (
    <ul className="grid gap-1.5">
      {diff.added.map(({ step_id: id }) => (
        <Change key={id} mark="+" word="Added" name={nameOf(id)} />
      ))}
      {diff.changed.map(({ step_id: id, fields }) => (
        <Change key={id} mark="~" word="Changed" name={nameOf(id)} fields={fields} />
      ))}
      {diff.moved.map(({ step_id: id }) => (
        <Change key={`to ${id}`} mark="→" word="Leads elsewhere" name={nameOf(id)} />
      ))}
      {diff.removed.map(({ step_id: id, type }) => (
        <Change key={id} mark="−" word="Removed" name={`${typeWordsOf(type).name} (${id})`} />
      ))}
      {diff.settings.length > 0 && (
        <Change mark="~" word="Rules" name="changed" fields={diff.settings} />
      )}
    </ul>
  );
}

interface ChangeProps {
  readonly mark: string;
  readonly word: string;
  readonly name: string;
  readonly fields?: Fields;
}

function Change({ mark, word, name, fields = [] }: ChangeProps) {
  return (
    <li className="grid grid-cols-[1rem_1fr] gap-x-2">
      <span aria-hidden className="text-center font-mono text-muted">
        {mark}
      </span>
      <span className="min-w-0">
        <span className="text-muted">{word}:</span> {name}
        {fields.length > 0 && (
          <details className="text-sm">
            <summary className="cursor-pointer text-muted">
              {fields.map(({ name: field }) => field.replaceAll('_', ' ')).join(', ')}
            </summary>
            <dl className="mt-1 grid gap-1.5 border-l-2 pl-2">
              {fields.map(({ name: field, before, after }) => (
                <div key={field}>
                  <dt className="font-medium">{field.replaceAll('_', ' ')}</dt>
                  <dd className="text-muted line-through">{shown(before)}</dd>
                  <dd>{shown(after)}</dd>
                </div>
              ))}
            </dl>
          </details>
        )}
      </span>
    </li>
  );
}

/** Long texts are told by their beginning. */
const SHOWN_MAX = 160;

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}
