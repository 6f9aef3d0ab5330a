import { createHash } from 'node:crypto';
import type { EmailContent, EmailFacts, RenderedEmail } from '../email.ts';

/** One email to render: what its author wrote, and who it is for. */
export interface RenderJob {
  readonly content: EmailContent;
  readonly facts: EmailFacts;
}

/** Renders emails. */
export interface Renderer {
  /**
   * One result per job, in their order. What is wrong with one email is its own result.
   *
   * @throws Error when nothing can be rendered at all: no thread starts, or the renderer is closed
   */
  readonly render: (jobs: readonly RenderJob[]) => Promise<RenderedEmail[]>;
  /** Ends what is running; what was not rendered by then is rejected. */
  readonly close: () => Promise<void>;
}

/** A content as it crosses to a thread: JSON, and the key by which it is named from then on. */
export interface ContentText {
  readonly key: string;
  readonly text: string;
}

/** One batch for a thread. */
export interface RenderBatch {
  /** Keys that are not asked for any more. */
  readonly forget: readonly string[];
  /** Contents that the thread has not had yet. */
  readonly contents: readonly ContentText[];
  readonly emails: readonly { readonly key: string; readonly facts: string }[];
}

/** What a thread answers: results in order, those of a long batch in several parts. */
export interface RenderAnswer {
  readonly emails: readonly RenderedEmail[];
  /** Time of the processor that each took. Milliseconds. */
  readonly took: readonly number[];
}

/** Characters of JSON of one person's facts: many times what traits and an event may have. */
const FACTS_LENGTH_MAX = 4_000_000;

const known = new WeakMap<EmailContent, ContentText>();

/** The same content has the same key, whichever object holds it. Read once per object. */
export function contentTextOf(content: EmailContent): ContentText {
  const before = known.get(content);
  if (before !== undefined) return before;
  const text = JSON.stringify(content);
  const made = { key: createHash('sha256').update(text).digest('base64'), text };
  known.set(content, made);
  return made;
}

/**
 * Facts as JSON, so that a template meets nothing but own properties: no prototype, no getter and
 * no function comes along.
 *
 * @returns null for facts that are not JSON or too long
 */
export function factsTextOf(facts: EmailFacts): string | null {
  try {
    const text = JSON.stringify(facts);
    return text.length > FACTS_LENGTH_MAX ? null : text;
  } catch {
    // A circle, a bigint, or nested deeper than a function may call itself.
    return null;
  }
}

export const failedWith = (reason: string): RenderedEmail => ({ kind: 'failed', reason });

/** The result for facts that `factsTextOf` refuses. */
export const UNREADABLE_FACTS = failedWith(
  'what is known about the person is too much for an email, or no JSON',
);
