/** What the commands are made of. */
export interface CurlInput {
  readonly origin: string;
  readonly widgetKey: string;
  readonly userId: string;
  readonly traits: Readonly<Record<string, string>>;
  readonly seriesId: string;
}

/** The identify and the enroll call as two commands for a POSIX shell. */
export function curlsOf({ origin, widgetKey, userId, traits, seriesId }: CurlInput): string {
  const identify = { user_id: userId, traits };
  const enroll = { action: 'enroll', user_id: userId, series_id: seriesId };
  return [
    curlOf(`${origin}/api/sdk/users/identify`, widgetKey, identify),
    curlOf(`${origin}/api/sdk/series`, widgetKey, enroll),
  ].join('\n\n');
}

function curlOf(url: string, key: string, body: object): string {
  return [
    `curl ${url}`,
    `-H ${quoted(`Authorization: Bearer ${key}`)}`,
    `-H 'Content-Type: application/json'`,
    `-d ${quoted(JSON.stringify(body))}`,
  ].join(' \\\n  ');
}

/** In single quotes nothing is special but the quote itself. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
