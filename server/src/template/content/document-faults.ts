import { TypeGuards } from 'liquidjs';
import { isStorable } from '../../platform/plain-data.ts';
import { isAbsent, isIntegerIn, quoted, recordOf, type Fault } from '../../schedule/fault.ts';
import { bareValuesIn } from '../attribute-rule.ts';
import { htmlEngine, parseTemplate, templateFault } from '../engine.ts';
import { schemeOf } from '../link-address.ts';
import { tokensOf } from '../plain-text.ts';
import {
  ALIGNMENTS,
  MARK_RULES,
  MERGE_NAME,
  NODE_RULES,
  type AttributeRule,
} from './node-rules.ts';

/** Lists in lists in quotes: more is no letter any more, and every client gives up earlier. */
const NESTING_MAX = 20;
const NODES_MAX = 5_000;
const MARKS_MAX = 20;
/** Characters of all texts and attributes together. */
const LENGTH_MAX = 500_000;
const FAULTS_MAX = 50;
const SIZE_MAX = 5_000;
const NAME_LENGTH_MAX = 200;

interface Walk {
  readonly faults: Fault[];
  nodes: number;
  length: number;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Everything wrong with rich text: nodes, marks and attributes that are not known or not allowed where
 * they stand, and Liquid that does not parse. Attributes that nobody knows are left alone, for editors
 * add their own.
 *
 * @returns at most 50, with paths such as `content/content/0/attrs/href`
 */
export function documentFaults(doc: unknown, path: string): Fault[] {
  const walk: Walk = { faults: [], nodes: 0, length: 0 };
  checkNode(walk, { node: doc, path, allowed: ['doc'], depth: 0 });
  if (walk.faults.length > 0) return walk.faults.slice(0, FAULTS_MAX);
  const content = recordOf(doc)?.['content'];
  if (!Array.isArray(content) || content.length === 0) {
    return [{ path: `${path}/content`, message: 'must have at least one node' }];
  }
  return [];
}

function checkNode(
  walk: Walk,
  at: { node: unknown; path: string; allowed: readonly string[]; depth: number },
): void {
  const { path, allowed, depth } = at;
  const add = (below: string, message: string): void =>
    void walk.faults.push({ path: below === '' ? path : `${path}/${below}`, message });
  if (walk.faults.length >= FAULTS_MAX) return;
  walk.nodes += 1;
  if (walk.nodes === NODES_MAX + 1) return add('', `must have at most ${NODES_MAX} nodes`);
  if (walk.nodes > NODES_MAX) return;
  if (depth > NESTING_MAX) return add('', `must not nest deeper than ${NESTING_MAX} levels`);
  const node = recordOf(at.node);
  if (node === null) return add('', 'must be an object');
  const { type } = node;
  const rule =
    typeof type === 'string' && Object.hasOwn(NODE_RULES, type) ? NODE_RULES[type] : null;
  if (typeof type !== 'string' || !rule) {
    return add(
      'type',
      typeof type === 'string' ? `there is no node ${quoted(type)}` : 'must be text',
    );
  }
  if (!allowed.includes(type)) return add('type', `${quoted(type)} must not stand here`);
  checkAttributes(walk, { fields: node['attrs'], rules: rule.attrs, path: `${path}/attrs` });
  if (type === 'text') return checkText(walk, node, path);
  const children = isAbsent(node['content']) ? [] : node['content'];
  if (!Array.isArray(children)) return add('content', 'must be an array');
  const [min, max] = rule.count ?? [0, NODES_MAX];
  if (children.length < min || children.length > max) {
    add('content', `must have ${min} to ${max} nodes`);
  }
  for (const [index, child] of children.entries()) {
    const below = { path: `${path}/content/${index}`, allowed: rule.holds, depth: depth + 1 };
    checkNode(walk, { ...below, node: child });
  }
}

function checkText(walk: Walk, node: Fields, path: string): void {
  const add = (below: string, message: string): void =>
    void walk.faults.push({ path: `${path}/${below}`, message });
  if (typeof node['text'] !== 'string' || node['text'] === '') {
    return add('text', 'must be text that is not empty');
  }
  checkTemplate(walk, node['text'], `${path}/text`);
  const marks = isAbsent(node['marks']) ? [] : node['marks'];
  if (!Array.isArray(marks)) return add('marks', 'must be an array');
  if (marks.length > MARKS_MAX) return add('marks', `must be at most ${MARKS_MAX}`);
  for (const [index, mark] of marks.entries()) {
    const fields = recordOf(mark);
    const type = fields?.['type'];
    const rules =
      typeof type === 'string' && Object.hasOwn(MARK_RULES, type) ? MARK_RULES[type] : undefined;
    const below = `marks/${index}`;
    if (fields === null || rules === undefined) {
      add(
        `${below}/type`,
        typeof type === 'string' ? `there is no mark ${quoted(type)}` : 'is missing',
      );
    } else {
      checkAttributes(walk, { fields: fields['attrs'], rules, path: `${path}/${below}/attrs` });
    }
  }
}

function checkAttributes(
  walk: Walk,
  at: { fields: unknown; rules: Readonly<Record<string, AttributeRule>>; path: string },
): void {
  const fields = isAbsent(at.fields) ? {} : recordOf(at.fields);
  if (fields === null) {
    walk.faults.push({ path: at.path, message: 'must be an object' });
    return;
  }
  for (const [name, rule] of Object.entries(at.rules)) {
    const value = fields[name];
    const path = `${at.path}/${name}`;
    if (isAbsent(value)) {
      if (rule.required) walk.faults.push({ path, message: 'is missing' });
    } else {
      checkAttribute(walk, { value, rule, path });
    }
  }
}

function checkAttribute(
  walk: Walk,
  { value, rule, path }: { value: unknown; rule: AttributeRule; path: string },
): void {
  const add = (message: string): void => void walk.faults.push({ path, message });
  if (rule.is === 'size' && !isIntegerIn(value, 1, SIZE_MAX)) {
    add(`must be a whole number of pixels from 1 to ${SIZE_MAX}`);
  } else if (rule.is === 'level' && !isIntegerIn(value, 1, 6)) {
    add('must be a whole number from 1 to 6');
  } else if (rule.is === 'start' && !isIntegerIn(value, 0, 1_000_000)) {
    add('must be a whole number from 0');
  } else if (rule.is === 'align' && !ALIGNMENTS.some((word) => word === value)) {
    add(`must be one of ${ALIGNMENTS.join(', ')}`);
  }
  if (['size', 'level', 'start', 'align'].includes(rule.is)) return;
  if (typeof value !== 'string') return add('must be a string');
  if (value === '' && rule.required) return add('must not be empty');
  if (rule.is === 'name') {
    if (value.length > NAME_LENGTH_MAX || !MERGE_NAME.test(value)) {
      add('must be names joined by dots, such as user.plan');
    }
  } else if (rule.is === 'text') {
    if (value.includes("'") && value.includes('"')) add('must not hold both kinds of quotes');
    checkLength(walk, value, path);
  } else if (rule.is === 'html') {
    checkTemplate(walk, value, path);
    checkBareValues(walk, value, path);
  } else {
    checkTemplate(walk, value, path);
    if (rule.is === 'address') checkAddress(walk, value, path);
  }
}

/** Each text is a template of its own: a Liquid token cannot reach from one node into the next. */
function checkTemplate(walk: Walk, template: string, path: string): void {
  if (!checkLength(walk, template, path)) return;
  if (!/\{[{%]/.test(template)) return;
  try {
    for (const token of tokensOf(template)) {
      if (TypeGuards.isOutputToken(token)) parseTemplate(htmlEngine, token.getText());
    }
  } catch (error) {
    walk.faults.push({ path, message: templateFault(error) });
  }
}

function checkBareValues(walk: Walk, html: string, path: string): void {
  try {
    for (const { line, column } of bareValuesIn(html)) {
      const message = 'a value merged into a tag must stand in a quoted attribute';
      walk.faults.push({ path, message: `line ${line}, column ${column}: ${message}` });
    }
  } catch {
    // It does not parse, which has been said.
  }
}

function checkAddress(walk: Walk, value: string, path: string): void {
  if (schemeOf(value)?.kind === 'dangerous') {
    walk.faults.push({ path, message: 'must not be an address that runs something' });
  }
  if (/\{%/.test(value)) {
    walk.faults.push({ path, message: 'must not hold a Liquid tag; outputs are fine' });
  }
}

function checkLength(walk: Walk, text: string, path: string): boolean {
  walk.length += text.length;
  const message =
    walk.length > LENGTH_MAX
      ? `must be at most ${LENGTH_MAX} characters together`
      : isStorable(text)
        ? null
        : 'must not contain NUL or unpaired surrogates';
  if (message !== null) walk.faults.push({ path, message });
  return message === null;
}
