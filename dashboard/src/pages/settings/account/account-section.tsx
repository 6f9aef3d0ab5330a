import { PasswordBlock } from './password-block.tsx';
import { SecondFactorBlock } from './second-factor-block.tsx';
import { SessionsBlock } from './sessions-block.tsx';

/** A member's own: password, second factor, sessions. */
export function AccountSection() {
  return (
    <>
      <SecondFactorBlock />
      <PasswordBlock />
      <SessionsBlock />
    </>
  );
}
