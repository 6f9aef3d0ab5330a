import { useSide } from '../../api/side.ts';
import { useAsk } from '../../api/ask.ts';
import { Button } from '../ui/button.tsx';
import { Field, Select } from '../ui/field.tsx';
import { useSay } from '../ui/toast.tsx';
import type { EmailFault, EmailFields } from './email-fields.ts';
import { bodyKindOf, changed, withBody } from './email-fields.ts';
import { Faults } from './faults.tsx';

interface TemplateTabProps {
  readonly email: EmailFields;
  readonly onChange: (next: EmailFields) => void;
  readonly faults: readonly EmailFault[];
  readonly isReadOnly: boolean;
}

/** The body of a template: its newest version when it is published, or one that stays. */
export function TemplateTab({ email, onChange, faults, isReadOnly }: TemplateTabProps) {
  const { client } = useSide();
  const say = useSay();
  const { data } = useAsk('GET /templates', { query: { kind: 'template', limit: 100 } });
  const templates = data?.data ?? [];
  const id = email.template_id ?? '';
  const versions = useAsk('GET /templates/{id}/versions', { path: { id } }, { enabled: id !== '' });
  const copy = async (): Promise<void> => {
    const template = await client.call('GET /templates/{id}', { path: { id } });
    const kind = bodyKindOf(template);
    if (kind === null) return;
    const { format = null } = template;
    onChange(changed(withBody(email, kind, template[kind as 'html']), { format }));
  };
  return (
    <div className="grid gap-4 rounded-ui border border-edge bg-panel p-4" data-place="template_id">
      {templates.length === 0 && data !== undefined && (
        <p className="text-muted">There are no templates yet. They are kept under Templates.</p>
      )}
      <div className="grid gap-4 @xl:grid-cols-2">
        <Field label="Template">
          {(ids) => (
            <Select
              {...ids}
              value={id}
              disabled={isReadOnly}
              onChange={({ target: { value } }) =>
                onChange(changed(email, { template_id: value, template_version: null }))
              }
            >
              <option value="">Choose one…</option>
              {templates.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.name}
                </option>
              ))}
              {id !== '' && data !== undefined && !templates.some((one) => one.id === id) && (
                <option value={id}>Archived or gone</option>
              )}
            </Select>
          )}
        </Field>
        <Field label="Version" hint="What is published stays on the version that it has.">
          {(ids) => (
            <Select
              {...ids}
              value={email.template_version ?? ''}
              disabled={isReadOnly || id === ''}
              onChange={({ target: { value } }) =>
                onChange(changed(email, { template_version: value === '' ? null : Number(value) }))
              }
            >
              <option value="">The newest at publishing</option>
              {(versions.data?.data ?? []).map(({ number }) => (
                <option key={number} value={number}>
                  Version {number}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      <Faults faults={faults} at="template_id" />
      {id !== '' && !isReadOnly && (
        <div className="flex flex-wrap items-center gap-3">
          <Button
            onClick={() => {
              copy().catch((error: Error) =>
                say({ title: 'The template was not copied', text: error.message, tone: 'fault' }),
              );
            }}
          >
            Write on a copy of it
          </Button>
          <p className="text-sm text-muted">The email then no longer follows the template.</p>
        </div>
      )}
    </div>
  );
}
