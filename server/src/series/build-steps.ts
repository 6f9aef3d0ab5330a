import { hash } from 'node:crypto';
import type { Db } from '../platform/db.ts';
import { isAbsent, type Fault } from '../schedule/fault.ts';
import {
  bodyFieldOf,
  buildEmail,
  resolveSnippets,
  resolveTemplate,
  snippetFaultsOf,
  snippetsOfBody,
  type EmailContent,
  type EmailSource,
  type ResolvedSnippets,
  type StoredBody,
} from '../template/index.ts';
import { hasNewBody, versionsIn } from './email-fields.ts';
import { emailSourceOf } from './email-source.ts';
import { findBuilt, type StoredContent } from './sql/built.ts';
import { emailKeyOf, variantsOf, withVariant } from './variants.ts';

type StoredStep = Readonly<Record<string, unknown>>;

/** A template or a snippet in an email. */
export interface TemplateUseOfStep {
  readonly stepId: string;
  readonly templateId: string;
  readonly number: number;
}

/** An email step with everything that it names looked up, and its body built. */
export interface BuiltStep {
  /** With the versions of template and snippets that it was built with. */
  readonly step: StoredStep;
  readonly source: EmailSource;
  /** Null where there are faults. */
  readonly content: EmailContent | null;
  /** Paths below the step. */
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
  readonly uses: readonly TemplateUseOfStep[];
}

/** The steps of a version, ready to be published. */
export interface BuiltSteps {
  readonly steps: readonly StoredStep[];
  /** What is to be kept with the version; emails that need no building are not in it. */
  readonly contents: readonly StoredContent[];
  /** Every email that was built, by `emailKeyOf`: for `publishedOf` where nothing is kept. */
  readonly byStep: ReadonlyMap<string, EmailContent>;
  readonly uses: readonly TemplateUseOfStep[];
  /** With paths such as `steps/0/mjml`. */
  readonly faults: readonly Fault[];
}

/** How an email is built. */
export interface BuildOptions {
  readonly workspaceId: string;
  /** Whether it was published before: then template and snippets stay at the versions it names. */
  readonly isPublished: boolean;
}

/**
 * Looks up templates and snippets and builds every email of a series.
 *
 * Takes tens of milliseconds per email of MJML or with a style sheet: done before anything is locked.
 *
 * @param db null where there is none: templates and snippets are faults then
 */
export async function buildSteps(
  db: Db | null,
  steps: readonly StoredStep[],
  options: BuildOptions,
): Promise<BuiltSteps> {
  const built: { step: StoredStep; emails: readonly BuiltEmail[] }[] = [];
  for (const step of steps) {
    built.push(isEmail(step) ? await buildAll(db, step, options) : { step, emails: [] });
  }
  const emails = built.flatMap((one) => one.emails);
  return {
    steps: built.map(({ step }) => step),
    contents: emails.flatMap(contentsOf),
    byStep: new Map(
      emails.flatMap(({ key, content }) => (content === null ? [] : [[key, content] as const])),
    ),
    uses: usesTogether(emails.flatMap(({ uses }) => uses)),
    faults: built.flatMap((one, index) =>
      one.emails.flatMap(({ faults, place }) =>
        faults.map((fault) => ({ ...fault, path: `steps/${index}/${place}${fault.path}` })),
      ),
    ),
  };
}

/** An email of a series, or a variant of one. */
export interface BuiltEmail extends BuiltStep {
  readonly key: string;
  /** Where in the step it stands: '' or `variants/0/`. */
  readonly place: string;
}

