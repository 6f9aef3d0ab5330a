import { useState } from 'react';
import { useDownload } from '../../../api/download.ts';
import { useMay } from '../../../api/may.ts';
import { useSide } from '../../../api/side.ts';
import { SettingsBlock } from '../../../components/settings-block.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Field, Select } from '../../../components/ui/field.tsx';
import { FormError } from '../../sign-in/form-error.tsx';
import { EXPORTS } from './words.ts';

/** Everything there is, as files that can be imported again. */
export function ExportBlock() {
  const { side } = useSide();
  const [kind, setKind] = useState<string>('users');
  const [format, setFormat] = useState('csv');
  const download = useDownload();
  const isOwner = useMay('owner');
  return (
    <SettingsBlock
      title="Export"
      hint="What is exported can be imported again, here or elsewhere. Secrets are left out."
    >
      <div className="grid max-w-3xl items-end gap-3 wide:grid-cols-[1fr_10rem_auto]">
        <Field label="What to export">
          {(ids) => (
            <Select {...ids} value={kind} onChange={(event) => setKind(event.target.value)}>
              {EXPORTS.map(([value, word]) => (
                <option key={value} value={value}>
                  {word}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Format">
          {(ids) => (
            <Select {...ids} value={format} onChange={(event) => setFormat(event.target.value)}>
              <option value="csv">CSV</option>
              <option value="jsonl">JSON Lines</option>
            </Select>
          )}
        </Field>
        <Button
          className="justify-self-start"
          disabled={download.isPending}
          onClick={() =>
            download.mutate({
              path: `/exports/${kind}?format=${format}`,
              name: `milepost-${kind}-${side.side}.${format}`,
            })
          }
        >
          {download.isPending ? 'Exporting…' : 'Export'}
        </Button>
      </div>
      {isOwner && (
        <div className="flex flex-wrap items-center gap-3">
          <Button
            disabled={download.isPending}
            onClick={() =>
              download.mutate({ path: '/export', name: `milepost-${side.side}.jsonl` })
            }
          >
            Export everything
          </Button>
          <p className="text-sm text-muted">
            People, events, lists, series, templates and settings of this side, in one file.
          </p>
        </div>
      )}
      <FormError error={download.error} />
    </SettingsBlock>
  );
}
