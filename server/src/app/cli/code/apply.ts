import { createInterface } from 'node:readline/promises';
import { SetupError } from '../../../platform/setup-error.ts';
import type { World } from '../context.ts';
import { jsonOf, planFolder, wordsOfAll, type PlanOptions } from './plan.ts';
import { isChange, type FilePlan } from './plan-words.ts';
import type { AppliedAnswer } from './remote.ts';

export interface ApplyOptions extends PlanOptions {
  readonly yes?: boolean;
  readonly force?: boolean;
}

/** `milepost apply [slug…]`: makes the server what the files say. */
export async function applyCommand(
  world: World,
  options: ApplyOptions,
  slugs: readonly string[],
): Promise<void> {
  const { json = false, force = false } = options;
  const planned = await planFolder(world, options, slugs);
  if (!json) world.out(`${wordsOfAll(planned)}\n`);
  const refused = planned.plans.filter(({ plan }) => plan.conflicts.length > 0);
  if (refused.length > 0 && !force) {
    const names = refused.map(({ file }) => file).join(', ');
    throw new SetupError(
      `Nothing was written: somebody changed the series of ${names} elsewhere ` +
        '(series.changed_elsewhere). Pull and look at the difference, or apply with --force.',
    );
  }
  const changed = planned.plans.filter(isChange);
  if (changed.length > 0 && !(await mayApply(world, options))) {
    throw new SetupError('Nothing was written.');
  }
  const applied: AppliedAnswer[] = [];
  for (const [one, body] of planned.bodies) {
    const answer = await planned.remote.apply({ ...body, force }).catch((error: unknown) => {
      throw stoppedAt(one, { error, count: applied.length, of: planned.bodies.size });
    });
    applied.push(answer);
    if (isChange(one) && !json) world.out(`${doneWords(one.file, answer)}\n`);
  }
  if (json) world.out(`${JSON.stringify({ ...jsonOf(planned), applied })}\n`);
}

/** Each series is applied by itself: those before it stay, and the next apply goes on with this one. */
function stoppedAt(
  { file }: FilePlan,
  { error, count, of }: { error: unknown; count: number; of: number },
): unknown {
  if (!(error instanceof SetupError)) return error;
  const words = `${count} of ${of} files are applied; it ended at ${file}, and may be run again.`;
  return new SetupError(`${error.message}\n${words}`, { cause: error });
}

async function mayApply(world: World, { yes = false, json = false }: ApplyOptions) {
  if (yes) return true;
  if (!world.isTerminal || json) {
    throw new SetupError('Nothing was written: nobody is there to ask. Say --yes.');
  }
  const asking = createInterface({ input: process.stdin, output: process.stdout });
  // Ctrl-C and Ctrl-D close it, and the question is never answered.
  const closed = new Promise<string>((resolve) => asking.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([asking.question('Apply this? [y/N] '), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    asking.close();
  }
}

function doneWords(file: string, { name, version, status }: AppliedAnswer): string {
  const published = version === null ? 'not published' : `version ${version}`;
  return `applied ${file}: "${name.after}", ${published}, ${status.after ?? 'not there'}`;
}
