import { Checks, type Finding } from './checks.tsx';
import type { EmailContext, EmailFields, EmailVariant } from './email-fields.ts';
import { PreviewPane } from './preview/preview-pane.tsx';
import { personName, type Person } from './preview/person-picker.tsx';
import { TestSend } from './test-send.tsx';
import { previewCallOf, type usePreview } from './use-preview.ts';
import { VariantResults } from './variants/variant-results.tsx';

interface LookSideProps {
  readonly email: EmailFields;
  readonly variant: EmailVariant | null;
  readonly context: EmailContext;
  readonly preview: ReturnType<typeof usePreview>;
  readonly person: Person | null;
  readonly onPerson: (person: Person | null) => void;
  readonly findings: readonly Finding[];
  readonly onGo: (path: string) => void;
}

/** What can be seen of the email: the preview, the checks, a test, the results of its variants. */
export function LookSide(props: LookSideProps) {
  const { email, variant, context, preview, person, onPerson, findings, onGo } = props;
  return (
    <>
      <PreviewPane preview={preview} person={person} onPerson={onPerson} />
      <section className="grid gap-2">
        <div className="flex items-center justify-between gap-3">
          <h2 className="text-sm font-semibold text-muted">Checks</h2>
          <TestSend
            context={context}
            call={previewCallOf({ email, variant, userId: person?.user_id ?? null })}
            as={person === null ? 'a made-up person' : personName(person)}
            disabled={!preview.isWritten || preview.error !== null}
          />
        </div>
        {preview.isWritten && <Checks findings={findings} onGo={onGo} />}
      </section>
      {variant !== null && <VariantResults context={context} />}
    </>
  );
}
