import { AskOnce } from '../../ui/ask-once.tsx';
import { Button } from '../../ui/button.tsx';
import { Checkbox } from '../../ui/checkbox.tsx';
import { Field, Input, Select } from '../../ui/field.tsx';
import {
  changed,
  type EmailFault,
  type EmailFields,
  shareOf,
  type WinnerRule,
} from '../email-fields.ts';
import { Faults } from '../faults.tsx';

interface VariantSettingsProps {
  readonly email: EmailFields;
  readonly onChange: (next: EmailFields) => void;
  readonly index: number;
  readonly onIndex: (index: number | null) => void;
  readonly faults: readonly EmailFault[];
  readonly isReadOnly: boolean;
}

const NEW_RULE: WinnerRule = { metric: 'clicked', after: 1000 };

/** Name and weight of the open variant, and what decides between all of them. */
export function VariantSettings(props: VariantSettingsProps) {
  const { email, onChange, index, onIndex, faults, isReadOnly } = props;
  const variants = email.variants ?? [];
  const variant = variants[index];
  if (variant === undefined) return null;
  const change = (over: { name?: string; weight?: number }): void => {
    const next = variants.map((one, at) => (at === index ? { ...one, ...over } : one));
    onChange(changed(email, { variants: next }));
  };
  const remove = (): void => {
    const left = variants.filter((_, at) => at !== index);
    onChange(changed(email, { variants: left }));
    onIndex(Math.max(0, index - 1));
  };
  /** The open variant becomes the email, and the others go. */
  const keepOnly = (): void => {
    const { name: _name, weight: _weight, ...own } = variant;
    onChange(changed(email, { ...own, variants: null, winner: null }));
    onIndex(null);
  };
  return (
    <fieldset disabled={isReadOnly} className="grid gap-4 rounded-ui border bg-panel p-4">
      <legend className="sr-only">Variant {variant.name}</legend>
      <div className="flex flex-wrap items-end gap-4">
        <div className="w-40" data-place={`variants/${index}/name`}>
          <Field label="Name of the variant">
            {(ids) => (
              <Input
                {...ids}
                value={variant.name}
                maxLength={64}
                onChange={(event) => change({ name: event.target.value })}
              />
            )}
          </Field>
        </div>
        <div className="w-28">
          <Field label="Weight">
            {(ids) => (
              <Input
                {...ids}
                type="number"
                min={1}
                max={1000}
                value={variant.weight}
                onChange={(event) => change({ weight: Number(event.target.value) })}
              />
            )}
          </Field>
        </div>
        <p className="pb-1.5 text-muted">{Math.round(shareOf(variants, index))}% of people</p>
      </div>
      <Faults faults={faults} at={`variants/${index}/name`} />
      <Faults faults={faults} at={`variants/${index}/weight`} />
      <Winner email={email} onChange={onChange} faults={faults} />
      {!isReadOnly && (
        <div className="flex flex-wrap gap-2">
          {variants.length > 2 && <Button onClick={remove}>Remove {variant.name}</Button>}
          <AskOnce
            label={`Keep only ${variant.name}`}
            question={`The other ${variants.length - 1 === 1 ? 'variant goes' : 'variants go'} away. Keep only ${variant.name}?`}
            confirm={`Keep ${variant.name}`}
            isPending={false}
            onConfirm={keepOnly}
          />
        </div>
      )}
    </fieldset>
  );
}

function Winner({
  email,
  onChange,
  faults,
}: Pick<VariantSettingsProps, 'email' | 'onChange' | 'faults'>) {
  const { winner } = email;
  const rule = winner ?? null;
  const change = (over: Partial<WinnerRule>): void =>
    onChange(changed(email, { winner: changed({ ...NEW_RULE, ...rule }, over) }));
  return (
    <div className="grid gap-3" data-place="winner">
      <Checkbox
        label="Decide by itself"
        hint="When one is better for sure, everybody after gets it."
        checked={rule !== null}
        onChange={(event) =>
          onChange(changed(email, { winner: event.target.checked ? NEW_RULE : null }))
        }
      />
      {rule !== null && (
        <div className="flex flex-wrap gap-4">
          <div className="w-36">
            <Field label="Better in">
              {(ids) => (
                <Select
                  {...ids}
                  value={rule.metric}
                  onChange={(event) =>
                    change({ metric: event.target.value as WinnerRule['metric'] })
                  }
                >
                  <option value="clicked">Clicks</option>
                  <option value="opened">Opens</option>
                </Select>
              )}
            </Field>
          </div>
          <div className="w-36">
            <Field label="After messages">
              {(ids) => (
                <Input
                  {...ids}
                  type="number"
                  min={100}
                  max={100_000}
                  step={100}
                  value={rule.after}
                  onChange={(event) => change({ after: Math.round(Number(event.target.value)) })}
                />
              )}
            </Field>
          </div>
          <div className="w-36">
            <Field label="Sure to">
              {(ids) => (
                <Select
                  {...ids}
                  value={String(rule.confidence ?? 0.95)}
                  onChange={(event) => change({ confidence: Number(event.target.value) })}
                >
                  {[0.8, 0.9, 0.95, 0.99].map((value) => (
                    <option key={value} value={value}>
                      {Math.round(value * 100)}%
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          </div>
        </div>
      )}
      <Faults faults={faults} at="winner" />
    </div>
  );
}
