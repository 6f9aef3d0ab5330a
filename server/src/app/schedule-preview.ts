import type { FastifyPluginAsync } from 'fastify';
import { Type, type Static } from 'typebox';
import { DomainError } from '../platform/errors.ts';
import { Instant, Nullable, Reasons } from '../platform/http.ts';
import { answerCase } from '../schedule/case.ts';
import { tzVersion } from '../schedule/zone.ts';
import { ScheduleSettingsSchema } from '../series/index.ts';
import { limitStranger } from '../workspace/index.ts';
import { errorHandler } from './error-handler.ts';
import type { Services } from './services.ts';

/** A case is a few hundred bytes. */
const BODY_BYTES_MAX = 4_096;
/** Anybody may ask, and one answer may look at 800 days. */
const CALLS_PER_MINUTE = 60;
const TIMEZONE_LENGTH_MAX = 100;
const AMOUNT_MAX = 1_000_000;

const CaseBody = Type.Object({
  at: Type.String({ format: 'date-time', description: 'The instant it counts from' }),
  delay: Type.Optional(
    Nullable(
      Type.Object({
        amount: Type.Integer({ minimum: 0, maximum: AMOUNT_MAX }),
        unit: Type.Enum(['minutes', 'hours', 'days', 'weeks', 'business_days']),
      }),
    ),
  ),
  timezone: Type.Optional(
    Nullable(Type.String({ maxLength: TIMEZONE_LENGTH_MAX, description: "The person's zone" })),
  ),
  settings: Type.Optional(Nullable(ScheduleSettingsSchema)),
});

const CaseAnswer = Type.Object({
  scheduled_for: Instant,
  timezone: Type.String({ description: 'The zone that was used' }),
  time_zone_data: Type.String({ description: 'The release of the time-zone data, such as 2026c' }),
  reasons: Reasons,
});

/** `POST /api/schedule/preview`: asks the planner, keeps nothing, and needs no key. */
export const schedulePreview: FastifyPluginAsync<{
  services: Pick<Services, 'clock' | 'limiter' | 'log'>;
}> = async (app, { services }) => {
  const { clock, limiter, log } = services;
  app.setErrorHandler(errorHandler(log, 'v1'));
  app.post<{ Body: Static<typeof CaseBody> }>(
    '/api/schedule/preview',
    {
      bodyLimit: BODY_BYTES_MAX,
      schema: {
        tags: ['schedule'],
        summary: 'When an email with such a delay and such settings would be sent, and why',
        description:
          'Answers as the planner would for a step of a series: docs/scheduling.md. Nothing is ' +
          'read and nothing is kept.',
        security: [],
        body: CaseBody,
        response: { 200: CaseAnswer },
      },
      onRequest: async ({ ip }) => {
        const call = { what: 'schedule', address: ip, maxPerMinute: CALLS_PER_MINUTE };
        limitStranger(limiter, { ...call, now: clock.now() });
      },
    },
    async ({ body }) => {
      const answer = answerCase(body);
      if ('error' in answer) {
        throw new DomainError('request.invalid', 'invalid', answer.error, {
          details: answer.faults,
        });
      }
      return { ...answer, time_zone_data: tzVersion() };
    },
  );
};
