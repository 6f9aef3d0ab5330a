import { isDeepStrictEqual } from 'node:util';
import {
  Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import { recordOf } from '../../../schedule/fault.ts';
import { readYaml } from './yaml-file.ts';

/** Lines stay as long as they are, so that a word that is changed is one line that is. */
const OPTIONS = { lineWidth: 0, blockQuote: 'literal' } as const;

/**
 * A series as YAML. Where there is a file already, comments and the order of members in it are kept as
 * far as what they stand beside is still there.
 *
 * @param schemaUrl for editors; a file that there is keeps its own
 */
export function yamlOf(
  value: Readonly<Record<string, unknown>>,
  { before, schemaUrl }: { before: string | null; schemaUrl: string },
): string {
  return (before === null ? null : mergedYaml(before, value)) ?? freshYaml(value, schemaUrl);
}

function freshYaml(value: object, schemaUrl: string): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  document.commentBefore = ` yaml-language-server: $schema=${schemaUrl}`;
  return document.toString(OPTIONS);
}

/** Null where the file cannot be read, or cannot be brought to say just this. */
function mergedYaml(before: string, value: Readonly<Record<string, unknown>>): string | null {
  const { document, faults, value: was } = readYaml(before);
  if (faults.length > 0 || !isMap(document.contents)) return null;
  if (isDeepStrictEqual(was, value)) return before;
  try {
    mergeMap(document, document.contents, value);
    const text = document.toString(OPTIONS);
    return isDeepStrictEqual(parseDocument(text).toJS(), value) ? text : null;
  } catch {
    // Such as an alias whose anchor is gone: written anew, without what was beside it.
    return null;
  }
}

function mergeMap(
  document: Document,
  map: YAMLMap,
  value: Readonly<Record<string, unknown>>,
): void {
  const wanted = new Map(Object.entries(value));
  map.items = map.items.filter(({ key }) => wanted.has(String(key)));
  for (const [name, member] of wanted) {
    const pair = map.items.find(({ key }) => String(key) === name);
    if (pair === undefined) map.add(document.createPair(name, member));
    else pair.value = merged(document, pair.value, member);
  }
}

/** A node that says `value`: the same one where that can be. */
function merged(document: Document, node: unknown, value: unknown): Node {
  const fresh = (): Node => document.createNode(value, { aliasDuplicateObjects: false }) as Node;
  if (!isNode(node)) return fresh();
  if (isDeepStrictEqual(node.toJS(document), value)) return node;
  const fields = recordOf(value);
  if (isMap(node) && fields !== null) {
    mergeMap(document, node, fields);
    return node;
  }
  if (isSeq(node) && Array.isArray(value)) {
    const before = [...node.items];
    node.items = value.map((item: unknown, index) =>
      merged(document, sameItem(before, item, index), item),
    );
    return node;
  }
  if (isScalar(node) && (typeof value !== 'object' || value === null)) {
    node.value = value;
    // The old way to write it may not do for the new text.
    delete node.type;
    delete node.source;
    delete node.format;
    return node;
  }
  return fresh();
}

/** The item of a list that the new one is: steps by their id, variants by their name, others by their place. */
function sameItem(before: readonly unknown[], item: unknown, index: number): unknown {
  const { id, name } = (recordOf(item) ?? {}) as { readonly id?: unknown; readonly name?: unknown };
  const [key, wanted] = id === undefined ? ['name', name] : ['id', id];
  if (wanted === undefined) return before[index];
  return before.find((node) => isMap(node) && node.get(key) === wanted);
}
