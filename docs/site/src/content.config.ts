import { defineCollection } from 'astro:content';
import { docsSchema } from '@astrojs/starlight/schema';
import { PAGES, readDocument, summaryOf } from './lib/documents.mjs';
import { HOME } from './lib/home.mjs';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { ROOT } from './lib/documents.mjs';

/** The Markdown files of the repository, as they are. */
const documents = {
  name: 'documents',
  load: async ({ store, parseData, renderMarkdown, generateDigest }) => {
    store.clear();
    for (const path of PAGES.keys()) {
      const { id, title, body } = readDocument(path);
      const filePath = `../../${path}`;
      const data = await parseData({
        id,
        data: { title, description: summaryOf(body), editUrl: false },
        filePath,
      });
      const rendered = await renderMarkdown(body, {
        fileURL: pathToFileURL(join(ROOT, 'docs', 'page.md')),
      });
      store.set({ id, data, body, filePath, digest: generateDigest(body), rendered });
    }
    const data = await parseData({ id: 'index', data: HOME.data });
    const rendered = await renderMarkdown(HOME.body);
    store.set({ id: 'index', data, body: HOME.body, rendered });
  },
};

export const collections = {
  docs: defineCollection({ loader: documents, schema: docsSchema() }),
};
