import { bareValuesIn } from './attribute-rule.ts';
import {
  htmlEngine,
  isTimeLimit,
  parseTemplate,
  plainEngine,
  templateFault,
  TEMPLATE_LENGTH_MAX,
  type Template,
} from './engine.ts';
import { escapeTemplate } from './escape-template.ts';
import { missingNameOf } from './strict-parser.ts';
import { dangerousLinkIn, schemesIn } from './link-rule.ts';
import { textOf, textTemplateOf, tidyText } from './plain-text.ts';

/** What an author wrote for one email: Liquid templates. */
export interface EmailContent {
  readonly subject: string;
  readonly html: string;
  /** Made from `html` when absent or empty. */
  readonly text?: string | null | undefined;
  /** The line that inboxes show beside the subject. Plain text; it is escaped. */
  readonly preheader?: string | null | undefined;
  /** Whether a merged value that is missing, and has no default, keeps the email from leaving. */
  readonly strict?: boolean | undefined;
}

/** Something wrong with a template, found before anything is sent. */
export interface EmailFault {
  readonly path: 'subject' | 'html' | 'text' | 'preheader';
  readonly message: string;
}

/** An email that is ready to be rendered many times. */
export interface CompiledEmail {
  /** Empty when it can be rendered. */
  readonly faults: readonly EmailFault[];
  readonly subject: Template[];
  readonly html: Template[];
  /** Null: the text is made from each rendered HTML. */
  readonly text: Template[] | null;
  /** Schemes of the author's own links that are not usual ones. */
  readonly schemes: ReadonlySet<string>;
}

/** What a template may speak about. Values are what JSON can hold; other objects are not looked into. */
export interface EmailFacts {
  /** The user's own columns and traits. */
  readonly user: Readonly<Record<string, unknown>>;
  /** The traits alone. */
  readonly traits: Readonly<Record<string, unknown>>;
  readonly workspace: Readonly<Record<string, unknown>>;
  /** The instant of the message, ISO 8601: what `'now' | date` shows, in UTC. */
  readonly now: string;
  readonly company?: Readonly<Record<string, unknown>> | null;
  /** What the call or event that began the enrollment brought along. */
  readonly event?: Readonly<Record<string, unknown>>;
  readonly enrollment?: Readonly<Record<string, unknown>>;
  /** Who the email is from: `name`, which may be null, and `address`. */
  readonly sender?: { readonly name: string | null; readonly address: string };
  /** Null or left out where there is none, as in transactional mail. */
  readonly unsubscribe_url?: string | null;
  readonly preferences_url?: string | null;
}

/** One user's email. `failed` says why there is none, in words for the author. */
export type RenderedEmail =
  | {
      readonly kind: 'rendered';
      readonly subject: string;
      readonly html: string;
      readonly text: string;
    }
  | {
      readonly kind: 'failed';
      readonly reason: string;
      /** Only of a strict email: what it merges and nobody knows, such as `user.plan`. Skip it. */
      readonly missing?: string;
    };

/** Longer subjects are cut by every inbox, and a header line ends at 998 characters. */
const SUBJECT_LENGTH_MAX = 998;
/** Characters of a rendered part; Gmail shows about 100,000. */
const PART_LENGTH_MAX = 1_000_000;

/**
 * Parses the templates of one email. Costs about a millisecond, so keep the result for as long as
 * the version of the series lives.
 *
 * Never throws: what is wrong is in `faults`, and rendering such an email fails with the first.
 */
export function compileEmail(content: EmailContent): CompiledEmail {
  const faults: EmailFault[] = [];
  const strict = { isStrict: content.strict === true };
  const parse = (path: EmailFault['path'], source: string, engine = plainEngine): Template[] => {
    try {
      if (source.length > TEMPLATE_LENGTH_MAX) {
        throw new Error(`longer than ${TEMPLATE_LENGTH_MAX} characters`);
      }
      return parseTemplate(engine, source, strict);
    } catch (error) {
      faults.push({ path, message: templateFault(error) });
      return [];
    }
  };
  const isSound = (path: EmailFault['path']): boolean =>
    !faults.some((fault) => fault.path === path);

  const subject = parse('subject', content.subject.trim());
  const html = parse('html', content.html, htmlEngine);
  if (isSound('html')) {
    for (const { line, column } of bareValuesIn(content.html)) {
      const message = 'a value merged into a tag must stand in a quoted attribute';
      faults.push({ path: 'html', message: `line ${line}, column ${column}: ${message}` });
    }
  }
  const preheader = content.preheader?.trim() ?? '';
  if (preheader !== '') parse('preheader', preheader);
  const text = content.text?.trim() ?? '';
  if (faults.length > 0) {
    if (text !== '') parse('text', text);
    return { faults, subject, html, text: [], schemes: new Set() };
  }
  return {
    subject,
    html:
      preheader === '' ? html : parse('html', withPreheader(content.html, preheader), htmlEngine),
    text: text === '' ? derivedText(content.html, strict) : parse('text', text),
    faults,
    schemes: schemesIn(content.html),
  };
}

