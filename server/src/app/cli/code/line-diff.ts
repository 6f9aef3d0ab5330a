const LINES_MAX = 40;
/** Beyond, what is in the middle is told as a whole. */
const CELLS_MAX = 1_000_000;

/** The lines of two texts that differ: `- old`, `+ new`; a blank line between places. */
export function lineDiff(before: string, after: string): string[] {
  const [old, young] = [before.split('\n'), after.split('\n')];
  let start = 0;
  while (start < old.length && start < young.length && old[start] === young[start]) start += 1;
  let end = 0;
  while (
    end < old.length - start &&
    end < young.length - start &&
    old.at(-1 - end) === young.at(-1 - end)
  ) {
    end += 1;
  }
  const changed = middle(
    old.slice(start, old.length - end),
    young.slice(start, young.length - end),
  );
  const more = changed.length - LINES_MAX;
  return more > 0 ? [...changed.slice(0, LINES_MAX), `… ${more} more lines`] : changed;
}

/** By the longest common run of lines. */
function middle(old: readonly string[], young: readonly string[]): string[] {
  if (old.length * young.length > CELLS_MAX) {
    return [...old.map((line) => `- ${line}`), ...young.map((line) => `+ ${line}`)];
  }
  const width = young.length + 1;
  const common = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = young.length - 1; j >= 0; j -= 1) {
      const [below = 0, right = 0] = [common[(i + 1) * width + j], common[i * width + j + 1]];
      const both = 1 + (common[(i + 1) * width + j + 1] ?? 0);
      common[i * width + j] = old[i] === young[j] ? both : Math.max(below, right);
    }
  }
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < young.length) {
    if (i < old.length && j < young.length && old[i] === young[j]) {
      [i, j] = [i + 1, j + 1];
      continue;
    }
    const [below = 0, right = 0] = [common[(i + 1) * width + j], common[i * width + j + 1]];
    const isOld = j >= young.length || (i < old.length && below >= right);
    lines.push(isOld ? `- ${old[i]}` : `+ ${young[j]}`);
    if (isOld) i += 1;
    else j += 1;
  }
  return lines;
}
