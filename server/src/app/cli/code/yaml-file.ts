import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  visit,
} from 'yaml';

/** A file in YAML, and where in it what stands. */
export interface YamlFile {
  readonly document: Document;
  readonly value: unknown;
  /** The line of a path such as `steps/0/subject`, or of what is nearest to it; from 1. */
  readonly lineOf: (path: string) => number | null;
  readonly faults: readonly { readonly line: number; readonly message: string }[];
}

/** Aliases that a file may be blown up with. */
const ALIASES_MAX = 100;

/** What texts with `: ` in them come to, such as merge tags with a default. */
const UNQUOTED: ReadonlySet<string> = new Set(['BLOCK_AS_IMPLICIT_KEY', 'UNEXPECTED_TOKEN']);
const QUOTE =
  'A text with a colon in it must stand in quotes: \'Hi {{ user.name | default: "you" }}\'';

/** Reads YAML 1.2. Two members of one name are a fault, and so is what would not arrive as it stands. */
export function readYaml(text: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  // What follows the first mistake follows from it.
  const faults = [...document.errors, ...document.warnings]
    .slice(0, 1)
    .map(({ pos: [start], message, code }) => ({
      line: lines.linePos(start).line,
      message: UNQUOTED.has(code) ? `${message}. ${QUOTE}` : message,
    }));
  if (faults.length === 0) faults.push(...misreadIn(document, lines));
  const lineAt = (offset: number | undefined): number | null =>
    offset === undefined ? null : lines.linePos(offset).line;
  return {
    document,
    value: faults.length > 0 ? null : valueOf(document, faults),
    lineOf: (path) => lineAt(offsetOf(document, path)),
    faults,
  };
}

/** What would be read as something else than what stands there. */
function misreadIn(document: Document, lines: LineCounter): { line: number; message: string }[] {
  const { yaml } = document.directives ?? {};
  if (yaml?.explicit === true && yaml.version !== '1.2') {
    // Where `no` is false, and 2026-11-23 is an instant.
    return [{ line: 1, message: `must be YAML 1.2, not ${yaml.version}` }];
  }
  const faults: { line: number; message: string }[] = [];
  const add = (node: unknown, message: string): void => {
    const [start = 0] = (isNode(node) ? node.range : null) ?? [];
    faults.push({ line: lines.linePos(start).line, message });
  };
  visit(document, {
    Pair: (_, { key }: Pair) => {
      if (!isScalar(key) || key.value === null) add(key, 'The name of a member must be a text');
    },
    Scalar: (_, node) => {
      const { value, source = '' } = node;
      if (typeof value !== 'number' || !/^[-+]?\d+$/.test(source)) return;
      const digits = source.replace(/^\+/, '').replace(/^(-?)0+(?=\d)/, '$1');
      if (String(value) !== digits && !Number.isSafeInteger(value)) {
        add(node, `${source} has more digits than a number can hold: write it in quotes`);
      }
    },
  });
  return faults.slice(0, 1);
}

/** What it says; what of it JSON has not is found by `notPlain`. */
function valueOf(document: Document, faults: { line: number; message: string }[]): unknown {
  try {
    return document.toJS({ maxAliasCount: ALIASES_MAX });
  } catch (error) {
    faults.push({ line: 1, message: error instanceof Error ? error.message : String(error) });
    return null;
  }
}

/** Where the value of a path begins; of the deepest part of it that there is. */
function offsetOf(document: Document, path: string): number | undefined {
  let node: unknown = document.contents;
  let offset = isNode(node) ? node.range?.[0] : undefined;
  for (const part of path.split('/').filter((one) => one !== '')) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(key) === part);
      if (pair === undefined) return offset;
      offset = (isNode(pair.key) ? pair.key.range?.[0] : undefined) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      offset = (isNode(node) ? node.range?.[0] : undefined) ?? offset;
    } else return offset;
  }
  return offset;
}
