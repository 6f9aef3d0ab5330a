import type { AddressInfo } from 'node:net';
import { connect } from '../../server/src/platform/db.ts';
import { answerCalls } from '../child.ts';
import { apiOf, servicesOf } from '../workspace.ts';

/** Connections of a server process. */
const POOL_MAX = 12;

answerCalls({
  /**
   * Listens on a port of the system's choice.
   *
   * @param isConstant enrolls nobody: everything around the enrolling stays as it is, and the answer is
   *   always the same
   */
  start: async ({ url, isConstant }: { url: string; isConstant: boolean }) => {
    const services = await servicesOf(connect(url, { max: POOL_MAX }));
    const answer = {
      kind: 'enrolled' as const,
      enrollmentId: '',
      scheduledFor: services.clock.now(),
    };
    const api = await apiOf(
      isConstant
        ? { ...services, enroller: { ...services.enroller, enroll: () => Promise.resolve(answer) } }
        : services,
    );
    await api.listen({ host: '127.0.0.1', port: 0 });
    return (api.server.address() as AddressInfo).port;
  },
});
