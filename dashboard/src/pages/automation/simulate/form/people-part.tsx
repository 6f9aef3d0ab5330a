import Plus from 'lucide-react/icons/plus';
import X from 'lucide-react/icons/x';
import { isZone } from '../../../../app/time.ts';
import { FilterBuilder } from '../../../../components/filter-builder/filter-builder.tsx';
import { FilterCount } from '../../../../components/filter-builder/filter-count.tsx';
import { Button } from '../../../../components/ui/button.tsx';
import { Chips } from '../../../../components/ui/chips.tsx';
import { Segmented } from '../../../../components/ui/segmented.tsx';
import { type FormFault, KINDS_MAX, PEOPLE_MAX, type SimulationForm } from './form.ts';
import { Faults, NumberInput } from './form-field.tsx';
import { PairsField } from './pairs-field.tsx';
import { PeoplePicker } from './people-picker.tsx';

export interface FormPartProps {
  readonly form: SimulationForm;
  readonly faults: readonly FormFault[];
  readonly onChange: (change: Partial<SimulationForm>) => void;
}

/** Who enters: people who do not exist, those whom a filter finds, or some by name. */
export function PeoplePart(props: FormPartProps) {
  const { form, faults, onChange } = props;
  return (
    <>
      <div>
        <Segmented
          label="Whom to simulate"
          value={form.people}
          segments={[
            { value: 'made_up', label: 'Made up' },
            { value: 'filter', label: 'By filter' },
            { value: 'named', label: 'By name' },
          ]}
          onChange={(people) => onChange({ people })}
        />
      </div>
      {form.people === 'made_up' && <MadeUp {...props} />}
      {form.people === 'filter' && (
        <>
          <section aria-label="People where" className="grid min-w-0 grid-cols-1 gap-1.5">
            <FilterBuilder
              kind="user"
              value={form.filter}
              onChange={(filter) => onChange({ filter })}
            />
            <Faults faults={faults} path="filter" />
            {form.filter !== null && <FilterCount filter={form.filter} isBrief />}
          </section>
          <NumberInput
            label="At most"
            path="limit"
            faults={faults}
            hint="The youngest of them."
            max={PEOPLE_MAX}
            value={form.limit}
            onChange={(limit) => onChange({ limit })}
          />
        </>
      )}
      {form.people === 'named' && (
        <div className="grid min-w-0 gap-1.5">
          <Chips
            label="Ids of people"
            placeholder="Ids, as your app knows them"
            values={form.userIds}
            onChange={(userIds) => onChange({ userIds })}
          />
          <Faults faults={faults} path="user_ids" />
          <PeoplePicker
            chosen={form.userIds}
            onPick={(id) => onChange({ userIds: [...form.userIds, id] })}
          />
        </div>
      )}
    </>
  );
}

function MadeUp({ form, faults, onChange }: FormPartProps) {
  const { kinds } = form;
  return (
    <>
      <NumberInput
        label="How many"
        path="count"
        faults={faults}
        hint="They are called person-1, person-2, and so on."
        max={PEOPLE_MAX}
        value={form.count}
        onChange={(count) => onChange({ count })}
      />
      <div className="grid min-w-0 gap-1">
        <h3 className="text-sm font-medium">Their time zones</h3>
        <Chips
          label="Time zones"
          placeholder="Europe/Berlin"
          values={form.zones}
          isValue={isZone}
          onChange={(zones) => onChange({ zones })}
        />
        <Faults faults={faults} path="zones" />
      </div>
      <section aria-label="Their traits" className="grid min-w-0 gap-2">
        <h3 className="text-sm font-medium">Their traits</h3>
        {kinds.map((pairs, index) => (
          <div key={index} className="grid min-w-0 gap-1.5 border-l-2 pl-3">
            <div className="flex items-center justify-between gap-2">
              <span className="text-sm text-muted">
                {kinds.length === 1
                  ? 'Everybody'
                  : `People ${[1, 2, 3].map((round) => (round - 1) * kinds.length + index + 1).join(', ')}, …`}
              </span>
              <Button
                look="bare"
                square
                aria-label={`Remove kind ${index + 1}`}
                onClick={() => onChange({ kinds: kinds.filter((_, at) => at !== index) })}
              >
                <X size={14} aria-hidden />
              </Button>
            </div>
            <PairsField
              what="trait"
              placeholder={['plan', 'pro']}
              pairs={pairs}
              onChange={(next) =>
                onChange({ kinds: kinds.map((known, at) => (at === index ? next : known)) })
              }
            />
            <Faults faults={faults} path={`kinds/${index}`} />
          </div>
        ))}
        <Button
          look="bare"
          className="-ml-2 justify-self-start px-2 text-sm"
          disabled={kinds.length >= KINDS_MAX}
          onClick={() => onChange({ kinds: [...kinds, [{ name: '', text: '' }]] })}
        >
          <Plus size={14} aria-hidden />
          {kinds.length === 0 ? 'Give them traits' : 'Add another kind of people'}
        </Button>
      </section>
    </>
  );
}
