import { useId, useRef, useState } from 'react';
import { Segmented } from '../ui/segmented.tsx';
import { BodyTabs, type BodyTab } from './body-tabs.tsx';
import { Checks, type Finding } from './checks.tsx';
import { Details } from './details.tsx';
import type { EmailEditorProps } from './email-editor.tsx';
import {
  BODY_KINDS,
  effectiveOf,
  type EmailFields,
  faultsBelow,
  withEdited,
} from './email-fields.ts';
import { PreviewPane } from './preview/preview-pane.tsx';
import { personName, type Person } from './preview/person-picker.tsx';
import { SubjectFields } from './subject-fields.tsx';
import { TestSend } from './test-send.tsx';
import { previewCallOf, usePreview } from './use-preview.ts';
import { VariantBar } from './variants/variant-bar.tsx';
import { VariantResults } from './variants/variant-results.tsx';
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
  const preview = usePreview({
    context,
    email: value,
    variant,
    userId: person?.user_id ?? null,
  });
  const faults = unique([...given, ...preview.faults]);
  const own = index === null ? faults : [...faults, ...faultsBelow(faults, `variants/${index}`)];
  const findings: Finding[] = [
    ...faults.map((fault) => ({ severity: 'error' as const, ...fault })),
    ...(preview.error === null ? (preview.data?.warnings ?? []) : []),
  ];
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
    setTimeout(() => focusOn(box.current, isVariant ? [path, field] : [field]), 50);
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
      <div className="@5xl:hidden">
        <Segmented
          label="Write or look"
          value={side}
          onChange={setSide}
          segments={[
            { value: 'write', label: 'Write' },
            {
              value: 'preview',
              label: `Preview and checks${findings.length > 0 ? ` (${findings.length})` : ''}`,
            },
          ]}
        />
      </div>
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
          <details
            open={areDetailsOpen}
            onToggle={(event) => setAreDetailsOpen(event.currentTarget.open)}
            className="rounded-ui border bg-panel"
          >
            <summary className="cursor-pointer rounded-ui px-4 py-2.5 font-semibold">
              Sender, format and delivery
            </summary>
            <div className="border-t p-4">
              <Details email={email} onChange={edit} faults={own} isReadOnly={isReadOnly} />
            </div>
          </details>
        </div>
        <div
          className={
            side === 'preview' ? 'grid content-start gap-5' : 'hidden content-start gap-5 @5xl:grid'
          }
        >
          <PreviewPane preview={preview} person={person} onPerson={setPerson} />
          <section className="grid gap-2">
            <div className="flex items-center justify-between gap-3">
              <h3 className="text-sm font-semibold text-muted">Checks</h3>
              <TestSend
                context={context}
                call={previewCallOf({ email: value, variant, userId: person?.user_id ?? null })}
                as={person === null ? 'a made-up person' : personName(person)}
                disabled={!preview.isWritten || preview.error !== null}
              />
            </div>
            {preview.isWritten && <Checks findings={findings} onGo={go} />}
          </section>
          {variant !== null && <VariantResults context={context} />}
        </div>
      </div>
    </div>
  );
}

/** The first field at one of the places. */
function focusOn(box: HTMLElement | null, places: readonly string[]): void {
  for (const place of places) {
    const found = box?.querySelector<HTMLElement>(`[data-place="${place}"]`);
    if (!found) continue;
    found.scrollIntoView({ block: 'center' });
    const field = found.querySelector<HTMLElement>(
      'input, select, textarea, [contenteditable="true"]',
    );
    (field ?? found).focus({ preventScroll: true });
    return;
  }
}

const unique = <Fault extends { path: string; message: string }>(faults: readonly Fault[]) => [
  ...new Map(faults.map((fault) => [`${fault.path} ${fault.message}`, fault])).values(),
];
