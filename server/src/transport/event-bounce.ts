import { basicCodeIn, bounceClassOf, enhancedCodeIn } from './bounce-class.ts';
import { textWithin } from './events.ts';
import type { BounceClass, Returned } from './returned.ts';

const DIAGNOSTIC_LENGTH_MAX = 500;
const CODE = /^[245]\.\d{1,3}\.\d{1,3}$/;

/**
 * A bounce as a provider tells it.
 *
 * The provider's own class counts, for it has seen more of such answers than we have. Only its "hard"
 * is looked at again: where the receiver's own words say that the sender or the message was not
 * liked, that a mailbox is full, or that it is for now, nobody is written off.
 *
 * @param providerClass null when the provider says nothing about it
 */
export function bounceOf(
  providerClass: BounceClass | null,
  told: { readonly code?: string; readonly diagnostic: string },
): NonNullable<Returned['bounce']> {
  const { diagnostic } = told;
  const given = told.code ?? '';
  const code = CODE.test(given) ? given : enhancedCodeIn(diagnostic);
  const read = bounceClassOf({ code, status: basicCodeIn(diagnostic), diagnostic, phase: null });
  return {
    class: agreed(providerClass, read, code),
    code,
    diagnostic: textWithin(diagnostic, DIAGNOSTIC_LENGTH_MAX),
  };
}

function agreed(said: BounceClass | null, read: BounceClass, code: string | null): BounceClass {
  if (said === null) return read;
  if (said !== 'hard' || read === 'hard') return said;
  if (read === 'blocked') return 'blocked';
  const isForNow = code !== null && (code.startsWith('4.') || code === '5.2.2');
  return isForNow ? read : 'hard';
}
