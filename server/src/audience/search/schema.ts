import { Type } from 'typebox';
import { Instant, Nullable, Reasons } from '../../platform/http.ts';
import { PAGE_LIMIT, PAGE_LIMIT_MAX } from '../../platform/page.ts';
import { CompanyFilterRef, FilterRef } from '../filter/index.ts';
import { CompanyView, UserView } from '../schema.ts';
import { PROPERTY_KINDS } from './properties.ts';
import { COMPANY_SORTS, ORDERS, Q_LENGTH_MAX, USER_SORTS } from './search-input.ts';

const Paging = {
  order: Type.Optional(
    Type.Enum([...ORDERS], { description: 'asc for email and name, else desc, if left out' }),
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE_LIMIT_MAX, default: PAGE_LIMIT })),
  cursor: Type.Optional(Type.String({ description: 'next_cursor of the page before, same sort' })),
};
const q = (what: string) =>
  Type.Optional(
    Type.String({ maxLength: Q_LENGTH_MAX, description: `What ${what} begins with, in any case` }),
  );

export const UserSearchBody = Type.Object({
  filter: Type.Optional(Nullable(FilterRef)),
  q: q('email, user_id or name'),
  sort: Type.Optional(
    Type.Enum([...USER_SORTS], { description: 'created_at, if left out; last_seen is by its day' }),
  ),
  ...Paging,
});

export const CompanySearchBody = Type.Object({
  filter: Type.Optional(Nullable(CompanyFilterRef)),
  q: q('name, company_id or domain'),
  sort: Type.Optional(Type.Enum([...COMPANY_SORTS], { description: 'created_at, if left out' })),
  ...Paging,
});

export const UserCountBody = Type.Object({ filter: Type.Optional(Nullable(FilterRef)) });

export const UserCountView = Type.Object({
  count: Type.Integer({ description: 'How many match' }),
  total: Type.Integer({ description: 'How many there are' }),
  is_exact: Type.Boolean({
    description: 'false: counting takes too long, and these are estimates from 20,000 people',
  }),
  sample: Type.Array(
    Type.Object({
      user_id: Type.String(),
      email: Nullable(Type.String()),
      name: Nullable(Type.String()),
      reasons: Reasons,
    }),
    {
      description:
        'The youngest five who match, each condition with what was found; fewer where few match',
    },
  ),
});

const Property = Type.Object({
  field: Type.String({ description: 'As filters name it' }),
  merge_tag: Nullable(Type.String({ description: 'As emails name it, between {{ and }}' })),
  kinds: Type.Array(Type.Enum([...PROPERTY_KINDS]), { description: 'The commonest first' }),
  example: Nullable(Type.String()),
  is_own: Type.Boolean({ description: 'Whether everybody has it, and not only some by traits' }),
});

export const PropertiesView = Type.Object({
  user: Type.Array(Property),
  company: Type.Array(Property),
  events: Type.Array(
    Type.Object({ event_type: Type.String(), last_at: Instant, metadata: Type.Array(Property) }),
  ),
});

const Page = { next_cursor: Nullable(Type.String()) };

export const UserPage = Type.Object({ data: Type.Array(UserView), ...Page });

export const CompanyPage = Type.Object({
  data: Type.Array(
    Type.Object({
      ...CompanyView.properties,
      user_count: Type.Integer({ description: 'Up to 10,000: then there may be more' }),
    }),
  ),
  ...Page,
});

const Text = Nullable(Type.String({ maxLength: 1_000 }));
const Data = Type.Object({}, { additionalProperties: true });

/** What is left out stays; null removes. */
export const UserEdit = Type.Object(
  {
    email: Type.Optional(Text),
    name: Type.Optional(Text),
    timezone: Type.Optional(Text),
    locale: Type.Optional(Text),
    signed_up_at: Type.Optional(Text),
    traits: Type.Optional(Data),
    context: Type.Optional(Data),
  },
  { additionalProperties: false },
);

/** What is left out stays; null removes. */
export const CompanyEdit = Type.Object(
  {
    name: Type.Optional(Text),
    domain: Type.Optional(Text),
    industry: Type.Optional(Text),
    plan: Type.Optional(Text),
    employee_count: Type.Optional(Nullable(Type.Integer())),
    signed_up_at: Type.Optional(Text),
    traits: Type.Optional(Data),
    context: Type.Optional(Data),
  },
  { additionalProperties: false },
);
