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
          className="py-1 pl-1! file:mr-2.5 file:h-full file:cursor-pointer file:rounded-ui file:border-0 file:bg-sunken file:px-2.5 file:font-medium file:text-ink"
          onChange={(event) => onChoose(event.target.files?.[0])}
        />
      )}
    </Field>
  );
}
