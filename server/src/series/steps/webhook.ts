import { NOTHING_NEEDED } from '../../audience/index.ts';
import { isAbsent, type Fault } from '../../schedule/fault.ts';
import { compileData, renderData } from '../../template/index.ts';
import { textFault } from '../fault.ts';
import type { Decision, StepContextFacts, StepType, WebhookStep } from '../step.ts';
import { compiledOnce } from './compiled.ts';
import { nextTarget, withNext } from './next.ts';
import { faultsOfTemplates } from './template-faults.ts';

type Fields = Readonly<Record<string, unknown>>;

export const URL_LENGTH_MAX = 2_000;
const DATA_BYTES_MAX = 20_000;
/** URL parsers drop these in silence, and two of them may disagree on what is left. */
const BLANK_OR_CONTROL = /[\s\p{Cc}\\]/u;

export const webhook: StepType<WebhookStep> = {
  type: 'webhook',
  reachesPerson: false,
  isPlanned: true,
  faults: faultsOfWebhook,
  targets: nextTarget,
  withTargets: withNext,
  delayOf: () => null,
  needs: () => ({ facts: NOTHING_NEEDED, waitsFor: null }),
  decide,
  words: ({ url }) => `calls ${URL.parse(url)?.origin ?? 'a webhook'}`,
};

function faultsOfWebhook(step: Fields, path: string): Fault[] {
  const { url, data, set_traits: setsTraits } = step;
  const faults = faultsOfUrl(url, `${path}/url`);
  if (!isAbsent(data)) {
    faults.push(...faultsOfTemplates(data, { path: `${path}/data`, bytesMax: DATA_BYTES_MAX }));
  }
  if (!isAbsent(setsTraits) && typeof setsTraits !== 'boolean') {
    faults.push({ path: `${path}/set_traits`, message: 'must be true or false' });
  }
  return faults;
}

function faultsOfUrl(value: unknown, path: string): Fault[] {
  const fault = textFault(value, path, URL_LENGTH_MAX);
  if (fault !== null) return [fault];
  const text = value as string;
  if (/\{[{%]/.test(text)) {
    return [{ path, message: 'must not hold a template; values to send belong in data' }];
  }
  const url = BLANK_OR_CONTROL.test(text) ? null : URL.parse(text);
  const isAbsolute = /^https?:\/\//i.test(text);
  if (url === null || !isAbsolute) {
    return [{ path, message: 'must be an absolute address that begins with https:// or http://' }];
  }
  if (url.username !== '' || url.password !== '') {
    return [{ path, message: 'must not hold a user name or a password; calls are signed' }];
  }
  return [];
}

const compiledOf = compiledOnce((step: WebhookStep) => compileData(step.data ?? null));

function decide(step: WebhookStep, { person, merge, now }: StepContextFacts): Decision {
  if (person === null) return { kind: 'fail', to: step.next, reason: 'user_erased' };
  const rendered = renderData(compiledOf(step), { ...merge, now: now.toISOString() });
  if (rendered.kind === 'rendered') return { kind: 'call', data: rendered.value };
  return { kind: 'fail', to: step.next, reason: `data: ${rendered.reason}` };
}
