import {
  LiquidError,
  Output,
  TypeGuards,
  type Context,
  type Emitter,
  type Liquid,
  type TopLevelToken,
} from 'liquidjs';
import { QuickParser, readOperand } from './quick-parser.ts';

type Node = ReturnType<QuickParser['parseToken']>;

/** An output of nothing. It carries what the template named. */
class MissingValue extends Error {
  readonly valueName: string;

  constructor(valueName: string) {
    super(`${valueName} is missing`);
    this.valueName = valueName;
  }
}

/**
 * A parser whose outputs throw when what they name is not there, null or empty, unless they have a
 * `default`. Conditions and loops over nothing are no fault: they ask.
 */
export class StrictParser extends QuickParser {
  readonly #onMissing: (name: string) => void;

  /** @param onMissing instead of throwing; the output is then empty */
  constructor(
    engine: Liquid,
    onMissing = (name: string): void => {
      throw new MissingValue(name);
    },
  ) {
    super(engine);
    this.#onMissing = onMissing;
  }

  override parseToken(token: TopLevelToken, rest: TopLevelToken[]): Node {
    const node = super.parseToken(token, rest);
    if (!(node instanceof Output) || !TypeGuards.isOutputToken(token)) return node;
    const { initial, filters } = node.value;
    if (filters.some(({ name }) => name === 'default')) return node;
    const [operand, ...others] = initial.postfix;
    const read = others.length === 0 ? readOperand(operand) : null;
    if (read === null) return node;
    const name = token.content.split('|')[0]?.trim() ?? '';
    const render = node.render.bind(node);
    return Object.assign(node, {
      render: (context: Context, emitter: Emitter) => {
        const value = read(context);
        if (value === undefined || value === null || value === '') this.#onMissing(name);
        return render(context, emitter);
      },
    });
  }
}

/** What was missing, as the template names it, when that is what rendering ended with; else null. */
export function missingNameOf(error: unknown): string | null {
  if (error instanceof MissingValue) return error.valueName;
  if (!LiquidError.is(error)) return null;
  return error.originalError === undefined ? null : missingNameOf(error.originalError);
}

/** What a template would merge, is missing and has no default; empty for one that fails otherwise. */
export function missingNamesIn(
  engine: Liquid,
  source: string,
  facts: Readonly<Record<string, unknown>>,
): string[] {
  const names: string[] = [];
  try {
    const template = new StrictParser(engine, (name) => void names.push(name)).parse(source);
    engine.renderSync(template, facts);
    return names;
  } catch {
    // Rendering it says so, and why.
    return names;
  }
}
