import type { TransportKind } from './transport-kind.ts';
import type { TransportValues } from './transport-setting.ts';
import type { Transport } from './transport.ts';

/** Shorter ones may be words of an honest answer. */
const SECRET_LENGTH_MIN = 6;
const HIDDEN = '[hidden]';

/**
 * A transport whose answers hold none of its secrets: some servers repeat the key that they refuse, and
 * answers are kept, logged and shown.
 */
export function withSecretsHidden(
  transport: Transport,
  { settings }: Pick<TransportKind, 'settings'>,
  values: TransportValues,
): Transport {
  const secrets = settings
    .flatMap(({ name, isSecret }) => (isSecret ? spellingsOf(values[name] ?? '') : []))
    .filter((text) => text.length >= SECRET_LENGTH_MIN)
    .toSorted((a, b) => b.length - a.length);
  const hidden = <A extends { readonly answer: string }>(said: A): A => ({
    ...said,
    answer: secrets.reduce((text, secret) => text.replaceAll(secret, HIDDEN), said.answer),
  });
  return {
    name: transport.name,
    concurrency: transport.concurrency,
    send: async (...handover) => hidden(await transport.send(...handover)),
    verify: async () => hidden(await transport.verify()),
    close: () => transport.close(),
  };
}

/** A secret, and the password in it where it is a URL; also as AUTH sends them. */
function spellingsOf(secret: string): string[] {
  const url = URL.parse(secret);
  if (url === null || url.password === '') return [secret];
  const [user, password] = [url.username, url.password].map(decoded) as [string, string];
  const sent = [password, `\0${user}\0${password}`].map((text) =>
    Buffer.from(text).toString('base64'),
  );
  return [secret, url.password, password, ...sent];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
