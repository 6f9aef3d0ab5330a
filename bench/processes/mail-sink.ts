import { startSmtpSink, type Accepted } from '../../server/test/support/smtp-sink.ts';
import { answerCalls } from '../child.ts';

let taken = 0;
let collect: () => void = () => {};

answerCalls({
  /** Listens; gives the port. */
  start: async () => {
    const sink = await startSmtpSink();
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
});
