import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Where `vite` (development only) sends API calls. */
const SERVER = 'http://localhost:4400';

/** Runs the page's script before the first paint, so that a remembered theme does not flash. */
const blockRendering: Plugin = {
  name: 'block-rendering',
  transformIndexHtml: {
    order: 'post',
    handler: (html) => html.replaceAll('<script type="module"', '$& blocking="render"'),
  },
};

/** The highest takes many times as long, for some hundredths less. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };

/** Packs what is built, once, beside it: the server sends it so to every browser that can unpack it. */
const packed: Plugin = {
  name: 'packed',
  apply: 'build',
  writeBundle: ({ dir = '' }) => {
    const assets = join(dir, 'assets');
    for (const name of readdirSync(assets).filter((file) => /\.(js|css|svg)$/.test(file))) {
      const file = join(assets, name);
      const bytes = readFileSync(file);
      writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
      writeFileSync(`${file}.br`, brotliCompressSync(bytes, BROTLI));
    }
  },
};

// The tool asks for a default export.
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react(), tailwindcss(), blockRendering, packed],
  // No inline script may be needed: the server's policy is `default-src 'self'`.
  build: { outDir: 'dist', modulePreload: { polyfill: false }, reportCompressedSize: true },
  server: { proxy: { '/api': SERVER } },
});
