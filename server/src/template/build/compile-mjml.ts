import type { Fault } from '../../schedule/fault.ts';
import { markLiquid } from '../liquid-marks.ts';

/** MJML makes about ten times as much HTML; more is no email any more. */
const MJML_LENGTH_MAX = 200_000;
const FAULTS_MAX = 50;

/** HTML made from MJML; `faults` have lines. */
export interface CompiledMjml {
  readonly html: string;
  readonly faults: readonly Fault[];
}

/**
 * Makes HTML of MJML whose Liquid stays as it is. Liquid tags may stand in `mj-text`, `mj-button`,
 * `mj-raw` and the like; between components they need an `mj-raw` around them.
 *
 * Reads no file: `mj-include` is a fault, and no configuration is looked for.
 *
 * @param mjml a template that parses
 */
export async function compileMjml(mjml: string): Promise<CompiledMjml> {
  const failed = (message: string): CompiledMjml => ({
    html: '',
    faults: [{ path: 'mjml', message }],
  });
  if (mjml.length > MJML_LENGTH_MAX) return failed(`longer than ${MJML_LENGTH_MAX} characters`);
  const include = /<mj-include[\s/>]/i.exec(mjml);
  if (include !== null) {
    const line = mjml.slice(0, include.index).split('\n').length;
    return failed(`line ${line}: mj-include is not offered: use {% render 'slug' %}`);
  }
  // Loaded when first used: it takes longer to load than the whole server.
  const { default: mjmlToHtml } = await import('mjml');
  const marked = markLiquid(mjml);
  try {
    const { html, errors } = await mjmlToHtml(marked.html, {
      validationLevel: 'soft',
      ignoreIncludes: true,
      keepComments: false,
      // None is fetched from anywhere unless the author says so.
      fonts: {},
    });
    const real = errors.filter(({ message }) => !isMergedColour(marked.isMarked(message), message));
    const faults = real.slice(0, FAULTS_MAX).map(({ line, tagName, message }) => ({
      path: 'mjml',
      message: marked.inWords(`line ${line}, ${tagName}: ${message}`),
    }));
    if (faults.length > 0) return { html: '', faults };
    const lost = marked.firstLost(html);
    if (lost !== null) {
      const where = `line ${lost.line}: ${lost.source}`;
      return failed(`${where} stands between components: put it into an mj-raw`);
    }
    return { html: marked.restore(html), faults: [] };
  } catch (error) {
    return failed(marked.inWords(error instanceof Error ? error.message : String(error)));
  }
}

/** A merged value is no colour before it is merged. */
const isMergedColour = (isMarked: boolean, message: string): boolean =>
  isMarked && /\btype Color\b/i.test(message);
