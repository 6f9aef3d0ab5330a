import { useMay } from '../../api/may.ts';
import { Button } from '../../components/ui/button.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import type { Question } from './question.ts';

interface DecisionProps {
  readonly question: Question;
  readonly isPending: boolean;
  readonly onIssue: () => void;
  readonly onRefuse: () => void;
}

/** Yes or no, for who may say it. */
export function Decision({ question, isPending, onIssue, onRefuse }: DecisionProps) {
  const mayIssue = useMay(question.role);
  const mayRefuse = useMay('editor');
  return (
    <>
      <Notice title={`Does your conversation with the assistant show the code ${question.code}?`}>
        <p className="text-muted">
          If it does not, or if you did not ask for this, refuse. An assistant may have read
          something that somebody else wrote to lead it astray.
        </p>
      </Notice>
      {!mayIssue && (
        <p className="text-sm text-muted">
          Only {question.role === 'owner' ? 'owners' : 'editors and owners'} may allow this.
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        {mayIssue && (
          <Button look="primary" disabled={isPending} onClick={onIssue}>
            Allow this once
          </Button>
        )}
        {mayRefuse && (
          <Button disabled={isPending} onClick={onRefuse}>
            Refuse
          </Button>
        )}
      </div>
    </>
  );
}
