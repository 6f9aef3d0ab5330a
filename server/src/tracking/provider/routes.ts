import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Log } from '../../platform/log.ts';
import type { EventReader, EventRequest, Returned } from '../../transport/index.ts';
import { countRefused, mayTry, takeCall, type HookLimitDeps } from '../hook-limit.ts';

/** The transport that a webhook belongs to. */
export interface HookedTransport {
  readonly workspaceId: string;
  /** What tells: the transport's name, `ses`. */
  readonly source: string;
  /** Null for one that tells nothing over HTTP. */
  readonly readEvents: EventReader | null;
  /** With its secrets, in the clear. */
  readonly values: EventRequest['values'];
}

export interface ProviderHookDeps
  extends HookLimitDeps, Pick<EventRequest, 'remember' | 'fetchCertificate'> {
  readonly log: Pick<Log, 'warn'>;
  /** Null for an id that is none, of any form. */
  readonly transportOf: (id: string) => Promise<HookedTransport | null>;
  /** Records what came back, once however often it is told. Rejecting has the provider tell it again. */
  readonly onReturned: (
    workspaceId: string,
    source: string,
    returned: readonly Returned[],
  ) => Promise<void>;
  /** A GET of a URL that was checked, which starts a subscription. */
  readonly confirm: (url: URL) => Promise<unknown>;
}

/** SendGrid sends the most at once: about 1,000 events of some hundred bytes. */
const BODY_BYTES_MAX = 1024 * 1024;
/** Mailgun takes this for the end of a call; after any other refusal it calls again for hours. */
const NEVER_AGAIN: Readonly<Record<string, number>> = { mailgun: 406 };
/** Transports that are known to exist, so that no flood of made-up ones keeps theirs from them. */
const KNOWN_MAX = 10_000;

/**
 * `POST /hooks/:transportId`, which providers call. Registered at the root, without a scope: who calls is
 * known by the signature alone.
 *
 * Answers 200 once what came back is recorded, 400 to what is not genuine (406 to Mailgun), 404 to
 * an unknown transport, and 503 where it should be told again. No answer says more than that.
 *
 * More than one transport may tell in a minute is answered 503 with `Retry-After`, and not 429: SNS takes
 * any 4xx for the end. Whoever is refused too often by a transport gets 429, and 503 for naming ever new
 * ones, before anything is looked up or read.
 */
export const providerHookRoutes: FastifyPluginAsyncTypebox<ProviderHookDeps> = async (
  app,
  { limiter, clock, log, transportOf, onReturned, confirm, remember, fetchCertificate },
) => {
  const limits = { limiter, clock };
  const known = new Set<string>();
  app.removeAllContentTypeParsers();
  // Byte for byte, whatever type is named: SNS calls its JSON text/plain.
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: BODY_BYTES_MAX },
    (_request, body, done) => done(null, body),
  );
  app.addHook('onRequest', async ({ ip, params }, reply) => {
    const { transportId: id = '' } = params as { transportId?: string };
    const isKnown = known.has(id);
    const answer = mayTry(limits, { ip, transportId: isKnown ? id : null });
    if (answer.ok) return;
    // One that is only new to this process may be genuine: it is to tell again.
    void reply.code(isKnown ? 429 : 503).header('retry-after', answer.retryAfterSeconds);
    await reply.send({ error: 'busy' });
  });
  app.post(
    '/hooks/:transportId',
    { schema: { hide: true, params: Type.Object({ transportId: Type.String() }) } },
    async (request, reply) => {
      const { ip } = request;
      const { transportId } = request.params;
      const transport = await transportOf(transportId);
      if (transport === null || transport.readEvents === null) {
        known.delete(transportId);
        countRefused(limits, { ip, transportId: null });
        return reply.code(404).send({ error: 'not found' });
      }
      if (known.size >= KNOWN_MAX) known.clear();
      known.add(transportId);
      const { workspaceId, source, values } = transport;
      const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const { headers } = request;
      const now = clock.now();
      const call = { headers, rawBody, values, now, remember, fetchCertificate };
      const reading = await transport.readEvents(call);
      const about = { transport_id: transportId, source };
      if (reading.kind === 'refused') {
        countRefused(limits, { ip, transportId });
        log.warn({ ...about, reason: reading.reason }, 'a call of a provider was refused');
        return reply.code(NEVER_AGAIN[source] ?? 400).send({ error: 'refused' });
      }
      if (reading.kind === 'later') {
        log.warn(
          { ...about, reason: reading.reason },
          'a call of a provider could not be verified',
        );
        return reply.code(503).send({ error: 'later' });
      }
      // Counted once it is known to be genuine: no stranger uses up what is the provider's.
      const answer = takeCall(limits, transportId);
      if (!answer.ok) {
        void reply.header('retry-after', answer.retryAfterSeconds);
        return reply.code(503).send({ error: 'later' });
      }
      if (reading.kind === 'confirm') await confirm(reading.url);
      else if (reading.returned.length > 0) {
        await onReturned(workspaceId, source, reading.returned);
      }
      return reply.code(200).send({ ok: true });
    },
  );
};
