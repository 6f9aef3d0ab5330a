import { ApiError, type Answer } from '@milepost/sdk';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useAsk, useAskPages, useDo, type RowOf } from '../../api/ask.ts';
import { useMay } from '../../api/may.ts';
import { Empty } from '../../components/empty.tsx';
import { Failure } from '../../components/failure.tsx';
import { Instant } from '../../components/instant.tsx';
import { Page } from '../../components/page.tsx';
import { Button } from '../../components/ui/button.tsx';
import { Confirm } from '../../components/ui/confirm.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { useSay } from '../../components/ui/toast.tsx';
import { CellValue } from '../people/cell-value.tsx';
import { ListTable } from '../people/list-table.tsx';
import { Known, None, SideBlock } from '../people/person/person-details.tsx';
import { TraitsForm } from '../people/person/traits-form.tsx';

type Company = Answer<'GET /companies/{company_id}'>;
type Person = RowOf<'GET /companies/{company_id}/users'>;

/** One company: what is known of it, and who belongs to it. */
export function CompanyPage() {
  const { companyId = '' } = useParams({ strict: false });
  const { data, error } = useAsk('GET /companies/{company_id}', {
    path: { company_id: companyId },
  });
  if (data !== undefined) return <Loaded key={companyId} company={data} />;
  const isGone = error instanceof ApiError && error.status === 404;
  return (
    <Page isWide title={companyId}>
      {isGone && (
        <Notice role="alert" title={`No company on this side has the id ${companyId}`}>
          <p className="text-muted">
            <Link to="/dashboard/companies" className="underline underline-offset-2">
              All companies
            </Link>
          </p>
        </Notice>
      )}
      {error !== null && !isGone && <Failure error={error} />}
      {error === null && <Skeleton className="h-96 w-full" />}
    </Page>
  );
}

const COLUMNS = ['user.timezone', 'user.last_seen'];

function Loaded({ company }: { readonly company: Company }) {
  const path = { company_id: company.company_id };
  const people = useAskPages('GET /companies/{company_id}/users', { path, query: { limit: 50 } });
  return (
    <Page
      isWide
      back={{ to: '/dashboard/companies', label: 'All companies' }}
      title={company.name ?? company.company_id}
      hint={company.domain ?? undefined}
      actions={<Actions company={company} />}
    >
      <div className="grid grid-cols-1 gap-6 wide:grid-cols-[minmax(0,1fr)_22rem]">
        <section
          aria-labelledby="people-head"
          className="order-2 grid min-w-0 grid-cols-[minmax(0,1fr)] content-start gap-3 wide:order-1"
        >
          <h2 id="people-head" className="font-semibold">
            People
          </h2>
          {people.error !== null && <Failure error={people.error} />}
          <ListTable
            label="People of the company"
            pages={people}
            columns={COLUMNS}
            keyOf={({ user_id: id }) => id}
            first="Person"
            nameOf={personCell}
            empty={<Empty title="Nobody belongs to it" />}
          />
        </section>
        <div className="order-1 min-w-0 wide:order-2">
          <CompanyDetails company={company} />
        </div>
      </div>
    </Page>
  );
}

const personCell = (person: Person) => <PersonCell person={person} />;

function PersonCell({ person }: { readonly person: Person }) {
  const { user_id: userId, name, email } = person;
  return (
    <Link
      to="/dashboard/people/$userId"
      params={{ userId }}
      className="grid min-w-44 hover:underline"
    >
      <span className="max-w-72 truncate font-medium">{name ?? email ?? userId}</span>
      <span className="max-w-72 truncate text-sm text-muted">{email ?? userId}</span>
    </Link>
  );
}

function CompanyDetails({ company }: { readonly company: Company }) {
  return (
    <SideBlock title="Details">
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
        <Known name="ID">
          <code className="font-mono text-sm break-all">{company.company_id}</code>
        </Known>
        <Known name="Domain">{company.domain ?? <None />}</Known>
        <Known name="Industry">{company.industry ?? <None />}</Known>
        <Known name="Plan">{company.plan ?? <None />}</Known>
        <Known name="Employees">{company.employee_count ?? <None />}</Known>
        <Known name="Signed up">
          {company.signed_up_at === null ? <None /> : <Instant at={company.signed_up_at} />}
        </Known>
        {Object.entries(company.traits).map(([name, value]) => (
          <Known key={name} name={name}>
            <CellValue value={value} />
          </Known>
        ))}
      </dl>
    </SideBlock>
  );
}

function Actions({ company }: { readonly company: Company }) {
  const [open, setOpen] = useState<'edit' | 'delete' | null>(null);
  const mayEdit = useMay('editor');
  const say = useSay();
  const navigate = useNavigate();
  const path = { company_id: company.company_id };
  const close = (): void => setOpen(null);
  const edit = useDo('PATCH /companies/{company_id}', {
    onDone: () => {
      say({ title: 'Saved' });
      close();
    },
  });
  const remove = useDo('DELETE /companies/{company_id}', {
    onDone: () => {
      say({ title: `${company.name ?? company.company_id} is deleted` });
      void navigate({ to: '/dashboard/companies' });
    },
  });
  if (!mayEdit) return null;
  const count = company.employee_count;
  return (
    <>
      <Button onClick={() => setOpen('edit')}>Edit</Button>
      <Button onClick={() => setOpen('delete')}>Delete…</Button>
      <Dialog title="Edit what is known" open={open === 'edit'} onOpenChange={close} isLarge>
        <TraitsForm
          fields={[
            { name: 'name', label: 'Name', value: company.name },
            { name: 'domain', label: 'Domain', value: company.domain },
            { name: 'industry', label: 'Industry', value: company.industry },
            { name: 'plan', label: 'Plan', value: company.plan },
            {
              name: 'employee_count',
              label: 'Employees',
              value: count === null ? null : String(count),
              type: 'number',
            },
          ]}
          traits={company.traits}
          isPending={edit.isPending}
          error={edit.error}
          onCancel={close}
          onSave={(change) => edit.mutate({ path, body: change })}
        />
      </Dialog>
      <Confirm
        open={open === 'delete'}
        onOpenChange={close}
        title="Delete this company?"
        confirm="Delete for good"
        typed={company.company_id}
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate({ path })}
      >
        <p>This cannot be undone. Its people stay, and belong to no company.</p>
      </Confirm>
    </>
  );
}
