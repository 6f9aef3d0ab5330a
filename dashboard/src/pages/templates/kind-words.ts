import type { Answer } from '@milepost/sdk';

export type Template = Answer<'GET /templates'>['data'][number];
export type TemplateRead = Answer<'GET /templates/{id}'>;
export type TemplateKind = Template['kind'];

export const KIND_WORDS: Readonly<Record<TemplateKind, string>> = {
  template: 'Template',
  snippet: 'Snippet',
};

/** How a snippet is put into an email. */
export const tagOf = (slug: string): string => `{% render '${slug}' %}`;
