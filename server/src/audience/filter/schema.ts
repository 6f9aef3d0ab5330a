import { Type } from 'typebox';
import type { Scope } from './condition.ts';
import { EVENT_FILTER_SCHEMA_ID } from './conditions/event.ts';
import { COMPANY_SCOPE, EVENT_SCOPE, STEP_SCOPE, USER_SCOPE } from './filter.ts';
import { FILTER_NODES_MAX } from './limits.ts';

const FILTER_SCHEMA_ID = 'Filter';
const STEP_FILTER_SCHEMA_ID = 'StepFilter';
const COMPANY_FILTER_SCHEMA_ID = 'CompanyFilter';

const joiner = (key: string, schema: object) => ({
  title: key,
  type: 'object',
  required: [key],
  additionalProperties: false,
  properties: { [key]: schema },
});

function schemaOf<S>($id: string, description: string, scope: Scope<S>) {
  const self = { $ref: `${$id}#` };
  const parts = { type: 'array', minItems: 1, maxItems: FILTER_NODES_MAX, items: self };
  return Type.Unsafe<unknown>({
    $id,
    title: $id,
    description,
    anyOf: [
      joiner('and', parts),
      joiner('or', parts),
      joiner('not', self),
      ...scope.flatMap(({ schemas }) => schemas),
    ],
  });
}

/**
 * The language of filters for the documents of the API, made from the declared operators: add these
 * to the server once (`app.addSchema`), and refer to them with `FilterRef`, `StepFilterRef` and
 * `EventFilterRef`. What they let through may still have faults (bounds of the whole, operators that do not fit a field):
 * `faultsOfFilter` has the last word. Not for a validator that coerces values or removes members.
 */
export const FILTER_SCHEMAS = [
  schemaOf(FILTER_SCHEMA_ID, 'A rule that selects users', USER_SCOPE),
  schemaOf(
    STEP_FILTER_SCHEMA_ID,
    'A rule over a user and their enrollment, which is what steps ask about',
    STEP_SCOPE,
  ),
  schemaOf(COMPANY_FILTER_SCHEMA_ID, 'A rule that selects companies', COMPANY_SCOPE),
  schemaOf(EVENT_FILTER_SCHEMA_ID, 'A rule that selects events of one user', EVENT_SCOPE),
];

/** A member that is a filter. */
export const FilterRef = Type.Unsafe<unknown>({ $ref: `${FILTER_SCHEMA_ID}#` });

/** A member that is a filter of a step. */
export const StepFilterRef = Type.Unsafe<unknown>({ $ref: `${STEP_FILTER_SCHEMA_ID}#` });

/** A member that is a filter over companies. */
export const CompanyFilterRef = Type.Unsafe<unknown>({ $ref: `${COMPANY_FILTER_SCHEMA_ID}#` });

/** A member that is a filter over one event. */
export const EventFilterRef = Type.Unsafe<unknown>({ $ref: `${EVENT_FILTER_SCHEMA_ID}#` });
