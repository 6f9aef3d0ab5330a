import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DomainError } from '../platform/errors.ts';
import { faultOfData } from '../platform/plain-data.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it came, for telling requests with one Idempotency-Key apart. */
    rawBody: Buffer | null;
    /** Whether the caller says that the body is JSON. */
    isJson: boolean;
  }
  interface FastifyContextConfig {
    /** How much is read of whoever calls with a widget key, where that is less than of others. */
    widgetBodyBytesMax?: number;
  }
}

export interface BodyOptions {
  readonly bytesMax: number;
  /** Whether calls without a body are meant: those that act on what the path names. */
  readonly mayBeEmpty: boolean;
  /** How deep JSON may nest, for a scope that stores what it does not know; absent: not looked at. */
  readonly nestingMax?: number;
}

/** A type that the framework has no opinion on: it refuses what it cannot read before reading it. */
const OPAQUE = 'application/octet-stream';

/**
 * Reads bodies of any type up to the limit, and only then looks at the type and parses: the contract
 * tells a body that is too large before one of the wrong type, and that before one that is no JSON.
 */
export function readBodies(app: FastifyInstance, options: BodyOptions): void {
  const { bytesMax: bodyLimit, mayBeEmpty, nestingMax } = options;
  app.decorateRequest('rawBody', null);
  app.decorateRequest('isJson', false);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) => {
    done(null, body);
  });
  app.addHook('onRequest', (request, _reply, done) => {
    const type = request.headers['content-type'];
    request.isJson = type !== undefined && isJsonType(type);
    if (type !== undefined && !request.isJson) request.headers['content-type'] = OPAQUE;
    done(refusalOfSize(request, Number(request.headers['content-length'] ?? 0)));
  });
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addHook('preValidation', (request, _reply, done) => {
    const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    request.rawBody = raw;
    // Where no length was announced, the whole had to come first.
    const tooLarge = refusalOfSize(request, raw.length);
    if (tooLarge !== undefined) {
      done(tooLarge);
      return;
    }
    if (mayBeEmpty && raw.length === 0) {
      request.body = undefined;
      done();
      return;
    }
    if (!request.isJson) {
      const message = 'Content-Type must be application/json';
      done(new DomainError('request.content_type', 'unsupported', message));
      return;
    }
    if (raw.length === 0 || !isUtf8(raw)) {
      done(notJson());
      return;
    }
    void parse(request, raw.toString('utf8'), (error, body) => {
      request.body = body;
      if (error !== null) done(notJson());
      else done(nestingMax === undefined ? undefined : refusalOfData(body, nestingMax));
    });
  });
}

function refusalOfSize(request: FastifyRequest, bytes: number): DomainError | undefined {
  const { widgetBodyBytesMax: bytesMax } = request.routeOptions.config;
  if (bytesMax === undefined || bytes <= bytesMax) return undefined;
  if (request.actor.key?.kind !== 'widget') return undefined;
  return new DomainError('request.too_large', 'too_large', 'Request body is too large');
}

const isJsonType = (type: string): boolean => /^application\/json[ \t]*(;|$)/i.test(type);

/** Of a body that is no JSON, or not in UTF-8. */
export const notJson = (): DomainError =>
  new DomainError('request.not_json', 'invalid', 'Request body is not valid JSON');

function refusalOfData(body: unknown, nestingMax: number): DomainError | undefined {
  const fault = faultOfData(body, { nestingMax });
  if (fault === null) return undefined;
  const { path, message } = fault;
  const error = `${path === '' ? 'body' : path} ${message}`;
  return new DomainError('request.unstorable', 'invalid', error, { details: [fault] });
}
