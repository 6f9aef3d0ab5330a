import { compileEmail, renderEmail, type CompiledEmail, type RenderedEmail } from '../email.ts';
import type { EmailContent, EmailFacts } from '../email.ts';
import { failedWith } from './render-job.ts';

/** The compiled emails of one thread, by key. Who fills it bounds it. */
export interface CompiledEmails {
  readonly add: (key: string, contentText: string) => void;
  readonly forget: (key: string) => void;
  /** Compiles at the first time. Never throws. */
  readonly render: (key: string, factsText: string) => RenderedEmail;
}

export function createCompiledEmails(): CompiledEmails {
  const texts = new Map<string, string>();
  const compiled = new Map<string, CompiledEmail>();

  function compiledOf(key: string): CompiledEmail {
    const before = compiled.get(key);
    if (before !== undefined) return before;
    const text = texts.get(key);
    if (text === undefined) throw new Error('a thread was asked for a content it has not got');
    const made = compileEmail(JSON.parse(text) as EmailContent);
    compiled.set(key, made);
    texts.delete(key);
    return made;
  }

  return {
    add: (key, contentText) => void texts.set(key, contentText),
    forget: (key) => {
      texts.delete(key);
      compiled.delete(key);
    },
    render: (key, factsText) => {
      try {
        return renderEmail(compiledOf(key), JSON.parse(factsText) as EmailFacts);
      } catch (error) {
        // Nothing that a template does may end more than its own email: a full stack, for instance.
        return failedWith(error instanceof Error ? error.message : String(error));
      }
    },
  };
}
