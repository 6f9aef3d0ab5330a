import { defineConfig, passthroughImageService } from 'astro/config';
import starlight from '@astrojs/starlight';
import { satteri } from '@astrojs/markdown-satteri';
import process from 'node:process';
import { sidebar } from './src/lib/sidebar.mjs';
import { strictPages } from './src/lib/strict-pages.mjs';

/** The site of the documentation, served by the server under /docs. */
// oxlint-disable-next-line import/no-default-export -- Astro reads it
export default defineConfig({
  base: '/docs',
  outDir: process.env.DOCS_OUT ?? './dist',
  trailingSlash: 'ignore',
  build: { format: 'directory', inlineStylesheets: 'never' },
  vite: { build: { assetsInlineLimit: 0 } },
  image: { service: passthroughImageService() },
  devToolbar: { enabled: false },
  markdown: { processor: satteri({ features: { smartPunctuation: false } }) },
  integrations: [
    starlight({
      title: 'Milepost',
      description: 'Self-hosted lifecycle email',
      logo: { src: './public/mark.svg', alt: '' },
      favicon: '/mark.svg',
      customCss: ['./src/styles/milepost.css'],
      components: {
        MarkdownContent: './src/components/MarkdownContent.astro',
        SocialIcons: './src/components/Links.astro',
      },
      sidebar: sidebar(),
      expressiveCode: {
        themes: ['github-dark-default', 'github-light-default'],
        useStarlightUiThemeColors: true,
        defaultProps: { frame: 'none' },
        styleOverrides: { borderRadius: '0.375rem', codeFontSize: '0.8125rem' },
      },
      tableOfContents: { minHeadingLevel: 2, maxHeadingLevel: 3 },
      pagination: true,
      lastUpdated: false,
      credits: false,
    }),
    strictPages(),
  ],
});
