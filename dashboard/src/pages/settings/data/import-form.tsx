import { useState } from 'react';
import { useAsk } from '../../../api/ask.ts';
import { SettingsBlock } from '../../../components/settings-block.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Checkbox } from '../../../components/ui/checkbox.tsx';
import { useSay } from '../../../components/ui/toast.tsx';
import { FormError } from '../../sign-in/form-error.tsx';
import { ChoiceField } from './choice-field.tsx';
import { ColumnMap } from './column-map.tsx';
import { FileField } from './file-field.tsx';
import { headOf, type ImportAsk, useUpload } from './upload.ts';
import { formatOf, KINDS, SOURCES } from './words.ts';

type Kind = ImportAsk['kind'];
type Source = NonNullable<ImportAsk['source']>;
type Mapping = Readonly<Record<string, string | null>>;

/** A file, what it holds, and what its columns are. */
export function ImportForm() {
  const [kind, setKind] = useState<Kind>('users');
  const [source, setSource] = useState<Source>('milepost');
  const [file, setFile] = useState<{ readonly file: File; readonly head: string } | null>(null);
  const [mapping, setMapping] = useState<Mapping>({});
  const [isDryRun, setIsDryRun] = useState(true);
  const [listId, setListId] = useState('');
  const lists = useAsk('GET /lists', { query: { limit: 200 } });
  const upload = useUpload();
  const say = useSay();
  const isCsv = file !== null && formatOf(file.file.name) === 'csv' && kind !== 'everything';
  const takesList = kind === 'users' || kind === 'list_members';

  const choose = async (chosen: File | undefined) => {
    setMapping({});
    setFile(chosen === undefined ? null : { file: chosen, head: await headOf(chosen) });
  };

  const submit = (event: { preventDefault: () => void }) => {
    event.preventDefault();
    if (file === null) return;
    const ask: ImportAsk = {
      kind,
      format: kind === 'everything' ? 'jsonl' : formatOf(file.file.name),
      dry_run: isDryRun,
      ...(kind === 'users' ? { source } : {}),
      ...(takesList && listId !== '' ? { list_id: listId } : {}),
      ...(isCsv && Object.keys(mapping).length > 0 ? { mapping: JSON.stringify(mapping) } : {}),
    };
    upload.mutate(
      { ask, file: file.file },
      {
        onSuccess: () =>
          say({ title: isDryRun ? 'The dry run has begun' : 'The import has begun' }),
      },
    );
  };

  return (
    <SettingsBlock
      title="Import a file"
      hint="CSV or JSON Lines in UTF-8. It is data, not activity: no series starts by it."
    >
      <form onSubmit={submit} className="grid max-w-3xl gap-4">
        <div className="grid gap-3 wide:grid-cols-2">
          <ChoiceField
            label="What it holds"
            choices={KINDS}
            value={kind}
            onChange={(value) => {
              setKind(value);
              setMapping({});
            }}
          />
          {kind === 'users' && (
            <ChoiceField
              label="Where it comes from"
              choices={SOURCES}
              value={source}
              onChange={(value) => {
                setSource(value);
                setMapping({});
              }}
            />
          )}
          <FileField onChoose={(chosen) => void choose(chosen)} />
          {takesList && (
            <ChoiceField
              label={kind === 'users' ? 'Put them on a list' : 'List of lines that name none'}
              choices={[
                ['', 'No list'],
                ...(lists.data?.data ?? []).map(({ id, name }) => [id, name] as const),
              ]}
              value={listId}
              onChange={setListId}
            />
          )}
        </div>
        {isCsv && (
          <ColumnMap
            ask={{ kind, source: kind === 'users' ? source : 'milepost', head: file.head }}
            mapping={mapping}
            onChange={setMapping}
          />
        )}
        <Checkbox
          label="Dry run"
          hint="Everything is checked and counted, and nothing is kept."
          checked={isDryRun}
          onChange={(event) => setIsDryRun(event.target.checked)}
        />
        <FormError error={upload.error} />
        <div>
          <Button type="submit" look="primary" disabled={file === null || upload.isPending}>
            {upload.isPending ? 'Sending…' : isDryRun ? 'Try it' : 'Import'}
          </Button>
        </div>
      </form>
    </SettingsBlock>
  );
}
