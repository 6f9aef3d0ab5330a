import { OWN_TRAITS } from '../../../audience/index.ts';
import { recordOf } from '../../../schedule/fault.ts';
import { variablesIn } from '../../../template/index.ts';
import type { PathFault } from './load-email-files.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What every user has beside traits: see `mergeFactsOf`. */
const OWN_NAMES: ReadonlySet<string> = new Set(['user_id', ...OWN_TRAITS]);

const SAID = ['subject', 'preheader', 'html', 'mjml', 'text', 'content'] as const;

/** Members with templates, by the type of the step. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  email: SAID,
  update_user: ['set'],
  webhook: ['url', 'data'],
};

/**
 * Merge tags that name a trait which was not declared.
 *
 * @param declared names of traits
 */
export function undeclaredTags(steps: unknown, declared: ReadonlySet<string>): PathFault[] {
  if (!Array.isArray(steps)) return [];
  return steps.flatMap((value: unknown, index) => {
    const step = recordOf(value);
    const members = MEMBERS[String(step?.['type'])];
    if (step === null || members === undefined) return [];
    const path = `steps/${index}`;
    const variants: unknown = step['variants'];
    return [
      ...undeclaredIn(step, { members, path, declared }),
      ...(Array.isArray(variants) ? variants : []).flatMap((variant: unknown, at) => {
        const fields = recordOf(variant);
        if (fields === null) return [];
        return undeclaredIn(fields, { members, path: `${path}/variants/${at}`, declared });
      }),
    ];
  });
}

function undeclaredIn(
  fields: Fields,
  about: { members: readonly string[]; path: string; declared: ReadonlySet<string> },
): PathFault[] {
  return about.members.flatMap((member) => {
    const names = new Set(textsIn(fields[member]).flatMap(variablesIn).flatMap(traitOf));
    return [...names]
      .filter((name) => !about.declared.has(name.replace(/^\w+\./, '')) && !isOwn(name))
      .map((name) => ({
        path: `${about.path}/${member}`,
        message: `names a trait that is not declared: ${name}`,
      }));
  });
}

/** `user.plan` of a variable that is a trait; also those of rich text, which are names and no templates. */
function traitOf([root = '', name]: readonly string[]): string[] {
  return (root === 'user' || root === 'traits') && name !== undefined ? [`${root}.${name}`] : [];
}

const isOwn = (name: string): boolean => name.startsWith('user.') && OWN_NAMES.has(name.slice(5));

/** Every text in a value; of a merge tag of rich text the template that it stands for. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  const fields = recordOf(value);
  if (fields === null) return [];
  if (fields['type'] === 'mergeTag') {
    const name = recordOf(fields['attrs'])?.['name'];
    return typeof name === 'string' ? [`{{ ${name} }}`] : [];
  }
  return Object.values(fields).flatMap(textsIn);
}
