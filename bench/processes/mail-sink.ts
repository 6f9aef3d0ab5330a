import { startSmtpSink, type Accepted } from '../../server/test/support/smtp-sink.ts';
import { answerCalls } from '../child.ts';

/** A handover as the receiving side sees it: from when it names its recipient. */
export interface Begun {
  /** On the monotonic clock of the sink, in milliseconds. */
  readonly atMs: number;
  readonly to: string;
}

let taken = 0;
let begun: Begun[] = [];
let collect: () => void = () => {};

answerCalls({
  /** Listens; gives the port. */
  start: async ({ isTimed = false }: { isTimed?: boolean }) => {
    const sink = await startSmtpSink({
      faultAt: ({ phase, to }) => {
        if (isTimed && phase === 'rcpt') begun.push({ atMs: performance.now(), to });
        return null;
      },
    });
    // What was accepted is counted and forgotten: in memory it would only grow.
    collect = () => {
      taken += sink.accepted.length;
      (sink.accepted as Accepted[]).length = 0;
      (sink.commands as string[]).length = 0;
    };
    return sink.port;
  },

  /** Messages accepted since the start. */
  count: () => {
    collect();
    return taken;
  },

  /** Handovers that began since this was asked last; only of one that was started to time them. */
  begun: () => {
    const since = begun;
    begun = [];
    return since;
  },
});
