import { TypeGuards } from 'liquidjs';
import { htmlEngine, parseTemplate, plainEngine } from '../engine.ts';
import { missingNamesIn } from '../strict-parser.ts';
import type { EmailContent, EmailFacts } from '../email.ts';
import { tokensOf } from '../plain-text.ts';

/** What a template may speak about beside `user` and `traits`. Empty: whatever is brought along. */
const ROOTS: Readonly<Record<string, readonly string[]>> = {
  user: [],
  traits: [],
  company: [],
  event: [],
  enrollment: [],
  now: [],
  unsubscribe_url: [],
  preferences_url: [],
  sender: ['name', 'address'],
  workspace: ['name', 'postal_address', 'logo_url', 'colour', 'website_url', 'footer'],
};

/**
 * Names that a template merges and that can never have a value: a root that there is not, such as
 * `usr.name`, or a member of `workspace` and `sender` that there is not.
 *
 * @param template one that parses
 * @returns each once, as `usr.name`
 */
export function unknownNamesIn(template: string): string[] {
  const names = variablesIn(template).filter(([root = '', member]) => {
    if (!Object.hasOwn(ROOTS, root)) return true;
    const members = ROOTS[root] ?? [];
    return member !== undefined && members.length > 0 && !members.includes(member);
  });
  return [...new Set(names.map((segments) => segments.join('.')))];
}

/**
 * The variables that a template takes from outside, as segments: `user`, `plan`. Those that it makes
 * itself are not among them.
 */
export function variablesIn(template: string): string[][] {
  try {
    const parsed = parseTemplate(htmlEngine, template);
    // Those that the template itself makes, with `assign` and the like, are not among them.
    return htmlEngine
      .globalVariableSegmentsSync(parsed)
      .map((segments) => segments.filter((segment) => typeof segment === 'string'));
  } catch {
    // It does not parse, which is said where it is parsed.
    return [];
  }
}

/**
 * The values that an email would merge for one person and that are missing without a `default`.
 *
 * @returns names as the templates have them, each once
 */
export function missingValues(content: EmailContent, facts: EmailFacts): string[] {
  const parts = [
    [content.subject, plainEngine],
    [content.html, htmlEngine],
    [content.preheader ?? '', plainEngine],
  ] as const;
  const names = parts.flatMap(([source, engine]) => missingNamesIn(engine, source, { ...facts }));
  return [...new Set(names)];
}

/** Whether a template links to what stops further mail, or names it in any other way. */
export const hasUnsubscribe = (template: string): boolean =>
  tokensOf(template).some(
    (token) =>
      TypeGuards.isOutputToken(token) &&
      /\b(?:unsubscribe_url|preferences_url)\b/.test(token.content),
  );
