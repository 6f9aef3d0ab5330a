import { exampleOf } from './examples.mjs';

/** What is sent or answered: its type and schema; null where there is none. */
export function contentOf(part) {
  const [type, content] = Object.entries(part?.content ?? {})[0] ?? [];
  return { type: type ?? null, schema: content?.schema ?? null };
}

const isSdk = ({ path }) => path.startsWith('/api/sdk/');
const isPublic = ({ path, security }) =>
  !/^\/api\/(sdk|v1)\//.test(path) || (Array.isArray(security) && security.length === 0);

/** Who may make the call, in words. */
export function rolesOf(operation) {
  if (isPublic(operation)) return 'Anybody, without a key.';
  if (isSdk(operation)) return 'Widget key, or secret key.';
  const role = operation['x-role'];
  if (role === undefined) return 'Session of the dashboard.';
  return role === 'owner'
    ? 'Secret key, or a member who is `owner`.'
    : `Secret key, or a member who is at least \`${role}\`.`;
}

/** The body of the example; null where the call has none. */
export function bodyExampleOf({ requestBody }) {
  const { type, schema } = contentOf(requestBody);
  return type === 'application/json' && schema !== null ? exampleOf(schema) : null;
}

/** The call as a line for a shell. */
export function curlOf(operation) {
  const { method, path, parameters = [] } = operation;
  const filled = path.replaceAll(/\{([^}]+)\}/g, (_whole, name) => {
    const schema = parameters.find((each) => each.in === 'path' && each.name === name)?.schema;
    return encodeURIComponent(exampleOf(schema ?? { type: 'string' }, { name }));
  });
  const needed = parameters
    .filter((each) => each.in === 'query' && each.required)
    .map(({ name, schema }) => `${name}=${encodeURIComponent(exampleOf(schema, { name }))}`);
  const url = `http://localhost:4400${filled}${needed.length > 0 ? `?${needed.join('&')}` : ''}`;
  const body = bodyExampleOf(operation);
  const type = contentOf(operation.requestBody).type;
  const parts = [
    `curl ${method === 'get' || (method === 'post' && body !== null) ? '' : `-X ${method.toUpperCase()} `}${needed.length > 0 ? `'${url}'` : url}`,
    ...(isPublic(operation)
      ? []
      : [`-H 'Authorization: Bearer ${isSdk(operation) ? 'mp_wk_test_…' : 'mp_sk_test_…'}'`]),
    ...(type === null ? [] : [`-H 'Content-Type: ${type}'`]),
    ...(body === null
      ? []
      : [`-d '${JSON.stringify(body, null, 2).replaceAll("'", String.raw`'\''`)}'`]),
    ...(type !== null && body === null ? ['--data-binary @file'] : []),
  ];
  return parts.join(' \\\n  ');
}
