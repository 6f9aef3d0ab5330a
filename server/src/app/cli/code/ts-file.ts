import { createRequire, registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

/** What files in TypeScript import. */
const CODE = '@milepost/sdk/code';

let isHooked = false;

/** Where the project of the files has no SDK, it is the one beside this server. */
function resolveCode(): void {
  if (isHooked) return;
  isHooked = true;
  registerHooks({
    resolve: (specifier, context, nextResolve) => {
      if (specifier !== CODE) return nextResolve(specifier, context);
      try {
        return nextResolve(specifier, context);
      } catch (error) {
        const own = ownCode();
        if (own === null) throw error;
        return { url: own, shortCircuit: true };
      }
    },
  });
}

function ownCode(): string | null {
  try {
    return pathToFileURL(createRequire(import.meta.url).resolve(CODE)).href;
  } catch {
    return null;
  }
}

/**
 * Runs a file in TypeScript and gives its default export. Types are left out, not checked: that is for
 * the compiler.
 *
 * @throws Error of the file, as it was thrown
 */
export async function runTypeScript(path: string): Promise<unknown> {
  resolveCode();
  const module = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
  return module.default;
}

/** The line of a path such as `steps/0/subject`, as far as the text tells: that of the step, by its id. */
export function lineInTypeScript(text: string, value: unknown, path: string): number | null {
  const [part = '', index = ''] = path.split('/');
  const steps = (value as { readonly steps?: unknown } | null)?.steps;
  const step: unknown = part === 'steps' && Array.isArray(steps) ? steps[Number(index)] : undefined;
  const id = (step as { readonly id?: unknown } | undefined)?.id;
  const wanted =
    typeof id === 'string'
      ? new RegExp(`\\bid:\\s*['"\`]${id.replaceAll(/[^\w-]/g, '.')}['"\`]`)
      : new RegExp(`\\b${part.replaceAll(/\W/g, '')}\\b\\s*[:,]`);
  const line = part === '' ? -1 : text.split('\n').findIndex((one) => wanted.test(one));
  return line === -1 ? null : line + 1;
}
