import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
export const BASE = '/docs';

/** Files outside of `docs/` that are pages too, and the names they have there. */
const OUTSIDE = {
  'ARCHITECTURE.md': 'architecture',
  'GLOSSARY.md': 'glossary',
  'SECURITY.md': 'security',
  'CONTRIBUTING.md': 'contributing',
  'CHANGELOG.md': 'changelog',
  'deploy/README.md': 'deploy',
};

/** Every file that is a page: path in the repository → name of the page. */
export const PAGES = new Map([
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .toSorted()
    .map((name) => [`docs/${name}`, basename(name, '.md')]),
  ...Object.entries(OUTSIDE).filter(([path]) => existsSync(join(ROOT, path))),
]);

/** The title is the first heading, for the files are read on GitHub too and have nothing above it. */
export function readDocument(path) {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const title = /^# (.+)$/m.exec(text)?.[1] ?? basename(path, '.md');
  const body = mapProse(text.replace(/^# .+\n+/m, ''), (line) => withSiteLinks(line, path));
  return { id: PAGES.get(path), path, title: title.replaceAll('`', ''), body };
}

/** What a page is about, for search engines and previews: its first paragraph without markup. */
export function summaryOf(body) {
  const paragraph = body.split(/\n{2,}/).find((each) => /^[A-Z`*\p{L}]/u.test(each)) ?? '';
  const words = paragraph
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[`*_]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return words.length <= 160 ? words : `${words.slice(0, 157).replace(/\s+\S*$/, '')}…`;
}

/** Applies `change` to each line that is not inside a fence. */
function mapProse(text, change) {
  let fence = null;
  return text
    .split('\n')
    .map((line) => {
      const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1] ?? null;
      if (fence === null && mark !== null) fence = mark;
      else if (fence !== null && mark === fence && line.trim() === mark) fence = null;
      else if (fence === null) return change(line);
      return line;
    })
    .join('\n');
}

const LINK = /(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)/g;

/**
 * Links between files, which GitHub follows, as links between pages. A file that is no page is named
 * and not linked.
 */
function withSiteLinks(line, path) {
  return line.replaceAll(LINK, (whole, image, text, target) => {
    if (/^(?:[a-z]+:|#|\/)/.test(target)) return whole;
    const [file = '', hash] = target.split('#');
    const found = posix.normalize(posix.join(posix.dirname(path), file));
    if (image === '!') return `![${text}](${relative(join(ROOT, 'docs'), join(ROOT, found))})`;
    const page = PAGES.get(found) ?? PAGES.get(posix.join(found, 'README.md'));
    // What is missing is linked all the same: a test finds every link that leads nowhere.
    if (page === undefined && /^docs\/[\w-]+\.md$/.test(found)) {
      return `[${text}](${hrefOf(found.slice('docs/'.length, -'.md'.length), hash)})`;
    }
    if (page === undefined) return text.startsWith('`') ? text : `${text} (\`${found}\`)`;
    return `[${text}](${hrefOf(page, hash)})`;
  });
}

/** The address of a page on the site. */
export const hrefOf = (page, hash) =>
  `${BASE}/${page}/${hash === undefined || hash === '' ? '' : `#${hash}`}`;

export const folderOf = (path) => dirname(join(ROOT, path));
