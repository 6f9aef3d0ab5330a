import { CaptureTag, Drop, filters, type Context, type Liquid } from 'liquidjs';

/**
 * HTML that needs no escaping any more: what `capture` caught, or what a filter such as `escape`
 * made. Any filter that is not known to keep it safe turns it into a plain string, which is
 * escaped again on output; so forgetting a filter here costs looks, never safety.
 */
class Markup extends Drop {
  readonly html: string;

  constructor(html: string) {
    super();
    this.html = html;
  }

  override valueOf(): string {
    return this.html;
  }

  get length(): number {
    return this.html.length;
  }

  get size(): number {
    return this.html.length;
  }
}

/** What a LiquidJS filter is called on. */
export interface FilterThis {
  readonly context: Context;
}

type Handler = (this: FilterThis, value: unknown, ...args: unknown[]) => unknown;

/** Filters whose result is as safe as their input. */
const KEEPS_MARKUP = [
  'default',
  'strip',
  'lstrip',
  'rstrip',
  'squish',
  'strip_newlines',
  'normalize_whitespace',
  'strip_html',
] as const;

/** A stock filter by name, as a plain function. */
export function stockFilter(name: string): Handler {
  const filter: unknown = filters[name];
  if (typeof filter !== 'function') throw new Error(`LiquidJS has no filter function "${name}"`);
  return filter as Handler;
}

const escape = stockFilter('escape');
const escapeOnce = stockFilter('escape_once');
const newlineToBr = stockFilter('newline_to_br');

/** Escapes a value for HTML text and quoted attributes; markup passes as it is. */
export const escapeOutput = function (this: FilterThis, value: unknown): string {
  return value instanceof Markup ? value.html : String(escape.call(this, value));
};

/** Makes `escape`, `newline_to_br` and `capture` give markup, so that nothing is escaped twice. */
export function offerMarkup(engine: Liquid): void {
  const markup = (make: Handler): Handler =>
    function (value) {
      return value instanceof Markup ? value : new Markup(String(make.call(this, value)));
    };
  engine.registerFilter('escape', markup(escape));
  engine.registerFilter('xml_escape', markup(escape));
  engine.registerFilter('escape_once', markup(escapeOnce));
  const breakLines: Handler = function (value) {
    return new Markup(String(newlineToBr.call(this, escapeOutput.call(this, value))));
  };
  engine.registerFilter('newline_to_br', breakLines);
  for (const name of KEEPS_MARKUP) {
    const stock = stockFilter(name);
    const keeping: Handler = function (value, ...args) {
      const result = stock.call(this, value, ...args);
      return value instanceof Markup && typeof result === 'string' && value.html !== ''
        ? new Markup(result)
        : result;
    };
    engine.registerFilter(name, keeping);
  }
  engine.registerTag('capture', MarkupCaptureTag);
}

/** `{% capture %}`, whose text was escaped while it was rendered. */
class MarkupCaptureTag extends CaptureTag {
  override *render(context: Context): Generator<unknown, void, string> {
    yield* super.render(context);
    const scope = context.bottom();
    scope[this.variable] = new Markup(String(scope[this.variable] ?? ''));
  }
}
