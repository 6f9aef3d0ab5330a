import { version } from '../platform/version.ts';
import { handoverOf, ruleFor, type AnswerReader } from './http-answer.ts';
import {
  createHttpClient,
  HTTP_TIMEOUTS,
  type HttpAnswer,
  type HttpAttempt,
  type HttpClient,
  type HttpPermissions,
  type HttpRequest,
} from './http-attempt.ts';
import { reopenPause, turnstile } from './smtp-pool.ts';
import type { TransportLimits, TransportOptions } from './transport-kind.ts';
import type { Handover, OutgoingMessage, Transport, Verification } from './transport.ts';

/** What sets one provider apart from the others. */
export interface HttpProvider extends AnswerReader {
  readonly name: string;
  readonly limits: TransportLimits;
  /** Makes the one request that hands a message over. May go through an SDK, which calls `attempt` once. */
  readonly exchange: (
    message: OutgoingMessage,
    attempt: (request: HttpRequest) => Promise<HttpAttempt>,
  ) => Promise<HttpAttempt>;
  /** Asks for something that sends nothing. */
  readonly probe: (attempt: (request: HttpRequest) => Promise<HttpAttempt>) => Promise<HttpAttempt>;
  /** What a probe's answer says about the account; a refusal unless it is `ok`. */
  readonly judge: (answer: HttpAnswer) => { readonly ok: boolean; readonly answer: string };
}

/** Providers answer in tenths of a second: enough for some hundreds of messages a second. */
const CONNECTIONS_DEFAULT = 20;

const CLOSED: Handover = { kind: 'deferred', answer: 'the transport is closed', phase: 'connect' };
const STOPPING: Handover = { kind: 'deferred', answer: 'the worker is stopping', phase: 'connect' };

/** A transport whose handover is one HTTP request, over a bounded number of connections. */
export function createHttpTransport(provider: HttpProvider, options: TransportOptions): Transport {
  const { now, connections = CONNECTIONS_DEFAULT, ca } = options;
  const timeouts = { ...HTTP_TIMEOUTS, ...options.timeouts };
  const client = createHttpClient({ connections, timeouts, ca });
  const turns = turnstile(connections);
  const pause = reopenPause(timeouts.reopenMs);
  let isClosed = false;

  const sendInPlace = async (
    message: OutgoingMessage,
    permissions: HttpPermissions,
  ): Promise<Handover> => {
    const paused = pause.current();
    if (paused !== null) return orStillInDoubt(paused, message);
    const startedAt = now();
    const isKeyForgotten =
      message.retrySafeUntil !== undefined && startedAt >= message.retrySafeUntil;
    if (isKeyForgotten) {
      const answer = 'not sent again: the provider may have forgotten the key of the first attempt';
      return { kind: 'in_doubt', answer, phase: 'end' };
    }
    const attempt = await provider.exchange(message, once(client, permissions));
    const handover = handoverOf(attempt, provider, { message, startedAt, now: now() });
    const isUnreachable = attempt.kind === 'unsent' && attempt.phase !== 'content';
    if (!isUnreachable) pause.succeeded();
    else if (handover.kind === 'deferred' && permissions.signal?.aborted !== true) {
      pause.failed(handover);
    }
    return handover;
  };

  return {
    name: provider.name,
    concurrency: connections,
    send: async (message, signal, mayLeave) => {
      if (isClosed) return orStillInDoubt(CLOSED, message);
      const fault = unfitness(provider.limits, message);
      if (fault !== null) return { kind: 'rejected', answer: fault, phase: 'content' };
      const leave = await turns.enter(signal);
      if (leave === null) return orStillInDoubt(STOPPING, message);
      try {
        return await sendInPlace(message, { signal, mayLeave });
      } finally {
        leave();
      }
    },
    verify: async () => verificationOf(await provider.probe(once(client, {})), provider),
    close: async () => {
      isClosed = true;
      await turns.empty();
      client.close();
    },
  };
}

/** Nothing left this time; what an earlier attempt did is as open as before. */
function orStillInDoubt(handover: Handover, { retrySafeUntil }: OutgoingMessage): Handover {
  if (retrySafeUntil === undefined) return handover;
  return { kind: 'in_doubt', answer: handover.answer, phase: 'end', retrySafeUntil };
}

const ENVELOPE_ADDRESS = /^[!-;=?-~]{1,320}$/;

/** Why a message cannot go this way at all, or null. */
function unfitness(
  { bytesMax, recipientsMax }: TransportLimits,
  { raw, envelope }: OutgoingMessage,
): string | null {
  if (envelope.to.length === 0) return 'the message has no recipient';
  if (!envelope.to.every((address) => ENVELOPE_ADDRESS.test(address))) {
    return 'an address of the envelope is not well-formed';
  }
  if (recipientsMax !== null && envelope.to.length > recipientsMax) {
    return `the message has ${envelope.to.length} recipients and the provider takes ${recipientsMax}`;
  }
  if (bytesMax !== null && raw.length > bytesMax) {
    return `the message has ${raw.length} bytes and the provider takes ${bytesMax}`;
  }
  return null;
}

/** Lets one request through, with the headers that all of ours have. */
function once(client: HttpClient, permissions: HttpPermissions) {
  let isUsed = false;
  return (request: HttpRequest): Promise<HttpAttempt> => {
    if (isUsed) throw new Error('a second request for one handover');
    isUsed = true;
    const headers = { 'user-agent': `Milepost/${version}`, ...request.headers };
    return client.attempt({ ...request, headers }, permissions);
  };
}

function verificationOf(attempt: HttpAttempt, provider: HttpProvider): Verification {
  if (attempt.kind === 'unsent') {
    return { ok: false, answer: attempt.reason, phase: attempt.phase };
  }
  if (attempt.kind === 'unanswered') return { ok: false, answer: attempt.reason, phase: 'end' };
  const { ok, answer } = provider.judge(attempt.answer);
  if (ok) return { ok: true, answer };
  const { phase } = ruleFor(
    provider.answers,
    attempt.answer.status,
    provider.errorIn(attempt.answer),
  );
  return { ok: false, answer, phase };
}

/** A POST of JSON. */
export function postJson(
  url: URL,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): HttpRequest {
  return {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(body)),
  };
}

export const getJson = (url: URL, headers: Readonly<Record<string, string>>): HttpRequest => ({
  method: 'GET',
  url,
  headers: { accept: 'application/json', ...headers },
  body: null,
});

/** `answer.status`, and what the provider says where that is not a yes. */
export function judgeByStatus(provider: Pick<AnswerReader, 'errorIn'>) {
  return (answer: HttpAnswer): { ok: boolean; answer: string } => {
    if (answer.status >= 200 && answer.status < 300)
      return { ok: true, answer: 'the key is valid' };
    const { code, message } = provider.errorIn(answer);
    const said = [code, message].filter((part) => part !== '').join(': ');
    return { ok: false, answer: `${answer.status} ${said}`.trim().slice(0, 500) };
  };
}
