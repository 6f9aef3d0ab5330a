import { getSchema } from '@tiptap/core';
import { Node, type Schema } from '@tiptap/pm/model';
import type { ContentNode } from '../email-fields.ts';
import { editorDocOf } from './content.ts';
import { richExtensions } from './extensions.ts';

let schema: Schema | null = null;
const known = new WeakMap<ContentNode, boolean>();

/** Whether the editor can hold all of it; what was sent through the API may be anything. */
export function isReadable(content: ContentNode): boolean {
  const found = known.get(content);
  if (found !== undefined) return found;
  const readable = look(content);
  known.set(content, readable);
  return readable;
}

function look(content: ContentNode): boolean {
  schema ??= getSchema(richExtensions(''));
  try {
    Node.fromJSON(schema, editorDocOf(content)).check();
    return true;
  } catch {
    // What is wrong is told by the server's own faults, with paths.
    return false;
  }
}