/** An email step and its variants; only the email itself where that has faults. */
export async function buildAll(
  db: Db | null,
  step: StoredStep,
  options: BuildOptions,
): Promise<{ step: StoredStep; emails: readonly BuiltEmail[] }> {
  const stepId = String(step['id']);
  const base = await buildStep(db, step, options);
  const emails: BuiltEmail[] = [{ ...base, key: emailKeyOf(stepId, null), place: '' }];
  const variants = variantsOf(step);
  if (variants.length === 0 || base.faults.length > 0) return { step: base.step, emails };
  const frozen: StoredStep[] = [];
  for (const [index, variant] of variants.entries()) {
    const isOwn = hasNewBody(variant);
    // What it shares with the email is as it was found for the email.
    const isPublished = !isOwn || options.isPublished || !isAbsent(variant['snippets']);
    const built = await buildStep(db, withVariant(base.step, variant), { ...options, isPublished });
    const key = emailKeyOf(stepId, variant.name);
    emails.push({ ...built, key, place: `variants/${index}/` });
    frozen.push(isOwn ? { ...variant, ...versionsIn(built.step) } : variant);
  }
  return { step: { ...base.step, variants: frozen }, emails };
}

/** A step uses a template or a snippet once, in its newest version. */
function usesTogether(uses: readonly TemplateUseOfStep[]): TemplateUseOfStep[] {
  const newest = new Map<string, TemplateUseOfStep>();
  for (const use of uses) {
    const name = `${use.stepId} ${use.templateId}`;
    if (use.number >= (newest.get(name)?.number ?? 0)) newest.set(name, use);
  }
  return [...newest.values()];
}

/** Builds one email step whose own fields are right. */
export async function buildStep(
  db: Db | null,
  step: StoredStep,
  { workspaceId, isPublished }: BuildOptions,
): Promise<BuiltStep> {
  const template = await templateOf(db, step, { workspaceId, isPublished });
  if (template.kind === 'refused') {
    const faults = [{ path: template.field, message: template.message }];
    return { step, source: emailSourceOf(step), content: null, faults, warnings: [], uses: [] };
  }
  const source = emailSourceOf(step, template.body);
  const pinned = isPublished ? (step['snippets'] as Record<string, number> | undefined) : undefined;
  const snippets =
    db === null
      ? { bodies: new Map<string, string>(), used: [], faults: unknownSnippets(source) }
      : await resolveSnippets(db, { workspaceId, body: source, pinned: pinned ?? {} });
  const frozen = frozenStep(step, { number: template.number, snippets });
  const own = ownFieldOf(step, source);
  const early = snippetFaultsOf(own, snippets);
  const uses = usesOf(step, template.number, snippets);
  const base = { step: frozen, source, uses };
  if (early.length > 0) return { ...base, content: null, faults: early, warnings: [] };
  const built = await buildEmail(source, snippets.bodies);
  const placed = (faults: readonly Fault[]): Fault[] =>
    faults.map((fault) =>
      own === 'template_id' && /^(?:html|mjml|content|format)\b/.test(fault.path)
        ? { path: own, message: `${fault.path}: ${fault.message}` }
        : fault,
    );
  if (built.kind === 'faulty') {
    return { ...base, content: null, faults: placed(built.faults), warnings: [] };
  }
  return { ...base, content: built.content, faults: [], warnings: placed(built.warnings) };
}

const unknownSnippets = (source: EmailSource): string[] =>
  snippetsOfBody(source).map((slug) => `snippets are only known to the server: ${slug}`);

const isEmail = (step: StoredStep): boolean => step['type'] === 'email';

/** The field of the step that its body comes from. */
const ownFieldOf = (step: StoredStep, source: EmailSource): string =>
  isAbsent(step['template_id']) ? bodyFieldOf(source) : 'template_id';

async function templateOf(
  db: Db | null,
  step: StoredStep,
  { workspaceId, isPublished }: BuildOptions,
): Promise<
  | { kind: 'found'; number: number | null; body: StoredBody }
  | { kind: 'refused'; field: string; message: string }
> {
  const { template_id: id } = step;
  if (typeof id !== 'string') return { kind: 'found', number: null, body: {} };
  if (db === null) {
    return { kind: 'refused', field: 'template_id', message: 'is only known to the server' };
  }
  const version = step['template_version'];
  const number = typeof version === 'number' ? version : null;
  return resolveTemplate(db, { workspaceId, id, number, isPublished });
}

