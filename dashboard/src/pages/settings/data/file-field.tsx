import { Field, Input } from '../../../components/ui/field.tsx';

/** A file of the viewer's. */
export function FileField({ onChoose }: { readonly onChoose: (file: File | undefined) => void }) {
  return (
    <Field label="File">
      {(ids) => (
        <Input
          {...ids}
          type="file"
          required
          accept=".csv,.tsv,.txt,.jsonl,.ndjson,text/csv"
          className="py-1"
          onChange={(event) => onChoose(event.target.files?.[0])}
        />
      )}
    </Field>
  );
}
