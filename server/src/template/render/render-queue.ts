import type { RenderedEmail } from '../email.ts';
import type { ContentRecord } from './content-record.ts';
import type { ContentText } from './render-job.ts';

/** One email that waits or is being rendered. */
export interface RenderTask {
  readonly content: ContentText;
  readonly facts: string;
  readonly resolve: (email: RenderedEmail) => void;
  readonly reject: (error: Error) => void;
  /** Threads that ran full with it, or before anything was begun. */
  attempts: number;
}

export interface RenderQueue {
  readonly add: (task: RenderTask) => void;
  /** Puts it in front, to be rendered in a new thread by itself. */
  readonly addAlone: (task: RenderTask) => void;
  /**
   * What a thread takes next: no slow content twice at a time, and none that `isBusy` names.
   * Null when nothing may be taken.
   */
  readonly take: (isBusy: (key: string) => boolean) => Taken | null;
  /** Empties the queue. */
  readonly takeAll: () => RenderTask[];
}

export interface Taken {
  readonly tasks: readonly RenderTask[];
  /** For a thread that has rendered nothing before. */
  readonly isAlone: boolean;
}

/** Emails of one batch: the trip then costs little beside the rendering, and ends are soon seen. */
const BATCH_MAX = 32;
/** Characters of one batch, facts and contents: many large ones must not fill a thread together. */
const BATCH_LENGTH_MAX = 1_000_000;

/** Emails by content, and contents in turn, so that no content waits for all of another's. */
export function createRenderQueue(record: Pick<ContentRecord, 'isSlow'>): RenderQueue {
  const waiting = new Map<string, RenderTask[]>();
  let alone: RenderTask[] = [];

  /** Takes the first `count` of a content, which is then the last in turn. */
  function takeOf(key: string, tasks: RenderTask[], count: number): RenderTask[] {
    const taken = tasks.splice(0, count);
    waiting.delete(key);
    if (tasks.length > 0) waiting.set(key, tasks);
    return taken;
  }

  /** How many of `tasks` still fit; of an empty batch at least one does. */
  function roomFor(tasks: readonly RenderTask[], batch: readonly RenderTask[], length: number) {
    let sum = length + (tasks[0]?.content.text.length ?? 0);
    let count = 0;
    for (const { facts } of tasks) {
      sum += facts.length;
      const isFull = batch.length + count >= BATCH_MAX || sum > BATCH_LENGTH_MAX;
      if (isFull && batch.length + count > 0) break;
      count += 1;
    }
    return { count, length: sum };
  }

  return {
    add: (task) => {
      const tasks = waiting.get(task.content.key);
      if (tasks === undefined) waiting.set(task.content.key, [task]);
      else tasks.push(task);
    },
    addAlone: (task) => void alone.push(task),
    take: (isBusy) => {
      const next = alone.shift();
      if (next !== undefined) return { tasks: [next], isAlone: true };
      const batch: RenderTask[] = [];
      let length = 0;
      // What is taken changes the turns: a content that is met again finds the batch full.
      for (const [key, tasks] of waiting) {
        if (record.isSlow(key)) {
          if (batch.length > 0 || isBusy(key)) continue;
          return { tasks: takeOf(key, tasks, 1), isAlone: false };
        }
        const room = roomFor(tasks, batch, length);
        if (room.count === 0) break;
        batch.push(...takeOf(key, tasks, room.count));
        length = room.length;
      }
      return batch.length === 0 ? null : { tasks: batch, isAlone: false };
    },
    takeAll: () => {
      const all = [...alone, ...[...waiting.values()].flat()];
      alone = [];
      waiting.clear();
      return all;
    },
  };
}
