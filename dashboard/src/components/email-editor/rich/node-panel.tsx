import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import { cleanFallback, MERGE_NAME } from '../../merge-tags/merge-tag.ts';
import { MergeInput } from '../../merge-tags/merge-input.tsx';
import { Button } from '../../ui/button.tsx';
import { Field, Input, Select } from '../../ui/field.tsx';
import { Textarea } from '../../ui/textarea.tsx';
import { useLatest } from '../use-latest.ts';
import { attrsOf, missingOf, PANEL_FIELDS, PANEL_TITLES, textsOf } from './panel-fields.ts';
import type { PanelKind } from './panel.ts';

interface NodePanelProps {
  readonly kind: PanelKind;
  /** Of what is there already; null for something new. */
  readonly attrs: Readonly<Record<string, unknown>> | null;
  readonly takesFocus: boolean;
  readonly onApply: (attrs: Readonly<Record<string, unknown>>) => void;
  readonly onRemove?: () => void;
  readonly onClose: () => void;
}

/** The fields of a link, picture, button, block or merged value, under the toolbar. */
export function NodePanel(props: NodePanelProps) {
  const { kind, attrs, takesFocus, onApply, onRemove, onClose } = props;
  const form = useRef<HTMLFormElement>(null);
  const [texts, setTexts] = useState(() => textsOf(kind, attrs ?? {}));
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    if (takesFocus) form.current?.querySelector<HTMLElement>('input, textarea')?.focus();
  }, [takesFocus]);
  const latest = useLatest(onClose);
  useEffect(() => {
    // Before a window around the editor hears of it, which Escape would close.
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || !form.current?.contains(event.target as Node)) return;
      event.stopPropagation();
      latest.current();
    };
    window.addEventListener('keydown', onKey, true);
    return () => window.removeEventListener('keydown', onKey, true);
  }, [latest]);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    const missing = missingOf(kind, texts);
    const isNameless = kind === 'mergeTag' && !MERGE_NAME.test(texts['name'] ?? '');
    if (missing !== undefined) return setFault(`${missing.label}: say something here.`);
    if (isNameless) return setFault('Value: names joined by dots, such as user.plan.');
    const fallback = cleanFallback(texts['fallback'] ?? '');
    onApply(attrsOf(kind, { ...texts, fallback }));
    return undefined;
  };
  const change = (name: string, text: string): void => {
    setFault(null);
    setTexts((all) => ({ ...all, [name]: text }));
  };
  return (
    <form
      ref={form}
      aria-label={PANEL_TITLES[kind]}
      onSubmit={submit}
      className="grid gap-3 border-b bg-sunken p-3"
    >
      <div className="flex flex-wrap items-end gap-3">
        {PANEL_FIELDS[kind].map((field) => (
          <PanelInput
            key={field.name}
            field={field}
            value={texts[field.name] ?? ''}
            onChange={(text) => change(field.name, text)}
          />
        ))}
      </div>
      {fault !== null && (
        <p role="alert" className="text-sm text-fault">
          {fault}
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        <Button look="primary" type="submit">
          {attrs === null ? 'Insert' : 'Apply'}
        </Button>
        {onRemove !== undefined && <Button onClick={onRemove}>Remove</Button>}
        <Button look="bare" onClick={onClose}>
          Close
        </Button>
      </div>
    </form>
  );
}

interface PanelInputProps {
  readonly field: (typeof PANEL_FIELDS)[PanelKind][number];
  readonly value: string;
  readonly onChange: (text: string) => void;
}

function PanelInput({ field, value, onChange }: PanelInputProps) {
  const { label, kind, placeholder } = field;
  const isNarrow = kind === 'size' || kind === 'align';
  return (
    <div className={isNarrow ? 'w-28' : 'min-w-56 flex-1'}>
      <Field label={label}>
        {(ids) => {
          if (kind === 'align') {
            return (
              <Select {...ids} value={value} onChange={(event) => onChange(event.target.value)}>
                <option value="">Left</option>
                <option value="center">Centre</option>
                <option value="right">Right</option>
              </Select>
            );
          }
          if (kind === 'html') {
            return (
              <Textarea
                {...ids}
                rows={5}
                spellCheck={false}
                className="font-mono text-sm!"
                value={value}
                onChange={(event) => onChange(event.target.value)}
              />
            );
          }
          if (kind === 'merge') {
            const into = label.toLowerCase();
            return (
              <MergeInput
                {...ids}
                into={into}
                value={value}
                onChange={onChange}
                {...(placeholder === undefined ? {} : { placeholder })}
              />
            );
          }
          return (
            <Input
              {...ids}
              value={value}
              inputMode={kind === 'size' ? 'numeric' : 'text'}
              placeholder={placeholder}
              onChange={(event) => onChange(event.target.value)}
            />
          );
        }}
      </Field>
    </div>
  );
}
