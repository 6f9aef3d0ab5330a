import { type ReactNode, useId, useRef, useState } from 'react';
import { Segmented } from '../ui/segmented.tsx';
import { BodyTabs, type BodyTab } from './body-tabs.tsx';
import type { Finding } from './checks.tsx';
import { Details } from './details.tsx';
import type { EmailEditorProps } from './email-editor.tsx';
import {
  BODY_KINDS,
  effectiveOf,
  type EmailFault,
  type EmailFields,
  faultsBelow,
  withEdited,
} from './email-fields.ts';
import { focusOn } from './focus-on.ts';
import { LookSide } from './look-side.tsx';
import type { Person } from './preview/person-picker.tsx';
import { SubjectFields } from './subject-fields.tsx';
import { usePreview } from './use-preview.ts';
import { VariantBar } from './variants/variant-bar.tsx';
import { VariantSettings } from './variants/variant-settings.tsx';

type Side = 'write' | 'preview';

/** The email editor itself; other components take `EmailEditor`, which loads it. */
export function EmailWorkbench(props: EmailEditorProps) {
  const { value, onChange, context, faults: given = [], isReadOnly = false } = props;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [side, setSide] = useState<Side>('write');
  const [person, setPerson] = useState<Person | null>(null);
  const [wanted, setWanted] = useState<{ tab: BodyTab } | null>(null);
  const [chosen, setChosen] = useState<number | null>(0);
  const [areDetailsOpen, setAreDetailsOpen] = useState(false);

  const variants = value.variants ?? [];
  const index = variants.length === 0 ? null : Math.min(chosen ?? 0, variants.length - 1);
  const variant = index === null ? null : (variants[index] ?? null);
  const email = effectiveOf(value, variant);
  const userId = person?.user_id ?? null;
  const preview = usePreview({ context, email: value, variant, userId });
  const faults = unique([...given, ...preview.faults]);
  const own = index === null ? faults : [...faults, ...faultsBelow(faults, `variants/${index}`)];
  const findings = findingsOf(faults, preview);
  const edit = (next: EmailFields): void => onChange(withEdited(value, index, next));
  const go = (path: string): void => {
    const [first = '', at, ...rest] = path.split('/');
    const isVariant = first === 'variants';
    if (isVariant) setChosen(Number(at));
    const field = (isVariant ? rest[0] : first) ?? '';
    setSide('write');
    if (field === 'text' || BODY_KINDS.some((kind) => kind === field)) {
      setWanted({ tab: field as BodyTab });
    } else if (field !== 'subject' && field !== 'preheader') setAreDetailsOpen(true);
    focusOn(box.current, isVariant ? [path, field] : [field]);
  };

  return (
    <div ref={box} className="@container grid content-start gap-4">
      <VariantBar
        email={value}
        onChange={onChange}
        index={index}
        onIndex={setChosen}
        isReadOnly={isReadOnly}
        panelId={id}
      />
      <SideSwitch side={side} onSide={setSide} count={findings.length} />
      <div
        id={id}
        {...(variant === null ? {} : { role: 'tabpanel', 'aria-label': `Variant ${variant.name}` })}
        className="grid gap-6 @5xl:grid-cols-[minmax(0,1fr)_24.375rem]"
      >
        <div
          className={
            side === 'write' ? 'grid content-start gap-5' : 'hidden content-start gap-5 @5xl:grid'
          }
        >
          <SubjectFields email={email} onChange={edit} faults={own} isReadOnly={isReadOnly} />
          <BodyTabs
            key={index ?? 'one'}
            email={email}
            onChange={edit}
            faults={own}
            isReadOnly={isReadOnly}
            madeText={preview.data?.text ?? null}
            wanted={wanted}
          />
          {index !== null && (
            <VariantSettings
              email={value}
              onChange={onChange}
              index={index}
              onIndex={setChosen}
              faults={faults}
              isReadOnly={isReadOnly}
            />
          )}
          <Disclosure
            title="Sender, format and delivery"
            isOpen={areDetailsOpen}
            onOpen={setAreDetailsOpen}
          >
            <Details email={email} onChange={edit} faults={own} isReadOnly={isReadOnly} />
          </Disclosure>
        </div>
        <div
          className={
            side === 'preview' ? 'grid content-start gap-5' : 'hidden content-start gap-5 @5xl:grid'
          }
        >
          <LookSide
            email={value}
            variant={variant}
            context={context}
            preview={preview}
            person={person}
            onPerson={setPerson}
            findings={findings}
            onGo={go}
          />
        </div>
      </div>
    </div>
  );
}

/** What keeps the email from being published comes first. */
const findingsOf = (
  faults: readonly EmailFault[],
  { error, data }: ReturnType<typeof usePreview>,
): Finding[] => [
  ...faults.map((fault) => ({ severity: 'error' as const, ...fault })),
  ...(error === null ? (data?.warnings ?? []) : []),
];

const unique = <Fault extends { path: string; message: string }>(faults: readonly Fault[]) => [
  ...new Map(faults.map((fault) => [`${fault.path} ${fault.message}`, fault])).values(),
];

interface SideSwitchProps {
  readonly side: Side;
  readonly onSide: (side: Side) => void;
  /** Of findings. */
  readonly count: number;
}

/** Where there is no room for both sides. */
function SideSwitch({ side, onSide, count }: SideSwitchProps) {
  return (
    <div className="@5xl:hidden">
      <Segmented
        label="Write or look"
        value={side}
        onChange={onSide}
        segments={[
          { value: 'write', label: 'Write' },
          { value: 'preview', label: `Preview and checks${count > 0 ? ` (${count})` : ''}` },
        ]}
      />
    </div>
  );
}

interface DisclosureProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onOpen: (isOpen: boolean) => void;
  readonly children: ReactNode;
}

/** What is rarely changed, folded away. */
function Disclosure({ title, isOpen, onOpen, children }: DisclosureProps) {
  return (
    <details
      open={isOpen}
      onToggle={(event) => onOpen(event.currentTarget.open)}
      className="rounded-ui border bg-panel"
    >
      <summary className="cursor-pointer rounded-ui px-4 py-2.5 font-semibold">{title}</summary>
      <div className="border-t p-4">{children}</div>
    </details>
  );
}
