import { useMutation } from '@tanstack/react-query';
import { useSide } from './side.ts';

interface Download {
  /** Below `/api/v1`, with its query. */
  readonly path: string;
  /** What the file is called. */
  readonly name: string;
}

/** Saves an answer as a file; the header that names the side keeps a plain link from doing so. */
export function useDownload() {
  const { side } = useSide();
  return useMutation<void, Error, Download>({
    mutationFn: async ({ path, name }) => {
      const response = await fetch(`/api/v1${path}`, {
        headers: { 'Milepost-Workspace': side.id },
      });
      if (!response.ok) throw new Error(await reasonOf(response));
      save(await response.blob(), name);
    },
  });
}

async function reasonOf(response: Response): Promise<string> {
  const answer: unknown = await response.json().catch(() => null);
  const { error } = (answer ?? {}) as { error?: string };
  return error ?? `The server answered ${response.status}.`;
}

function save(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
