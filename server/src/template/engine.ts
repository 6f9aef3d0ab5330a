import { Liquid, LiquidError, type LiquidOptions, type Template } from 'liquidjs';
import { QuickParser } from './quick-parser.ts';
import { StrictParser } from './strict-parser.ts';
import { escapeOutput, offerMarkup, stockFilter, type FilterThis } from './markup.ts';

/** Time one part of one message may take to render. A typical part takes 0.1 ms. */
const RENDER_MS_MAX = 200;
/** Characters and list items that filters and loops of one part may make. */
const MEMORY_MAX = 2_000_000;
/** Characters of one template; parsing is linear. */
export const TEMPLATE_LENGTH_MAX = 500_000;

/** Tags that read files, or that write to the facts of the message. */
const REFUSED_TAGS = ['include', 'render', 'layout', 'block', 'increment', 'decrement'];

/**
 * Filters not offered: `raw` (values are always escaped), `…_exp` (they run an expression per item
 * beyond the reach of the time limit) and `sample` (the same message must render the same again).
 */
const REFUSED_FILTERS = [
  'raw',
  'sample',
  'where_exp',
  'reject_exp',
  'group_by_exp',
  'has_exp',
  'find_exp',
  'find_index_exp',
];

const DATE_FILTERS = [
  'date',
  'date_to_xmlschema',
  'date_to_rfc822',
  'date_to_string',
  'date_to_long_string',
];

const OPTIONS: LiquidOptions = {
  ownPropertyOnly: true,
  strictFilters: true,
  strictVariables: false,
  // Nothing is looked up anywhere, even if a tag that looks things up came back.
  templates: {},
  dynamicPartials: false,
  parseLimit: TEMPLATE_LENGTH_MAX,
  renderLimit: RENDER_MS_MAX,
  memoryLimit: MEMORY_MAX,
  // Not the host's: a message must not depend on the machine that rendered it.
  timezoneOffset: 0,
  locale: 'en-US',
};

function engineWith(options: LiquidOptions): Liquid {
  const engine = new Liquid({ ...OPTIONS, ...options });
  for (const tag of REFUSED_TAGS) Reflect.deleteProperty(engine.tags, tag);
  for (const filter of REFUSED_FILTERS) engine.unregisterFilter(filter);
  for (const name of DATE_FILTERS) {
    const stock = stockFilter(name);
    engine.registerFilter(name, function (this: FilterThis, value: unknown, ...args: unknown[]) {
      const isNow = value === 'now' || value === 'today';
      return stock.call(this, isNow ? this.context.getSync(['now']) : value, ...args);
    });
  }
  return engine;
}

/** Renders HTML: every value is escaped, and there is no way around it. */
export const htmlEngine = engineWith({ outputEscape: escapeOutput });
offerMarkup(htmlEngine);

/** Renders subjects and text parts: nothing is escaped, since nothing is markup. */
export const plainEngine = engineWith({});
for (const name of ['escape', 'escape_once', 'xml_escape', 'newline_to_br']) {
  plainEngine.registerFilter(name, (value: unknown) => value);
}

/**
 * Parses a template for one of the engines.
 *
 * @param options `isStrict`: outputs of nothing, without a default, throw what `missingNameOf` knows
 */
export function parseTemplate(
  engine: Liquid,
  source: string,
  { isStrict = false }: { isStrict?: boolean } = {},
): Template[] {
  return (isStrict ? new StrictParser(engine) : new QuickParser(engine)).parse(source);
}

/** What is wrong with a template, with line and column, in words for its author. */
export function templateFault(error: unknown): string {
  if (!LiquidError.is(error)) return error instanceof Error ? error.message : String(error);
  const [line, column] = error.token.getPosition();
  const what = (error.originalError?.message ?? error.message).replace(/, line:\d+, col:\d+$/, '');
  return `line ${line}, column ${column}: ${shortened(inWords(what))}`;
}

/** Some faults repeat the author's words, which may be all of the template. */
const QUOTE_LENGTH_MAX = 200;
const shortened = (text: string): string =>
  text.length > QUOTE_LENGTH_MAX ? `${text.slice(0, QUOTE_LENGTH_MAX).toWellFormed()}…` : text;

function inWords(what: string): string {
  const filter = /^undefined filter: (\S+)$/.exec(what)?.[1];
  if (filter === 'raw') return 'the filter "raw" is not offered: merged values are always escaped';
  if (filter !== undefined) return `there is no filter "${filter}"`;
  const tag = /^tag "(\S+)" not found$/.exec(what)?.[1];
  return tag === undefined ? what : `there is no tag "${tag}"`;
}

/** True for an error that says that rendering took too long. */
export const isTimeLimit = (error: unknown): boolean =>
  error instanceof Error && error.message.includes('template render limit exceeded');

export type { Template };
