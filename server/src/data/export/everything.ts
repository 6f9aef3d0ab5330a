import { readWorkspace, settingsViewOf } from '../../workspace/index.ts';
import type { Db } from '../../platform/db.ts';
import { version } from '../../platform/version.ts';
import { CONFIGURED, configuredRows, type ConfiguredRow } from '../sql/read.ts';
import { listsOf } from './lists.ts';
import { EXPORT_TABLE, type ExportKind } from './table.ts';

/** In the order in which they can be imported. */
const KINDS: readonly (readonly [ExportKind, string])[] = [
  ['companies', 'company'],
  ['users', 'user'],
  ['list_members', 'list_member'],
  ['suppressions', 'suppression'],
  ['events', 'event'],
  ['messages', 'message'],
];
const PAGE = 20;
/** Names of what only its owner may know, wherever it stands. */
const SECRET =
  /(^|[_-])(password|secret|token|authorization|api[_-]?key|private[_-]?key|credentials?|cookie)$/i;
const HIDDEN = '•••';

/**
 * Everything that a side has, as JSON Lines: a manifest first, the number of lines of each type last, so
 * that whoever has the last line has all of it. Secrets and bodies of messages are left out.
 */
export async function* exportedEverything(
  db: Db,
  { workspaceId, now }: { workspaceId: string; now: Date },
): AsyncGenerator<string> {
  const counts: Record<string, number> = {};
  const lines = (type: string, rows: readonly object[]): string => {
    counts[type] = (counts[type] ?? 0) + rows.length;
    return rows.map((row) => `${JSON.stringify({ type, ...row })}\n`).join('');
  };
  const { name, side, timezone, settings } = await readWorkspace(db, { workspaceId });
  yield `${JSON.stringify({
    type: 'manifest',
    format: 1,
    milepost: version,
    workspace: { id: workspaceId, name, side, timezone },
    at: now.toISOString(),
  })}\n`;
  yield lines('settings', [{ settings: withoutSecrets(settingsViewOf(settings)) }]);
  for (const kind of CONFIGURED) {
    let after: string | null = null;
    do {
      const rows: ConfiguredRow[] = await configuredRows(db, {
        workspaceId,
        kind,
        after,
        limit: PAGE,
      });
      const plain = rows.map(({ row }) => ({ [kind]: withoutSecrets(row) }));
      yield lines(kind, plain);
      after = rows.length < PAGE ? null : (rows.at(-1)?.id ?? null);
    } while (after !== null);
  }
  for await (const lists of listsOf(db, { workspaceId })) {
    const rows = lists.map((list) => ({
      name: list.name,
      description: list.description,
      kind: list.kind,
      double_opt_in: list.doubleOptIn,
      tracking: list.tracking,
      archived: list.archivedAt !== null,
      id: list.id,
    }));
    yield lines('list', rows);
  }
  for (const [kind, type] of KINDS) {
    const ask = { workspaceId, now, filter: null, listId: null };
    for await (const rows of EXPORT_TABLE[kind].pages(db, ask)) yield lines(type, rows);
  }
  yield `${JSON.stringify({ type: 'end', counts })}\n`;
}

/** The same without what only its owner may know, such as headers of webhooks. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const isSecret = SECRET.test(name) && typeof inner === 'string' && inner !== '';
      return [name, isSecret ? HIDDEN : withoutSecrets(inner)];
    }),
  );
}
