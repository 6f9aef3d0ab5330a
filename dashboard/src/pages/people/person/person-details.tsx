import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { Answer } from '@milepost/sdk';
import { useDo } from '../../../api/ask.ts';
import { useMay } from '../../../api/may.ts';
import { Instant } from '../../../components/instant.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Dialog } from '../../../components/ui/dialog.tsx';
import { useSay } from '../../../components/ui/toast.tsx';
import { CellValue } from '../cell-value.tsx';
import { TraitsForm } from './traits-form.tsx';

type Person = Answer<'GET /users/{user_id}'>;

/** What is known of somebody: own data and traits, which an editor may change. */
export function PersonDetails({ person }: { readonly person: Person }) {
  const [isEditing, setIsEditing] = useState(false);
  const mayEdit = useMay('editor');
  const traits = Object.entries(person.traits);
  return (
    <SideBlock
      title="Details"
      action={
        mayEdit && (
          <Button look="bare" className="h-7! px-2 text-sm" onClick={() => setIsEditing(true)}>
            Edit
          </Button>
        )
      }
    >
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
        <Known name="ID">
          <code className="font-mono text-sm break-all">{person.user_id}</code>
        </Known>
        <Known name="Email">{person.email ?? <None />}</Known>
        <Known name="Name">{person.name ?? <None />}</Known>
        <Known name="Language">{person.locale ?? <None />}</Known>
        <Known name="Company">
          {person.company_id === null ? (
            <None />
          ) : (
            <Link
              to="/dashboard/companies/$companyId"
              params={{ companyId: person.company_id }}
              className="underline underline-offset-2"
            >
              {person.company_id}
            </Link>
          )}
        </Known>
        <Known name="Signed up">
          {person.signed_up_at === null ? <None /> : <Instant at={person.signed_up_at} />}
        </Known>
        <Known name="Last seen">
          <Instant at={person.last_seen} />
        </Known>
        {traits.map(([name, value]) => (
          <Known key={name} name={name}>
            <CellValue value={value} />
          </Known>
        ))}
      </dl>
      {traits.length === 0 && <p className="text-muted">No traits.</p>}
      <EditDialog person={person} open={isEditing} onOpenChange={setIsEditing} />
    </SideBlock>
  );
}

interface EditDialogProps {
  readonly person: Person;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

function EditDialog({ person, open, onOpenChange }: EditDialogProps) {
  const say = useSay();
  const edit = useDo('PATCH /users/{user_id}', {
    onDone: () => {
      say({ title: 'Saved' });
      onOpenChange(false);
    },
  });
  return (
    <Dialog title="Edit what is known" open={open} onOpenChange={onOpenChange} isLarge>
      <TraitsForm
        fields={[
          { name: 'email', label: 'Email', value: person.email, type: 'email' },
          { name: 'name', label: 'Name', value: person.name },
          { name: 'timezone', label: 'Time zone', value: person.timezone },
          { name: 'locale', label: 'Language', value: person.locale },
        ]}
        traits={person.traits}
        isPending={edit.isPending}
        error={edit.error}
        onCancel={() => onOpenChange(false)}
        onSave={(change) =>
          edit.mutate({
            path: { user_id: person.user_id },
            body: change,
          })
        }
      />
    </Dialog>
  );
}

/** A part of the column beside the timeline. */
export function SideBlock(props: {
  readonly title: string;
  readonly action?: ReactNode;
  readonly children: ReactNode;
}) {
  const { title, action, children } = props;
  return (
    <section
      aria-label={title}
      className="grid min-w-0 content-start gap-2 rounded-ui border bg-panel p-4"
    >
      <div className="flex min-h-7 items-center justify-between gap-2">
        <h2 className="font-semibold">{title}</h2>
        {action}
      </div>
      {children}
    </section>
  );
}

export function Known({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}

export const None = () => <span className="text-muted">–</span>;
