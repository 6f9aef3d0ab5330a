import { createHttpClient, HTTP_TIMEOUTS } from '../http-attempt.ts';

const TIMEOUTS = { ...HTTP_TIMEOUTS, connectMs: 5_000, answerMs: 5_000 };
/** SNS has one certificate a region, renewed every few months. */
const CERTIFICATES_MAX = 100;

/** Makes GETs of URLs that were checked; answers with the body of a 200 and rejects for all else. */
export type Get = (url: URL) => Promise<string>;

/**
 * A GET over a connection of its own, without redirects.
 *
 * Only for URLs that an `EventReading` or an `EventReader` hands out: they lead to SNS and nowhere else.
 */
export const getFromSns: Get = async (url) => {
  const client = createHttpClient({ connections: 1, timeouts: TIMEOUTS });
  try {
    const attempt = await client.attempt({ method: 'GET', url, headers: {}, body: null });
    if (attempt.kind !== 'answered') throw new Error(attempt.reason);
    const { status, body } = attempt.answer;
    if (status !== 200 || body === null) throw new Error(`answered ${status}`);
    return body.toString('utf8');
  } finally {
    client.close();
  }
};

/** A certificate is fetched once; a failure is not kept. */
export function createCertificateSource(get: Get = getFromSns): Get {
  const known = new Map<string, Promise<string>>();
  return (url) => {
    const kept = known.get(url.href);
    if (kept !== undefined) return kept;
    const fetched = get(url);
    known.set(url.href, fetched);
    fetched.catch(() => known.delete(url.href));
    const [oldest] = known.keys();
    if (known.size > CERTIFICATES_MAX && oldest !== undefined) known.delete(oldest);
    return fetched;
  };
}
