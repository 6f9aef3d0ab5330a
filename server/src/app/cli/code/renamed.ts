import type { RemoteSeries } from './remote.ts';

/** The name of a file, and the name of the series in it. */
interface Named {
  readonly slug: string;
  readonly name: unknown;
}

/**
 * Which files were renamed: such as hold a series that the server knows under a name of which there is
 * no file any more. A series of the same name is the same one, where it is the only one: taken for
 * another, it would begin anew beside it, and people would get everything twice.
 *
 * @param local the files that are looked at
 * @param slugs of all files of the folder
 * @returns the series by the names of their files now
 */
export function renamedOf(
  remote: readonly RemoteSeries[],
  { local, slugs }: { local: readonly Named[]; slugs: ReadonlySet<string> },
): Map<string, RemoteSeries> {
  const known = new Set(remote.map(({ slug }) => slug));
  const left = remote.filter(
    ({ slug, status }) => slug !== null && status !== 'archived' && !slugs.has(slug),
  );
  const fresh = local.filter(({ slug }) => !known.has(slug));
  return new Map(
    fresh.flatMap(({ slug, name }) => {
      const [one, ...others] = left.filter((series) => series.name === name);
      const isOnly = others.length === 0 && fresh.filter((file) => file.name === name).length === 1;
      return one !== undefined && isOnly ? [[slug, one] as const] : [];
    }),
  );
}
