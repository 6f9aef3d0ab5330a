import { createCompiledEmails } from './compiled-emails.ts';
import { contentTextOf, factsTextOf, UNREADABLE_FACTS, type Renderer } from './render-job.ts';

/** Renders in the calling thread, without its limits: for tests and for content that we wrote. */
export function renderInline(): Renderer {
  return {
    render: async (jobs) => {
      const emails = createCompiledEmails();
      return jobs.map(({ content, facts }) => {
        const { key, text } = contentTextOf(content);
        const factsText = factsTextOf(facts);
        if (factsText === null) return UNREADABLE_FACTS;
        emails.add(key, text);
        return emails.render(key, factsText);
      });
    },
    close: async () => {},
  };
}
