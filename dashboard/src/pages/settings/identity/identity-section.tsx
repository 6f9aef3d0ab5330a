import { SettingsParts } from '../settings-part.tsx';
import { Snippets } from './snippets-block.tsx';
import { TokenTester } from './token-tester.tsx';
import { VerificationForm } from './verification-form.tsx';

/** All come at once, so that none moves the others. */
const PARTS = [VerificationForm, Snippets, TokenTester];

/** Identity verification: whether it is on, how to sign, and whether a token is right. */
export function IdentitySection() {
  return <SettingsParts parts={PARTS} />;
}