/** What is wrong with an email's templates: syntax with line and column, unknown filters, size. */
export function emailFaults(content: EmailContent): readonly EmailFault[] {
  return compileEmail(content).faults;
}

/**
 * One user's subject, HTML and text.
 *
 * Values are escaped in the HTML and left alone in subject and text. Subject and text may hold any
 * character afterwards; composing the message refuses what a header may not hold.
 * Takes about 0.15 ms for a typical email; at most three times the time limit of a part.
 */
export function renderEmail(email: CompiledEmail, facts: EmailFacts): RenderedEmail {
  const [fault] = email.faults;
  if (fault !== undefined) return failed(`${fault.path}: ${fault.message}`);
  let part: EmailFault['path'] = 'subject';
  try {
    const subject = render(plainEngine, email.subject, facts);
    const subjectFault = faultOfPart('subject', subject, SUBJECT_LENGTH_MAX);
    if (subjectFault !== null) return failed(subjectFault);
    part = 'html';
    const html = render(htmlEngine, email.html, facts);
    const htmlFault =
      faultOfPart('html', html, PART_LENGTH_MAX) ?? linkFaultOf(html, email.schemes);
    if (htmlFault !== null) return failed(htmlFault);
    part = 'text';
    const text =
      email.text === null ? textOf(html) : tidyText(render(plainEngine, email.text, facts));
    const textFault = faultOfPart('text', text, PART_LENGTH_MAX);
    if (textFault !== null) return failed(textFault);
    return { kind: 'rendered', subject, html, text };
  } catch (error) {
    const name = missingNameOf(error);
    if (name !== null) return { kind: 'failed', reason: `missing_value: ${name}`, missing: name };
    return failed(`${part}: ${templateFault(error)}`);
  }
}

function render(engine: typeof htmlEngine, template: Template[], facts: EmailFacts): string {
  try {
    return String(engine.renderSync(template, { ...facts })).toWellFormed();
  } catch (error) {
    // The clock also runs while the process is stopped or starved, which is not the template's fault.
    if (!isTimeLimit(error)) throw error;
    return String(engine.renderSync(template, { ...facts })).toWellFormed();
  }
}

const failed = (reason: string): RenderedEmail => ({ kind: 'failed', reason });

function faultOfPart(part: EmailFault['path'], text: string, lengthMax: number): string | null {
  if (text.length > lengthMax) return `${part}: longer than ${lengthMax} characters after merging`;
  // No mail may hold one, nor can the database; `url_decode` can make one.
  return text.includes('\0') ? `${part}: a merged value holds a NUL character` : null;
}

function linkFaultOf(html: string, schemes: ReadonlySet<string>): string | null {
  const attribute = dangerousLinkIn(html, schemes);
  return attribute === null ? null : `html: a merged value makes a dangerous "${attribute}"`;
}

function derivedText(html: string, strict: { isStrict: boolean }): Template[] | null {
  const template = textTemplateOf(html);
  if (template === null) return null;
  try {
    return parseTemplate(plainEngine, template, strict);
  } catch {
    // The HTML parses and its text does not: make the text from the rendered HTML.
    return null;
  }
}

/** Puts the hidden line at the start of the body, where inboxes look for it. */
function withPreheader(html: string, preheader: string): string {
  const hidden = escapeTemplate(preheader);
  const style = 'display:none;max-height:0;overflow:hidden;mso-hide:all';
  const line = `<div style="${style}">${hidden}</div>`;
  const body = html.search(/<body[\s>]/i);
  const end = body === -1 ? -1 : html.indexOf('>', body);
  return html.slice(0, end + 1) + line + html.slice(end + 1);
}
