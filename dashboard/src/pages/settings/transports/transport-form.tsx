import { useState } from 'react';
import { useDo } from '../../../api/ask.ts';
import { Button } from '../../../components/ui/button.tsx';
import { Checkbox } from '../../../components/ui/checkbox.tsx';
import { Field, Input, Select } from '../../../components/ui/field.tsx';
import { FormError } from '../../sign-in/form-error.tsx';
import { NumberField, numberOf, textOf } from '../number-field.tsx';
import { SettingField } from './setting-field.tsx';
import type { Transport, TransportKind } from './transports-section.tsx';

interface TransportFormProps {
  readonly kinds: readonly TransportKind[];
  /** Null for a new one. */
  readonly transport: Transport | null;
  readonly onClose: () => void;
}

/** A transport, by the settings that its kind says it needs. */
export function TransportForm({ kinds, transport, onClose }: TransportFormProps) {
  const [kindName, setKindName] = useState(transport?.kind ?? kinds[0]?.name ?? '');
  const kind = kinds.find(({ name }) => name === kindName);
  const [name, setName] = useState(transport?.name ?? '');
  const [values, setValues] = useState<Readonly<Record<string, string>>>(transport?.settings ?? {});
  const [position, setPosition] = useState(textOf(transport?.position ?? 0));
  const [share, setShare] = useState(textOf(transport?.share ?? 1));
  const [perSecond, setPerSecond] = useState(textOf(transport?.limits.per_second));
  const [isEnabled, setIsEnabled] = useState(transport?.is_enabled ?? true);
  const create = useDo('POST /transports', { onDone: onClose });
  const change = useDo('PATCH /transports/{id}', { onDone: onClose });

  const save = (): void => {
    const { per_second: _, ...limits } = transport?.limits ?? {};
    const rate = numberOf(perSecond);
    const body = {
      ...(name === '' ? {} : { name }),
      settings: givenOf(values),
      position: numberOf(position) ?? 0,
      share: numberOf(share) ?? 1,
      is_enabled: isEnabled,
      limits: { ...limits, ...(rate === null ? {} : { per_second: rate }) },
    };
    if (transport === null) create.mutate({ body: { kind: kindName, ...body } });
    else change.mutate({ path: { id: transport.id }, body });
  };
  return (
    <form
      aria-label={transport === null ? 'New transport' : `Transport ${transport.name}`}
      className="grid gap-4 rounded-ui border bg-panel p-4"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <div className="grid gap-4 wide:grid-cols-2">
        <Field label="Kind">
          {(ids) => (
            <Select
              {...ids}
              disabled={transport !== null}
              value={kindName}
              onChange={(event) => setKindName(event.target.value)}
            >
              {kinds.map(({ name: value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Name" hint="Yours, to tell it from others.">
          {(ids) => (
            <Input
              {...ids}
              maxLength={100}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        {kind?.settings.map((setting) => (
          <SettingField
            key={setting.name}
            setting={setting}
            isStored={transport?.secrets.includes(setting.name) ?? false}
            value={values[setting.name] ?? ''}
            onChange={(value) => setValues({ ...values, [setting.name]: value })}
          />
        ))}
        <OrderFields
          position={position}
          onPosition={setPosition}
          share={share}
          onShare={setShare}
        />
        <RateField kind={kind} value={perSecond} onChange={setPerSecond} />
      </div>
      <Checkbox
        label="Use it"
        checked={isEnabled}
        onChange={(event) => setIsEnabled(event.target.checked)}
      />
      <FormError error={create.error ?? change.error} />
      <div className="flex gap-2">
        <Button type="submit" look="primary" disabled={create.isPending || change.isPending}>
          Save
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </form>
  );
}

/** What was typed; what was left empty stays as it is stored. */
const givenOf = (values: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));

interface OrderFieldsProps {
  readonly position: string;
  readonly onPosition: (position: string) => void;
  readonly share: string;
  readonly onShare: (share: string) => void;
}

/** When its turn comes among the others. */
function OrderFields({ position, onPosition, share, onShare }: OrderFieldsProps) {
  return (
    <>
      <NumberField
        label="Position"
        hint="The lowest is tried first."
        max={1000}
        value={position}
        onChange={onPosition}
      />
      <NumberField
        label="Share"
        hint="Of those in the same position."
        min={1}
        max={1000}
        value={share}
        onChange={onShare}
      />
    </>
  );
}

interface RateFieldProps {
  readonly kind: TransportKind | undefined;
  readonly value: string;
  readonly onChange: (perSecond: string) => void;
}

/** How much of it a provider gets at most. */
function RateField({ kind, value, onChange }: RateFieldProps) {
  return (
    <NumberField
      label="Emails a second at most"
      hint={
        kind?.limits.per_second === null || kind === undefined
          ? 'Empty: as fast as it takes them.'
          : `The provider says ${kind.limits.per_second}. Empty: that.`
      }
      min={0.01}
      step={0.01}
      isRequired={false}
      value={value}
      onChange={onChange}
    />
  );
}
