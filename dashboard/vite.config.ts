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

// The tool asks for a default export.
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react(), tailwindcss(), blockRendering],
  // No inline script may be needed: the server's policy is `default-src 'self'`.
  build: { outDir: 'dist', modulePreload: { polyfill: false }, reportCompressedSize: true },
  server: { proxy: { '/api': SERVER } },
});
