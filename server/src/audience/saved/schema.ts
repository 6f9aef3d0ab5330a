import { Type } from 'typebox';
import { Instant, Nullable } from '../../platform/http.ts';
import { CompanyFilterRef, FilterRef } from '../filter/index.ts';
import {
  COLUMN_LENGTH_MAX,
  COLUMNS_MAX,
  NAME_LENGTH_MAX,
  SAVED_FILTER_KINDS,
} from './saved-filter.ts';

export const Kind = Type.Enum([...SAVED_FILTER_KINDS]);
const Name = Type.String({ minLength: 1, maxLength: NAME_LENGTH_MAX });
const AnyFilter = Type.Union([FilterRef, CompanyFilterRef, Type.Null()]);
const Columns = Type.Array(Type.String({ maxLength: COLUMN_LENGTH_MAX }), {
  maxItems: COLUMNS_MAX,
  description: 'What to show beside: names of fields, as user.email or user.plan',
});

export const SavedFilterBody = Type.Object({
  name: Name,
  kind: Type.Optional(Kind),
  filter: Type.Optional(AnyFilter),
  columns: Type.Optional(Columns),
});

export const SavedFilterPatch = Type.Object({
  name: Type.Optional(Name),
  filter: Type.Optional(AnyFilter),
  columns: Type.Optional(Columns),
});

export const SavedFilterView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  name: Type.String(),
  kind: Kind,
  filter: Nullable(Type.Object({}, { additionalProperties: true, description: 'null: everybody' })),
  columns: Type.Array(Type.String()),
  created_at: Instant,
  updated_at: Instant,
});
