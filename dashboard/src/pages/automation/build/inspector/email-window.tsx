import Check from 'lucide-react/icons/check';
import { Dialog as Primitive } from 'radix-ui';
import { lazy, Suspense } from 'react';
import { Button } from '../../../../components/ui/button.tsx';
import { Skeleton } from '../../../../components/ui/skeleton.tsx';
import { useFocusReturn } from '../../../../components/ui/use-focus-return.ts';
import type { EmailFields } from '../../../../components/email-editor/email-fields.ts';
import { useDraft } from '../../draft/use-draft.ts';
import { SaveState } from '../../save-state.tsx';
import { titleOf } from '../step-types.ts';
import { useEditedStep } from './edited-step.ts';

const EmailEditor = lazy(() =>
  import('../../../../components/email-editor/email-editor.tsx').then((module) => ({
    default: module.EmailEditor,
  })),
);

/** The editor of an email, over the whole page. */
export function EmailWindow({ onClose }: { readonly onClose: () => void }) {
  const { series } = useDraft();
  const { step, faults, change, disabled } = useEditedStep();
  const focusReturn = useFocusReturn();
  const put = (next: EmailFields): void => {
    // What was taken away is not in it.
    const gone = Object.keys(step).filter((name) => !(name in next) && !KEPT.has(name));
    change({ ...Object.fromEntries(gone.map((name) => [name, undefined])), ...next });
  };
  return (
    <Primitive.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-10 bg-shade" />
        <Primitive.Content
          aria-describedby={undefined}
          {...focusReturn}
          className="fixed inset-0 z-20 flex flex-col bg-paper wide:inset-4 wide:rounded-ui wide:border"
        >
          <header className="flex items-center gap-3 border-b bg-panel px-4 py-2 wide:rounded-t-ui">
            <Primitive.Title className="min-w-0 flex-1 truncate font-semibold">
              {titleOf(step, null)}
            </Primitive.Title>
            <SaveState />
            <Primitive.Close asChild>
              <Button>
                <Check size={15} aria-hidden />
                Done
              </Button>
            </Primitive.Close>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto p-4 wide:p-6">
            <Suspense fallback={<Skeleton className="h-96 w-full" />}>
              <EmailEditor
                value={step as EmailFields}
                onChange={put}
                context={{ kind: 'series', id: series.id, stepId: step.id }}
                faults={faults}
                isReadOnly={disabled}
              />
            </Suspense>
          </div>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

/** Not the email's: where the step stands and leads, and what it waits for. */
const KEPT = new Set(['id', 'type', 'next', 'delay']);
