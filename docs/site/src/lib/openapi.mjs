// What `milepost openapi` printed before the build (scripts/lib/docs.mjs).
import document from '../../.data/openapi.json' with { type: 'json' };

/** The OpenAPI document of the server as it is. */
export const openapi = () => document;

/** How the tags are called, and what they are about, in the order in which they are read. */
const TAGS = {
  sdk: [
    'Application calls',
    'What browsers and backends say: who somebody is, what they did, and that they enter a series.',
  ],
  series: ['Series', 'Series, their versions, who is in them, and what would happen.'],
  'series as code': [
    'Series as code',
    'What the files of a repository say, what that would change, and changing it.',
  ],
  broadcasts: ['Broadcasts', 'One email to many people at once.'],
  messages: ['Messages', 'Single emails: their state, content and events.'],
  users: ['Users', 'The people you write to.'],
  companies: ['Companies', 'What your users belong to.'],
  events: ['Events', 'What users did.'],
  filters: ['Filters', 'Saved rules that select users.'],
  consent: [
    'Lists and suppressions',
    'What people may decline, what they answered, and who must not be mailed.',
  ],
  templates: ['Templates', 'Bodies, snippets and formats that emails share.'],
  senders: ['Senders', 'Who emails come from, and what DNS says about them.'],
  transports: ['Transports', 'How mail leaves.'],
  sending: ['Sending', 'Whether the workspace sends at all.'],
  inboxes: ['Inboxes', 'Where replies and bounces come in.'],
  data: ['Imports and exports', 'Files of people and what they did, in and out.'],
  webhooks: ['Webhooks', 'Endpoints of yours that hear what happens.'],
  stream: ['Stream', 'What happens, as it happens.'],
  reports: ['Reports', 'What came of series and emails.'],
  overview: ['Overview', 'Numbers of the whole workspace.'],
  audit: ['Audit log', 'Who changed what.'],
  settings: ['Settings', 'Of the workspace.'],
  keys: ['Keys', 'Widget keys, secret keys and identity secrets.'],
  members: ['Members', 'Who may sign in to the dashboard.'],
  schedule: ['Schedule', 'Asks the planner when something would be sent, without a key.'],
  confirmations: ['Confirmations', 'What an assistant asks a member to allow.'],
  session: ['Session', 'What the dashboard asks about whoever is signed in.'],
  'test clock': ['Test clock', 'The clock of a test side.'],
};

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** The tags that the document uses, each with its operations. */
export function tags() {
  const found = new Map(Object.keys(TAGS).map((tag) => [tag, []]));
  for (const [path, item] of Object.entries(openapi().paths)) {
    for (const method of METHODS.filter((each) => item[each] !== undefined)) {
      const operation = item[method];
      const tag = operation.tags[0];
      found.set(tag, [...(found.get(tag) ?? []), { path, method, ...operation }]);
    }
  }
  return [...found]
    .filter(([, operations]) => operations.length > 0)
    .map(([tag, operations]) => ({
      tag,
      slug: tag.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase(),
      name: TAGS[tag]?.[0] ?? tag[0].toUpperCase() + tag.slice(1),
      about: TAGS[tag]?.[1] ?? '',
      operations: operations.map((each) => ({ ...each, anchor: anchorOf(each) })),
    }));
}

const anchorOf = ({ method, path }) =>
  `${method}-${path.replace(/^\/api\/(v1\/)?/, '')}`
    .replaceAll(/[^a-z0-9]+/gi, '-')
    .replaceAll(/^-|-$/g, '')
    .toLowerCase();

/** A schema with its reference followed; recursive ones refer to themselves inside. */
export function resolved(schema) {
  const name = /^#\/components\/schemas\/(.+)$/.exec(schema?.$ref ?? '')?.[1];
  return name === undefined ? schema : openapi().components.schemas[name];
}

/** The schemas of the steps, by type, as `POST /api/v1/series` takes them. */
export function stepSchemas() {
  const { steps } =
    openapi().paths['/api/v1/series'].post.requestBody.content['application/json'].schema
      .properties;
  return steps.items.anyOf;
}
