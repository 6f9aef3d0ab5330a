import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { Nullable } from '../../platform/http.ts';
import { faultOfPlace } from '../../schedule/holidays.ts';
import { countriesWithHolidays, holidaysOf, timeZonesAt } from '../../schedule/places.ts';
import { seriesInvalid } from '../errors.ts';

export interface PlaceRouteDeps {
  /** The real time: offsets are those of today. */
  readonly now: () => Date;
}

type App = Parameters<FastifyPluginAsyncTypebox<PlaceRouteDeps>>[0];

const tags = ['settings'];
const Place = { code: Type.String(), name: Type.String() };
const CODE_LENGTH_MAX = 20;
/** Years of which the data knows something. */
const YEAR_MIN = 1900;
const YEAR_MAX = 2200;
/** It changes with releases, and with the clocks of the world. */
const CACHE = 'private, max-age=3600';

const cached = (reply: FastifyReply): void => void reply.header('cache-control', CACHE);

/** Time zones, countries and holidays to choose from. Registered inside the authenticated scope. */
export const placeRoutes: FastifyPluginAsyncTypebox<PlaceRouteDeps> = async (app, deps) => {
  addPickers(app, deps);
  addHolidays(app);
};

function addPickers(app: App, { now }: PlaceRouteDeps): void {
  app.get(
    '/timezones',
    {
      schema: {
        tags,
        summary: 'List time zones with their present offsets',
        response: {
          200: Type.Object({
            data: Type.Array(
              Type.Object({
                name: Type.String(),
                offset: Type.String(),
                offset_minutes: Type.Integer(),
              }),
            ),
          }),
        },
      },
    },
    async (_request, reply) => {
      cached(reply);
      const zones = timeZonesAt(now());
      return {
        data: zones.map(({ offsetMinutes, ...zone }) => ({
          ...zone,
          offset_minutes: offsetMinutes,
        })),
      };
    },
  );

  app.get(
    '/countries',
    {
      schema: {
        tags,
        summary: 'List countries and regions whose public holidays are known',
        response: {
          200: Type.Object({
            data: Type.Array(Type.Object({ ...Place, regions: Type.Array(Type.Object(Place)) })),
          }),
        },
      },
    },
    async (_request, reply) => {
      cached(reply);
      const countries = countriesWithHolidays();
      return { data: countries.map((one) => ({ ...one, regions: [...one.regions] })) };
    },
  );
}

function addHolidays(app: App): void {
  app.get(
    '/holidays',
    {
      schema: {
        tags,
        summary: 'List the public holidays of a year, as plans look at them',
        querystring: Type.Object({
          country: Type.String({ maxLength: CODE_LENGTH_MAX, description: 'ISO 3166, such as DE' }),
          region: Type.Optional(Type.String({ maxLength: CODE_LENGTH_MAX })),
          year: Type.Integer({ minimum: YEAR_MIN, maximum: YEAR_MAX }),
        }),
        response: {
          200: Type.Object({
            country: Type.String(),
            region: Nullable(Type.String()),
            year: Type.Integer(),
            data: Type.Array(
              Type.Object({
                date: Type.String({ format: 'date' }),
                name: Type.String(),
                weekday: Type.Integer({ description: '1 = Monday' }),
              }),
            ),
          }),
        },
      },
    },
    async ({ query: { country, region = null, year } }, reply) => {
      const place = { country, region };
      const fault = faultOfPlace(place);
      if (fault !== null) throw seriesInvalid([{ path: fault.field, message: fault.message }]);
      cached(reply);
      return { ...place, year, data: holidaysOf(place, year) };
    },
  );
}
