import {
  Output,
  Parser,
  toValue,
  toValueSync,
  TypeGuards,
  type Context,
  type Emitter,
  type TopLevelToken,
} from 'liquidjs';

type Node = ReturnType<Parser['parseToken']>;
type Read = (context: Context) => unknown;
type Handler = (this: object, ...args: unknown[]) => unknown;

/**
 * A parser whose literal text and plain outputs (`{{ user.name | default: 'there' }}`) render without
 * generators, in a third of the time. Everything else is LiquidJS as it comes, and a property test
 * holds that both render alike.
 */
export class QuickParser extends Parser {
  override parseToken(token: TopLevelToken, rest: TopLevelToken[]): Node {
    const node = super.parseToken(token, rest);
    if (TypeGuards.isHTMLToken(token)) {
      const text = token.getContent();
      return withRender(node, (_, emitter) => emitter.write(text));
    }
    const read = node instanceof Output ? readOutput(node) : null;
    if (read === null) return node;
    return withRender(node, (context, emitter) => emitter.write(toValue(read(context))));
  }
}

const withRender = (node: Node, render: (context: Context, emitter: Emitter) => void): Node =>
  Object.assign(node, { render });

/** How to read an output's value: a path or a literal, through filters; null for anything else. */
function readOutput({ value }: Output): Read | null {
  const [operand, ...others] = value.initial.postfix;
  const initial = others.length === 0 ? readOperand(operand) : null;
  if (initial === null) return null;
  let read: Read = initial;
  for (const filter of value.filters) {
    const handler = filter['handler'] as Handler;
    const [token, liquid] = [filter['token'], filter['liquid']];
    const args = filter.args.map(readOperand);
    if (!args.every((arg) => arg !== null)) return null;
    const before = read;
    read = (context) =>
      toValueSync(
        handler.call({ context, token, liquid }, before(context), ...args.map((arg) => arg(context))),
      );
  }
  return read;
}

function readOperand(token: unknown): Read | null {
  if (typeof token !== 'object' || token === null || Array.isArray(token)) return null;
  if ('content' in token) return () => token.content;
  if (!('kind' in token) || !('props' in token) || !Array.isArray(token.props)) return null;
  if ('variable' in token && token.variable !== undefined) return null;
  const names: unknown[] = token.props.map((prop: object) => ('content' in prop ? prop.content : {}));
  const isPlain = (name: unknown): name is string | number =>
    typeof name === 'string' || typeof name === 'number';
  if (!names.every(isPlain)) return null;
  const [first = '', ...rest] = names;
  return (context) => {
    let found: unknown = context.readProperty(context['findScope'](String(first)), first);
    for (const name of rest) found = context.readProperty(found as object, name);
    return found;
  };
}
