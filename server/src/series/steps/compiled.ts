/**
 * What is made from a step once and kept for as long as the step is: a published step never changes.
 *
 * @param compile from a step and a key: what else it depends on, such as a zone
 */
export function compiledOnce<S extends object, C>(
  compile: (step: S, key: string) => C,
): (step: S, key?: string) => C {
  const kept = new WeakMap<S, Map<string, C>>();
  return (step, key = '') => {
    const known = kept.get(step)?.get(key);
    if (known !== undefined) return known;
    const compiled = compile(step, key);
    kept.set(step, new Map(kept.get(step)).set(key, compiled));
    return compiled;
  };
}
