import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Db } from '../../../platform/db.ts';
import type { LinkSigner } from '../../../platform/link-token.ts';
import { takeCall, type HookLimitDeps } from '../../hook-limit.ts';
import { postInvalid, postNotFound } from '../errors.ts';
import { openPostToken } from '../post-token.ts';
import { receiveMails, type IncomingMail, type ReceiveDeps } from '../receive.ts';
import { findPosted } from '../sql.ts';
import { postedMailOf, type PostedMail } from './posted-mail.ts';

export interface PostRouteDeps extends ReceiveDeps, HookLimitDeps {
  readonly db: Db;
  readonly signer: LinkSigner;
}

const BODY_BYTES_MAX = 1_048_576;

/**
 * `POST /inbound/mail/<token>`: for those whose mail server, or whose provider, hands mail on.
 * Registered at the root, in a scope of its own, for it reads bodies of all types.
 *
 * Answers 200 once what the mail means is recorded, so that a server that gets anything else tries
 * again. A token that is not of our making is refused before the mail is read, and more mail than an
 * inbox may get in a minute is answered 503: some services take a 4xx for the end.
 */
export const postRoutes: FastifyPluginAsyncTypebox<PostRouteDeps> = async (app, deps) => {
  const { db, signer, clock } = deps;
  /** The framework refuses types that it cannot read; it is told of one that it can. */
  const types = new WeakMap<object, string>();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: BODY_BYTES_MAX },
    (_request, body, done) => {
      done(null, body);
    },
  );
  app.addHook('onRequest', async (request, reply) => {
    const { token = '' } = request.params as { token?: string };
    const opened = openPostToken(signer, token);
    if (opened === null) throw postNotFound();
    const answer = takeCall(deps, opened.id);
    if (!answer.ok) {
      return reply
        .code(503)
        .header('retry-after', answer.retryAfterSeconds)
        .send({ error: 'later' });
    }
    types.set(request, request.headers['content-type'] ?? '');
    request.headers['content-type'] = 'application/octet-stream';
  });
  app.post(
    '/inbound/mail/:token',
    {
      bodyLimit: BODY_BYTES_MAX,
      schema: {
        tags: ['inboxes'],
        summary: 'Hand on a mail that came back: message/rfc822, or a form of an inbound service',
        consumes: ['message/rfc822', 'multipart/form-data', 'application/x-www-form-urlencoded'],
        params: Type.Object({ token: Type.String({ maxLength: 200 }) }),
        response: {
          200: Type.Object({ taken_for: Type.Enum(['returned', 'unsubscribe', 'ignored']) }),
        },
      },
    },
    async (request) => {
      const opened = openPostToken(signer, request.params.token);
      const inbox = opened === null ? null : await findPosted(db, opened);
      if (inbox === null) throw postNotFound();
      const { body } = request as { body: unknown };
      if (!Buffer.isBuffer(body) || body.length === 0)
        throw postInvalid('There is no mail in the body');
      const mail = postedMailOf({ contentType: types.get(request) ?? '', body });
      const { workspaceId } = inbox;
      const [kind = 'ignored'] = await receiveMails(deps, {
        workspaceId,
        mails: one(mail, clock.now()),
      });
      return { taken_for: kind };
    },
  );
};

async function* one(mail: PostedMail, at: Date): AsyncGenerator<IncomingMail> {
  yield { ...mail, at };
}
