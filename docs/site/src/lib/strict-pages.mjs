import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

/** An opening tag with its attributes, whose values may hold `>`. */
const TAG = /<[a-z][a-z0-9-]*(?:\s+[^\s"'>=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?)*\s*\/?>/gi;
const STYLE = /\sstyle\s*=\s*(?:"([^"]*)"|'([^']*)')/i;
const CLASS = /\sclass\s*=\s*"([^"]*)"/i;
const INLINE_SCRIPT = /<script(?![^>]*\ssrc=)([^>]*)>([\s\S]*?)<\/script>/gi;
const RAW = /<(script|style)[\s\S]*?<\/\1>/gi;
/** Hidden until a script shows it, which cannot take a class's rule back. */
const SHOWN_BY_SCRIPT = 'display: none;';
const PACKED = new Set(['.html', '.css', '.js', '.svg', '.xml', '.json']);
/** Smaller files gain nothing. */
const PACKED_BYTES_MIN = 800;
const BROTLI_QUALITY = 6;

/**
 * Makes pages that a policy without 'unsafe-inline' lets through: `style` attributes become classes of
 * one file, and the hashes of the few inline scripts are listed in `policy.json`, which the server
 * reads (server/src/app/docs-pages.ts). Packs what is served.
 */
export const strictPages = () => ({
  name: 'strict-pages',
  hooks: {
    'astro:build:done': ({ dir, logger }) => {
      const root = fileURLToPath(dir);
      const files = readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
      const styles = new Map();
      const scripts = new Set();
      const pages = files
        .filter((path) => path.endsWith('.html'))
        .map((path) => ({ path, html: withClasses(readFileSync(path, 'utf8'), styles) }));
      const css = [...styles].map(([name, rules]) => `.${name}.${name}{${rules}}`).join('\n');
      const sheet = `_astro/attributes.${hashOf(css).slice(0, 8)}.css`;
      writeFileSync(join(root, sheet), css);
      for (const { path, html } of pages) {
        for (const [, attributes = '', text = ''] of html.matchAll(INLINE_SCRIPT)) {
          if (!/type="(?:application|speculation)/.test(attributes) && text !== '')
            scripts.add(`sha256-${createHash('sha256').update(text).digest('base64')}`);
        }
        const link = `<link rel="stylesheet" href="/docs/${sheet}">`;
        writeFileSync(path, html.replace('</head>', `${link}</head>`));
      }
      writeFileSync(join(root, 'policy.json'), JSON.stringify([...scripts].toSorted()));
      for (const path of [...files, join(root, sheet)]) pack(path);
      logger.info(`${pages.length} pages, ${scripts.size} inline scripts, ${styles.size} styles`);
    },
  },
});

function withClasses(html, styles) {
  const kept = [];
  const bare = html.replaceAll(RAW, (raw) => `\u0000${kept.push(raw) - 1}\u0000`);
  const changed = bare.replaceAll(TAG, (tag) => {
    // Wide tables scroll, which must be possible with keys too.
    if (tag === '<table>') return '<table tabindex="0">';
    const found = STYLE.exec(tag);
    if (found === null) return tag;
    const rules = (found[1] ?? found[2] ?? '').replaceAll('&quot;', '"').replaceAll('&#34;', '"');
    const rest = tag.replace(STYLE, '');
    if (rules === '' || rules === SHOWN_BY_SCRIPT) return rest;
    const name = `s-${hashOf(rules).slice(0, 6)}`;
    styles.set(name, rules);
    return CLASS.test(rest)
      ? rest.replace(CLASS, (_whole, names) => ` class="${names} ${name}"`)
      : rest.replace(/^<[a-z0-9-]+/i, (start) => `${start} class="${name}"`);
  });
  // oxlint-disable-next-line no-control-regex -- marks that no page has
  return changed.replaceAll(/\u0000(\d+)\u0000/g, (_mark, index) => kept[Number(index)]);
}

function pack(path) {
  if (!PACKED.has(extname(path)) || path.includes('/pagefind/')) return;
  const bytes = readFileSync(path);
  if (bytes.length < PACKED_BYTES_MIN) return;
  const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY };
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }));
}

const hashOf = (text) => createHash('sha256').update(text).digest('hex');
