import clsx from 'clsx';
import Plus from 'lucide-react/icons/plus';
import Split from 'lucide-react/icons/split';
import { type KeyboardEvent, useId } from 'react';
import { Button } from '../../ui/button.tsx';
import { changed, type EmailFields, freeName, shareOf } from '../email-fields.ts';

const VARIANTS_MAX = 10;

interface VariantBarProps {
  readonly email: EmailFields;
  readonly onChange: (next: EmailFields) => void;
  /** The variant that is open; null without any. */
  readonly index: number | null;
  readonly onIndex: (index: number | null) => void;
  readonly isReadOnly: boolean;
  readonly panelId: string;
}

/** The ways that an email is said in, one of them open. */
export function VariantBar(props: VariantBarProps) {
  const { email, onChange, index, onIndex, isReadOnly, panelId } = props;
  const id = useId();
  const variants = email.variants ?? [];
  const add = (): void => {
    const weight = variants[0]?.weight ?? 50;
    const first = variants.length === 0 ? [{ name: 'A', weight }] : variants;
    const more = [...first, { ...copyOf(first[index ?? 0]), name: freeName(first), weight }];
    onChange(changed(email, { variants: more }));
    onIndex(more.length - 1);
  };
  if (variants.length === 0) {
    if (isReadOnly) return null;
    return (
      <Button look="bare" className="-ml-3 justify-self-start" onClick={add}>
        <Split size={14} aria-hidden />
        Test variants
      </Button>
    );
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const next = (index ?? 0) + step;
    if (step === 0 || next < 0 || next >= variants.length) return;
    event.preventDefault();
    onIndex(next);
    document.getElementById(`${id}${next}`)?.focus();
  };
  return (
    <div className="flex flex-wrap items-center gap-2 border-b pb-2">
      <div role="tablist" aria-label="Variants" className="flex flex-wrap gap-1">
        {variants.map(({ name }, at) => (
          <button
            key={`${name} ${at}`}
            id={`${id}${at}`}
            type="button"
            role="tab"
            aria-selected={at === index}
            aria-controls={panelId}
            tabIndex={at === index ? 0 : -1}
            onClick={() => onIndex(at)}
            onKeyDown={onKeyDown}
            className={clsx(
              'h-9 rounded-ui px-3 wide:h-8',
              at === index
                ? 'bg-ink font-semibold text-paper'
                : 'border border-edge bg-panel hover:bg-sunken',
            )}
          >
            {name} <span className="font-normal">{Math.round(shareOf(variants, at))}%</span>
          </button>
        ))}
      </div>
      {!isReadOnly && variants.length < VARIANTS_MAX && (
        <Button look="bare" onClick={add}>
          <Plus size={14} aria-hidden />
          Variant
        </Button>
      )}
    </div>
  );
}

/** A new variant says what the open one says. */
function copyOf<Variant extends object>(variant: Variant | undefined): Partial<Variant> {
  return variant === undefined ? {} : { ...variant };
}
