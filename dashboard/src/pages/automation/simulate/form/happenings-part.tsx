import Plus from 'lucide-react/icons/plus';
import Trash2 from 'lucide-react/icons/trash-2';
import { useId } from 'react';
import { useAsk } from '../../../../api/ask.ts';
import { viewerZone } from '../../../../app/time.ts';
import { Button } from '../../../../components/ui/button.tsx';
import { Input } from '../../../../components/ui/field.tsx';
import { Segmented } from '../../../../components/ui/segmented.tsx';
import { type FormFault, type Happening, HAPPENINGS_MAX, newHappening } from './form.ts';
import { Faults, FormField, SpanInput } from './form-field.tsx';
import { PairsField } from './pairs-field.tsx';
import type { FormPartProps } from './people-part.tsx';

/** What people do meanwhile, and what is learned of them. */
export function HappeningsPart({ form, faults, onChange }: FormPartProps) {
  const { happenings } = form;
  const isFull = happenings.length >= HAPPENINGS_MAX;
  const add = (kind: Happening['kind']): void =>
    onChange({ happenings: [...happenings, newHappening(kind)] });
  return (
    <>
      {happenings.length > 0 && (
        <ol className="grid min-w-0 gap-4">
          {happenings.map((happening, index) => (
            <li key={index} className="grid min-w-0 grid-cols-1 gap-2.5 border-l-2 pl-3">
              <HappeningFields
                happening={happening}
                index={index}
                faults={faults}
                onChange={(next) =>
                  onChange({
                    happenings: happenings.map((known, at) =>
                      at === index ? { ...known, ...next } : known,
                    ),
                  })
                }
                onRemove={() =>
                  onChange({ happenings: happenings.filter((_, at) => at !== index) })
                }
              />
            </li>
          ))}
        </ol>
      )}
      <div className="flex flex-wrap gap-2">
        <Button disabled={isFull} onClick={() => add('event')}>
          <Plus size={14} aria-hidden />
          They do something
        </Button>
        <Button disabled={isFull} onClick={() => add('traits')}>
          <Plus size={14} aria-hidden />
          They change
        </Button>
      </div>
      {isFull && <p className="text-sm text-muted">At most {HAPPENINGS_MAX} lines.</p>}
      <section aria-label="Properties" className="grid gap-1">
        <h3 className="text-sm font-medium">What entering brings along</h3>
        <p className="text-sm text-muted">
          Properties of the enrolling call, or the metadata of the event that starts the series.
        </p>
        <PairsField
          what="property"
          placeholder={['source', 'shop']}
          pairs={form.properties}
          onChange={(properties) => onChange({ properties })}
        />
        <Faults faults={faults} path="properties" />
      </section>
    </>
  );
}

interface HappeningFieldsProps {
  readonly happening: Happening;
  readonly index: number;
  readonly faults: readonly FormFault[];
  readonly onChange: (change: Partial<Happening>) => void;
  readonly onRemove: () => void;
}

function HappeningFields(props: HappeningFieldsProps) {
  const { happening, index, faults, onChange, onRemove } = props;
  const { kind, when, pairs } = happening;
  const path = `happenings/${index}`;
  return (
    <>
      <div className="flex items-start justify-between gap-2">
        <h3 className="pt-1.5 text-sm font-medium">
          {kind === 'event' ? 'They do something' : 'They change'}
        </h3>
        <Button look="bare" square aria-label={`Remove line ${index + 1}`} onClick={onRemove}>
          <Trash2 size={14} aria-hidden />
        </Button>
      </div>
      {kind === 'event' && <EventInput {...props} />}
      <PairsField
        what={kind === 'event' ? 'detail' : 'trait'}
        placeholder={kind === 'event' ? ['amount', '40'] : ['plan', 'pro']}
        pairs={pairs}
        onChange={(next) => onChange({ pairs: next })}
      />
      <Faults faults={faults} path={`${path}/pairs`} />
      <div>
        <Segmented
          label="When"
          value={when}
          segments={[
            { value: 'after', label: 'After entering' },
            { value: 'at', label: 'At a time' },
          ]}
          onChange={(next) => onChange({ when: next })}
        />
      </div>
      {when === 'after' ? (
        <SpanInput
          label="So long after"
          path={`${path}/when`}
          faults={faults}
          value={happening.after}
          onChange={(after) => onChange({ after })}
        />
      ) : (
        <FormField label={`Time in ${viewerZone}`} path={`${path}/when`} faults={faults}>
          {(control) => (
            <Input
              {...control}
              type="datetime-local"
              value={happening.at}
              onChange={({ target }) => onChange({ at: target.value })}
            />
          )}
        </FormField>
      )}
      <FormField label="Who" path={`${path}/who`} faults={faults} hint="Empty: everybody.">
        {(control) => (
          <Input
            {...control}
            maxLength={255}
            placeholder="person-3"
            value={happening.who}
            onChange={({ target }) => onChange({ who: target.value })}
          />
        )}
      </FormField>
    </>
  );
}

function EventInput({ happening, index, faults, onChange }: HappeningFieldsProps) {
  const known = useAsk('GET /users/properties', {}).data?.events ?? [];
  const id = useId();
  return (
    <FormField label="Event" path={`happenings/${index}/event`} faults={faults}>
      {(control) => (
        <>
          <Input
            {...control}
            list={`${id}events`}
            maxLength={100}
            placeholder="order_placed"
            value={happening.eventType}
            onChange={({ target }) => onChange({ eventType: target.value })}
          />
          <datalist id={`${id}events`}>
            {known.map(({ event_type: type }) => (
              <option key={type}>{type}</option>
            ))}
          </datalist>
        </>
      )}
    </FormField>
  );
}
