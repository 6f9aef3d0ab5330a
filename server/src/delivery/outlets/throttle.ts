import type { Handover } from '../../transport/index.ts';
import type { Outlet } from './outlet.ts';
import type { ProviderOf } from './provider.ts';

/** What one handover has to keep to. */
export interface Pace {
  /** One row of `throttles` each. */
  readonly outlet: { readonly key: string; readonly perSecond: number };
  readonly provider: { readonly key: string; readonly perSecond: number } | null;
  readonly day: { readonly key: string; readonly max: number } | null;
  /** Whose mail it is: what has little to send does not wait behind what has much. */
  readonly flow: string;
}

/**
 * Slots are given a little further apart than the limit asks for, which is what a handover that
 * begins a moment late makes up for: no second ever sees more than the limit and one.
 */
const SHARE_USED = 0.97;
/** Of a way out without a limit: never what holds anybody up. */
const UNLIMITED = 1_000_000;
/** Where nobody set a limit and a provider asks us to slow down, its pace is reckoned from this. */
const PROVIDER_GUESS = 50;

/** The pace of a handover; null where nothing limits it. */
export async function paceOf(
  { id, limits, slowed }: Outlet,
  {
    to,
    workspaceId,
    automationId,
    providerOf,
  }: { to: string; workspaceId: string; automationId: string; providerOf: ProviderOf },
): Promise<Pace | null> {
  const hasProviders = slowed.size > 0 || Object.keys(limits.perProvider).length > 0;
  const provider = hasProviders ? await providerOf(to) : null;
  const perSecond = provider === null ? null : providerLimit({ limits, slowed }, provider);
  if (limits.perSecond === null && perSecond === null && limits.perDay === null) return null;
  return {
    outlet: { key: `${id} all`, perSecond: (limits.perSecond ?? UNLIMITED) * SHARE_USED },
    provider:
      provider === null || perSecond === null
        ? null
        : { key: providerKey(id, provider), perSecond: perSecond * SHARE_USED },
    day: limits.perDay === null ? null : { key: id, max: limits.perDay },
    flow: `flow:${id} ${workspaceId} ${automationId}`,
  };
}

function providerLimit(
  { limits, slowed }: Pick<Outlet, 'limits' | 'slowed'>,
  provider: string,
): number | null {
  const set = limits.perProvider[provider] ?? limits.perProvider['*'];
  return set ?? (slowed.has(provider) ? PROVIDER_GUESS : null);
}

export const providerKey = (outletId: string, provider: string): string =>
  `${outletId} to:${provider}`;

/** Replies by which servers ask to be written to more slowly. Source: RFC 5321 4.2.3, RFC 3463 4.7. */
const SLOWER =
  /^(?:421|451|454|429|503)\b|\b4\.(?:7\.\d+|3\.2|4\.5)\b|\btoo many\b|\brate limit|throttl/i;

/** Whether a server asked us to slow down. */
export const asksToSlowDown = (handover: Handover): boolean =>
  handover.kind === 'deferred' && SLOWER.test(handover.answer);
