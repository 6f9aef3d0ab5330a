import { isAbsent } from '../schedule/fault.ts';

type StoredStep = Readonly<Record<string, unknown>>;

/** The fields that an email may have its body in: exactly one of them. */
export const BODY_FIELDS = ['html', 'mjml', 'content', 'template_id'] as const;

/** A new body takes every other one away, and the versions of what was in it. */
const WITH_BODY: readonly string[] = [...BODY_FIELDS, 'template_version', 'snippets'];

/** Whether fields give an email another body. */
export const hasNewBody = (fields: StoredStep): boolean =>
  BODY_FIELDS.some((field) => !isAbsent(fields[field]));

/** An email with some fields written over it; null takes a field away. */
export function changedBy(step: StoredStep, fields: StoredStep): StoredStep {
  const kept = hasNewBody(fields)
    ? Object.entries(step).filter(([name]) => !WITH_BODY.includes(name))
    : Object.entries(step);
  return Object.fromEntries(
    Object.entries({ ...Object.fromEntries(kept), ...fields }).filter(
      ([name, value]) => value !== null || fields[name] === undefined,
    ),
  );
}

/** The versions of templates and snippets that a published email names. */
export const versionsIn = (step: StoredStep | undefined): StoredStep =>
  Object.fromEntries(
    ['template_version', 'snippets']
      .filter((field) => step?.[field] !== undefined)
      .map((field) => [field, step?.[field]]),
  );
