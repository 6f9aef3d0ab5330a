const REGION = '[a-z]{2}(?:-[a-z]{2,12}){1,3}-\\d{1,2}';
const TOPIC = new RegExp(`^arn:aws(?:-cn|-us-gov)?:sns:(${REGION}):\\d{12}:[A-Za-z0-9_-]{1,256}$`);
const HOST = new RegExp(`^sns\\.(${REGION})\\.amazonaws\\.com(?:\\.cn)?$`);
const CERTIFICATE_PATH = /^\/SimpleNotificationService-[0-9a-f]{16,64}\.pem$/;

/** What is wrong with the ARN of a topic, in words; null when nothing is. */
export const topicFault = (value: string): string | null =>
  TOPIC.test(value) ? null : 'is not the ARN of an SNS topic';

/**
 * A URL at the SNS of the topic's own region: https, that very host, no port, no user.
 *
 * @returns null for any other
 */
function snsUrl(text: unknown, topicArn: string): URL | null {
  const url = typeof text === 'string' && text.length <= 2_000 ? URL.parse(text) : null;
  if (url === null || url.protocol !== 'https:' || url.port !== '') return null;
  if (url.username !== '' || url.password !== '' || url.hash !== '') return null;
  const region = HOST.exec(url.hostname)?.[1];
  return region !== undefined && region === TOPIC.exec(topicArn)?.[1] ? url : null;
}

/** Where the certificate of a message may be fetched; null for any other place. */
export function certificateUrl(text: unknown, topicArn: string): URL | null {
  const url = snsUrl(text, topicArn);
  return url !== null && url.search === '' && CERTIFICATE_PATH.test(url.pathname) ? url : null;
}

/** Where a subscription to the topic is confirmed; null for any other place or topic. */
export function subscribeUrl(text: unknown, topicArn: string): URL | null {
  const url = snsUrl(text, topicArn);
  if (url === null || url.pathname !== '/') return null;
  const query = url.searchParams;
  const isOurs =
    query.getAll('Action').join() === 'ConfirmSubscription' &&
    query.getAll('TopicArn').join() === topicArn;
  return isOurs ? url : null;
}
