import type { Db, Pool } from '../../src/platform/db.ts';

/**
 * The plan of the one statement that `run` sends, as PostgreSQL explains it with those values. Parts of
 * statements stay parts: what is sent is what somebody waits for.
 */
export async function planOf(db: Pool, run: (explaining: Db) => Promise<unknown>): Promise<string> {
  const plans: Promise<unknown>[] = [];
  const explaining = new Proxy(db, {
    apply: (target, self, [strings, ...values]: [TemplateStringsArray, ...unknown[]]) => {
      const part = Reflect.apply(target, self, [strings, ...values]) as object;
      return Object.assign(part, {
        // oxlint-disable-next-line unicorn/no-thenable
        then: (...settle: Parameters<Promise<unknown>['then']>) => {
          const texts = [`explain ${strings[0] ?? ''}`, ...strings.slice(1)];
          const raw = Object.assign(texts, { raw: texts });
          const answer = Reflect.apply(target, self, [raw, ...values]) as Promise<unknown>;
          plans.push(answer);
          return answer.then(...settle);
        },
      });
    },
  });
  // The statement's answer is a plan, which is not what its caller expects.
  await run(explaining).catch(() => {});
  return JSON.stringify(await Promise.all(plans));
}
