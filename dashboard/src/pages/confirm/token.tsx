import { CopyText } from '../../components/copy-text.tsx';
import { Instant } from '../../components/instant.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import type { Question } from './question.ts';

/** What the member gives the assistant; shown here and never again. */
export function Token({
  token,
  question,
}: {
  readonly token: string;
  readonly question: Question;
}) {
  return (
    <Notice role="status" tone="done" title="Give this token to the assistant">
      <CopyText text={token} label="Copy the token" />
      <p className="text-sm text-muted">
        It is good for exactly this, once, until <Instant at={question.expires_at} />. It is not
        shown again.
      </p>
    </Notice>
  );
}
