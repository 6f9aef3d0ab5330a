import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useAsk, useDo } from '../../api/ask.ts';
import { useMay } from '../../api/may.ts';
import { BodyEditor } from '../../components/email-editor/body-editor.tsx';
import type { EmailSaid } from '../../components/email-editor/email-fields.ts';
import { faultsOf } from '../../components/email-editor/use-preview.ts';
import { CopyBlock } from '../../components/copy-block.tsx';
import { Failure } from '../../components/failure.tsx';
import { Page } from '../../components/page.tsx';
import { Badge } from '../../components/ui/badge.tsx';
import { Button } from '../../components/ui/button.tsx';
import { Field, Select } from '../../components/ui/field.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { useSay } from '../../components/ui/toast.tsx';
import { ArchiveTemplate } from './archive-template.tsx';
import { KIND_WORDS, tagOf, type TemplateRead } from './kind-words.ts';
import { RenameTemplate } from './rename-template.tsx';
import { TemplateUses } from './template-uses.tsx';
import { TemplateVersions } from './template-versions.tsx';

/** One template or snippet: its body, its versions, and where it is used. */
export function TemplatePage() {
  const { id = '' } = useParams({ strict: false });
  const { data, error } = useAsk('GET /templates/{id}', { path: { id } });
  if (data === undefined) {
    return (
      <Page title="Template">
        <Failure error={error} />
        {error === null && <Skeleton className="h-96 w-full" />}
      </Page>
    );
  }
  // Another version than the one on the page begins anew.
  return <Editing key={`${data.id} ${data.version}`} template={data} />;
}

const bodyIn = ({ html, mjml, content, format }: EmailSaid): EmailSaid => ({
  ...(html ? { html } : {}),
  ...(mjml ? { mjml } : {}),
  ...(content ? { content } : {}),
  ...(format ? { format } : {}),
});

function Editing({ template }: { readonly template: TemplateRead }) {
  const { id, kind, name, slug, version, archived_at: archivedAt } = template;
  const say = useSay();
  const isReadOnly = !useMay('editor') || archivedAt !== null;
  const [body, setBody] = useState<EmailSaid>(() => bodyIn(template));
  const isChanged = JSON.stringify(body) !== JSON.stringify(bodyIn(template));
  const save = useDo('POST /templates/{id}/versions', {
    onDone: (saved) => say({ title: `Saved as version ${saved.version}` }),
  });
  const { content, ...others } = body;
  const sent = { ...others, ...(content ? { content: content as Record<string, unknown> } : {}) };
  const faults = faultsOf(save.error);
  return (
    <Page
      back={{ to: '/dashboard/templates', label: 'All templates' }}
      title={name}
      hint={
        <>
          {KIND_WORDS[kind]} · version {version}{' '}
          {archivedAt !== null && <Badge tone="quiet">archived</Badge>}
        </>
      }
      actions={
        !isReadOnly && (
          <>
            <RenameTemplate template={template} />
            <ArchiveTemplate template={template} />
            <Button
              look="primary"
              disabled={!isChanged || save.isPending}
              onClick={() => save.mutate({ path: { id }, body: sent })}
            >
              {save.isPending ? 'Saving…' : `Save as version ${version + 1}`}
            </Button>
          </>
        )
      }
    >
      <div className="grid gap-6 wide:grid-cols-[minmax(0,1fr)_18rem]">
        <div className="@container grid min-w-0 content-start gap-4">
          {save.error !== null && faults.length === 0 && (
            <Notice role="alert" tone="fault" title="It was not saved">
              <p>{save.error.message}</p>
            </Notice>
          )}
          <BodyEditor
            value={body}
            onChange={(next) => setBody(bodyIn(next))}
            faults={faults}
            isReadOnly={isReadOnly}
            tabs={kind === 'snippet' ? ['content', 'html'] : ['content', 'html', 'mjml']}
          />
          {kind === 'template' && !body.mjml && (
            <div className="max-w-80">
              <Field label="Format" hint="What goes around the body.">
                {(ids) => (
                  <Select
                    {...ids}
                    disabled={isReadOnly}
                    value={body.format ?? ''}
                    onChange={({ target: { value } }) =>
                      setBody(bodyIn({ ...body, format: value as EmailSaid['format'] & string }))
                    }
                  >
                    <option value="">None</option>
                    <option value="plain">Plain</option>
                    <option value="personal">Personal</option>
                    <option value="branded">Branded</option>
                  </Select>
                )}
              </Field>
            </div>
          )}
        </div>
        <div className="grid min-w-0 content-start gap-6">
          <TemplateUses id={id} />
          {kind === 'snippet' && <CopyBlock title="Put it into a body" text={tagOf(slug)} />}
          <TemplateVersions
            template={template}
            isReadOnly={isReadOnly}
            onTake={(taken) => setBody(bodyIn(taken))}
          />
        </div>
      </div>
    </Page>
  );
}
