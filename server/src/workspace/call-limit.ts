import type { Actor } from './authenticate.ts';
import { clientOf } from './client-address.ts';
import { tooManyRequests } from './errors.ts';
import type { Limit, RateLimiter } from './rate-limit.ts';

/** One call: who makes it, from where, and when (the real time, for test sides too). */
export interface Call {
  readonly actor: Actor;
  /** The client's address as the socket or the trusted proxy gives it. */
  readonly address: string;
  readonly now: Date;
}

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3_600;

/**
 * Counts a call against the limits of its key and lets it pass, before anything else of it is read.
 *
 * A secret key is limited as such, a widget key per client address; so is an address that was
 * answered `User not found` too often, whatever it asks now.
 *
 * @throws workspace.rate_limited
 */
export function limitCall(limiter: RateLimiter, { actor, address, now }: Call): void {
  if (actor.kind === 'secret') {
    pass(limiter.take(secretCalls(actor), now));
    return;
  }
  pass(limiter.peek(unknownUsers(actor, address), now));
  pass(limiter.take(widgetCalls(actor, address), now));
}

/**
 * Counts an answer `User not found`, to be called before it is given.
 *
 * @throws workspace.rate_limited, to be answered instead, when calls that ran together passed the
 *   limit
 */
export function limitUnknownUser(limiter: RateLimiter, { actor, address, now }: Call): void {
  if (actor.kind === 'widget') pass(limiter.take(unknownUsers(actor, address), now));
}

/**
 * Lets a user begin an enrollment through a widget key; `countEnrollment` counts it once it has
 * begun.
 *
 * @throws workspace.rate_limited
 */
export function limitEnrollment(
  limiter: RateLimiter,
  { actor, userId, now }: { actor: Actor; userId: string; now: Date },
): void {
  if (actor.kind === 'widget') pass(limiter.peek(enrollments(actor, userId), now));
}

/** Counts an enrollment that has begun: answers such as `already_enrolled` do not count. */
export function countEnrollment(
  limiter: RateLimiter,
  { actor, userId, now }: { actor: Actor; userId: string; now: Date },
): void {
  if (actor.kind === 'widget') limiter.add(enrollments(actor, userId), now);
}

function pass(answer: ReturnType<RateLimiter['take']>): void {
  if (!answer.ok) throw tooManyRequests(answer.retryAfterSeconds);
}

function secretCalls({ keyId, workspace }: Actor): Limit {
  const max = workspace.settings.rateLimits.secretPerSecond;
  return { key: `secret:${keyId}`, max, widthSeconds: 1 };
}

function widgetCalls({ keyId, workspace }: Actor, address: string): Limit {
  const max = workspace.settings.rateLimits.widgetPerMinute;
  return { key: `widget:${keyId}:${clientOf(address)}`, max, widthSeconds: MINUTE_SECONDS };
}

function unknownUsers({ keyId, workspace }: Actor, address: string): Limit {
  const max = workspace.settings.rateLimits.widgetUnknownUserPerMinute;
  return { key: `unknown:${keyId}:${clientOf(address)}`, max, widthSeconds: MINUTE_SECONDS };
}

function enrollments({ workspace }: Actor, userId: string): Limit {
  const max = workspace.settings.rateLimits.enrollmentsPerUserPerHour;
  return { key: `enroll:${workspace.id}:${userId}`, max, widthSeconds: HOUR_SECONDS };
}

/**
 * Counts a call that needs no key, per client address.
 *
 * @param what names what is called
 * @throws workspace.rate_limited
 */
export function limitStranger(
  limiter: RateLimiter,
  { what, address, maxPerMinute, now }: StrangersCall,
): void {
  const key = `${what}:${clientOf(address)}`;
  pass(limiter.take({ key, max: maxPerMinute, widthSeconds: MINUTE_SECONDS }, now));
}

/** A call that needs no key. */
export interface StrangersCall {
  readonly what: string;
  readonly address: string;
  readonly maxPerMinute: number;
  readonly now: Date;
}
