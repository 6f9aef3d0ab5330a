import { Context } from 'liquidjs';
import {
  isTimeLimit,
  parseTemplate,
  plainEngine,
  templateFault,
  TEMPLATE_LENGTH_MAX,
  type Template,
} from './engine.ts';

/** Something wrong with a template in JSON: `{ path: 'plan/name', message }`. */
export interface DataTemplateFault {
  /** '' for the whole. */
  readonly path: string;
  readonly message: string;
}

/** JSON whose texts are templates, ready to be rendered many times. */
export interface CompiledData {
  /** Empty when it can be rendered. */
  readonly faults: readonly DataTemplateFault[];
  readonly render: (text: RenderText) => unknown;
}

type RenderText = (template: Template[], path: string) => string;

/** What a template may speak about: members such as `user`, and `now`. */
export type DataFacts = Readonly<Record<string, unknown>> & {
  /** The instant that `'now' | date` shows, ISO 8601. */
  readonly now: string;
};

/** JSON for one user. `failed` says why there is none, in words for the author. */
export type RenderedData =
  | { readonly kind: 'rendered'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly reason: string };

/** Characters of all rendered texts together: several times what a user's traits may have. */
const RENDERED_LENGTH_MAX = 100_000;
const LIQUID = /\{[{%]/;

/**
 * Parses the templates in JSON: every text that has Liquid in it, however deep. Names of members are
 * no templates.
 *
 * Never throws: what is wrong is in `faults`, and rendering fails with the first.
 *
 * @param json as `faultOfData` lets through: nested no deeper than a function may call itself
 */
export function compileData(json: unknown): CompiledData {
  const faults: DataTemplateFault[] = [];
  const render = partOf(json, '', faults);
  return { faults, render };
}

function partOf(
  json: unknown,
  path: string,
  faults: DataTemplateFault[],
): (text: RenderText) => unknown {
  const below = (key: string | number): string => (path === '' ? `${key}` : `${path}/${key}`);
  if (typeof json === 'string' && LIQUID.test(json)) {
    const template = templateOf(json, path, faults);
    return (text) => text(template, path);
  }
  if (Array.isArray(json)) {
    const parts = json.map((item, index) => partOf(item, below(index), faults));
    return (text) => parts.map((part) => part(text));
  }
  if (typeof json === 'object' && json !== null) {
    const parts = Object.entries(json).map(
      ([key, item]) => [key, partOf(item, below(key), faults)] as const,
    );
    // From entries, so that a member called `__proto__` stays a member.
    return (text) => Object.fromEntries(parts.map(([key, part]) => [key, part(text)]));
  }
  return () => json;
}

function templateOf(source: string, path: string, faults: DataTemplateFault[]): Template[] {
  try {
    if (source.length > TEMPLATE_LENGTH_MAX) {
      throw new Error(`longer than ${TEMPLATE_LENGTH_MAX} characters`);
    }
    return parseTemplate(plainEngine, source);
  } catch (error) {
    faults.push({ path, message: templateFault(error) });
    return [];
  }
}

/**
 * JSON with every template rendered for one user. A rendered value is a text; nothing is escaped. All
 * templates together have the time and memory of one part of an email, and none sees what another
 * assigned.
 */
export function renderData(data: CompiledData, facts: DataFacts): RenderedData {
  const [fault] = data.faults;
  if (fault !== undefined) return failed(fault.path, fault.message);
  let at = '';
  let length = 0;
  const renderOnce = (): unknown => {
    length = 0;
    const limits = new Context({}, plainEngine.options, { sync: true }, { liquid: plainEngine });
    return data.render((template, path) => {
      at = path;
      const context = limits.spawn({ ...facts });
      const text = String(plainEngine.renderSync(template, context)).toWellFormed();
      length += text.length;
      if (length > RENDERED_LENGTH_MAX) throw new Error('too long after merging');
      if (text.includes('\0')) throw new Error('a merged value holds a NUL character');
      return text;
    });
  };
  try {
    return { kind: 'rendered', value: withSecondTry(renderOnce) };
  } catch (error) {
    return failed(at, templateFault(error));
  }
}

function withSecondTry(render: () => unknown): unknown {
  try {
    return render();
  } catch (error) {
    // The clock also runs while the process is stopped or starved, which is not the template's fault.
    if (!isTimeLimit(error)) throw error;
    return render();
  }
}

const failed = (path: string, reason: string): RenderedData => ({
  kind: 'failed',
  reason: path === '' ? reason : `${path}: ${reason}`,
});
