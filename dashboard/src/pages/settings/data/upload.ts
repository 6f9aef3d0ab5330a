import type { Input } from '@milepost/sdk';
import { useMutation } from '@tanstack/react-query';
import { useSide } from '../../../api/side.ts';

/** What is asked of an import. */
export type ImportAsk = NonNullable<Input<'POST /imports'>['query']>;

interface Upload {
  readonly ask: ImportAsk;
  readonly file: File;
}

/** Sends a file as it is: the browser reads it from the disk while it goes. */
export function useUpload() {
  const { side } = useSide();
  return useMutation<void, Error, Upload>({
    mutationFn: async ({ ask, file }) => {
      const entries = Object.entries(ask).map(([name, value]) => [name, String(value)]);
      const query = new URLSearchParams(entries);
      const response = await fetch(`/api/v1/imports?${query}`, {
        method: 'POST',
        headers: { 'Milepost-Workspace': side.id, 'Content-Type': 'text/csv' },
        body: file,
      });
      if (response.ok) return;
      const answer: unknown = await response.json().catch(() => null);
      const { error } = (answer ?? {}) as { error?: string };
      throw new Error(error ?? `The server answered ${response.status}.`);
    },
  });
}

/** Characters of a file that its columns are found in. */
const HEAD_LENGTH = 20_000;

/** The beginning of a file, up to the last whole line of it. */
export async function headOf(file: File): Promise<string> {
  const text = await file.slice(0, HEAD_LENGTH).text();
  const end = text.lastIndexOf('\n');
  return file.size <= HEAD_LENGTH || end === -1 ? text : text.slice(0, end);
}
