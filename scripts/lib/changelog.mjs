/** `## 0.2.0 (unreleased)` or `## Unreleased`: what is being collected. */
const UNRELEASED = /^## (?:\S+ \()?unreleased\)?$/im;
const ANY_SECTION = /^## /m;

/**
 * The change log with what changed in a version: the section that is collected gets its number and
 * date, and the lines of the changesets at its end. Without such a section there is a new one on top.
 *
 * @param changes one text for each changeset
 * @param date YYYY-MM-DD
 */
export function withRelease(changelog, { version, date, changes }) {
  const heading = `## ${version} (${date})`;
  const lines = changes.map((text) => `- ${text.trim().replaceAll('\n', '\n  ')}`).join('\n');
  const begun = UNRELEASED.exec(changelog);
  if (begun === null) {
    const at = ANY_SECTION.exec(changelog)?.index ?? changelog.length;
    return `${changelog.slice(0, at)}${heading}\n\n${lines}\n\n${changelog.slice(at)}`;
  }
  const start = begun.index + begun[0].length;
  const next = ANY_SECTION.exec(changelog.slice(start));
  const end = next === null ? changelog.length : start + next.index;
  const section = changelog.slice(start, end).trimEnd();
  const added = lines === '' ? section : `${section}\n\n### Also\n\n${lines}`;
  return `${changelog.slice(0, begun.index)}${heading}${added}\n${next === null ? '' : '\n'}${changelog.slice(end)}`;
}

/** The text of a changeset file, below its front matter. */
export const textOfChangeset = (file) => file.replace(/^---\n[\s\S]*?\n---\n/, '').trim();