/** The step with the versions in it, so that it says by itself what it was made from. */
function frozenStep(
  step: StoredStep,
  { number, snippets }: { number: number | null; snippets: ResolvedSnippets },
): StoredStep {
  const { snippets: _, ...rest } = step;
  const versions = Object.fromEntries(snippets.used.map((one) => [one.slug, one.number]));
  return {
    ...rest,
    ...(number === null ? {} : { template_version: number }),
    ...(snippets.used.length === 0 ? {} : { snippets: versions }),
  };
}

function usesOf(
  step: StoredStep,
  number: number | null,
  snippets: ResolvedSnippets,
): TemplateUseOfStep[] {
  const stepId = String(step['id']);
  const own = number === null ? [] : [{ stepId, templateId: String(step['template_id']), number }];
  return [
    ...own,
    ...snippets.used.map((one) => ({ stepId, templateId: one.templateId, number: one.number })),
  ];
}

function contentsOf({ step, content }: BuiltStep): StoredContent[] {
  if (content === null) return [];
  const needsNoBuilding = isWhole(step) && content.html === step['html'];
  return needsNoBuilding ? [] : [{ key: contentKeyOf(step), content }];
}

/** Whether a step says all of its email itself: HTML, without frame and snippets. */
const isWhole = (step: StoredStep): boolean =>
  typeof step['html'] === 'string' &&
  isAbsent(step['format']) &&
  snippetsOfBody({ html: step['html'] }).length === 0;

/** Everything that a built email depends on. Templates and snippets by version, which never change. */
const BUILT_FROM = [
  'subject',
  'preheader',
  'text',
  'html',
  'mjml',
  'content',
  'format',
  'purpose',
  'strict',
  'template_id',
  'template_version',
  'snippets',
] as const;

/** By what a built email is found: equal for steps that are built alike. */
function contentKeyOf(step: StoredStep): string {
  // Left out, it is marketing.
  const said = step['purpose'] === 'marketing' ? { ...step, purpose: null } : step;
  const parts = BUILT_FROM.map((field) => [field, said[field]]).filter(
    ([, value]) => !isAbsent(value),
  );
  return hash('sha256', JSON.stringify(parts, sorted));
}

/** The database orders the members of an object anew. */
function sorted(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
}

/**
 * The emails of a published version as they are rendered, by `emailKeyOf`. A step that says its email itself,
 * and was not built, is as it stands.
 *
 * @throws Error when a body that must have been built is missing
 */
export async function loadContents(
  db: Db,
  { automationId, steps }: { automationId: string; steps: readonly StoredStep[] },
): Promise<Map<string, EmailContent>> {
  const emails = steps.filter(isEmail).flatMap((step) =>
    [null, ...variantsOf(step)].map((variant) => {
      const said = variant === null ? step : withVariant(step, variant);
      const name = emailKeyOf(String(step['id']), variant?.name ?? null);
      return { name, said, key: contentKeyOf(said) };
    }),
  );
  const keys = [...new Set(emails.map(({ key }) => key))];
  const found = await findBuilt(db, { automationId, keys });
  const byKey = new Map(found.map(({ key, content }) => [key, content]));
  return new Map(
    emails.map(({ name, said, key }) => [name, byKey.get(key) ?? contentAsItStands(said)]),
  );
}

/**
 * The email of a step that needs no building.
 *
 * @throws Error when it does
 */
export function contentAsItStands(step: StoredStep): EmailContent {
  if (!isWhole(step)) throw new Error(`the email ${String(step['id'])} has not been built`);
  const { subject, text, preheader } = step as { [field: string]: string | null | undefined };
  const html = String(step['html']);
  return { subject: subject ?? '', html, text, preheader, strict: step['strict'] === true };
}
