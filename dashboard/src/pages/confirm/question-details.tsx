import { Link } from '@tanstack/react-router';
import { Instant } from '../../components/instant.tsx';
import { countedOf } from '../../components/number.ts';
import type { Question } from './question.ts';

/** What would be done: in words first, then the call as it stands. */
export function QuestionDetails({ question }: { readonly question: Question }) {
  const { words, people_count: people, code, tool, key_hint: hint } = question;
  return (
    <section
      aria-label="What would be done"
      className="grid grid-cols-[minmax(0,1fr)] gap-3 rounded-ui border bg-panel p-4"
    >
      <ul className="grid grid-cols-[minmax(0,1fr)] gap-2">
        {words.map((sentence, index) => (
          <li key={index} className={index === 0 ? 'font-semibold break-words' : 'break-words'}>
            {sentence}
          </li>
        ))}
      </ul>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
        <dt className="text-muted">Touches</dt>
        <dd>
          {people === null
            ? 'nobody can say beforehand'
            : `${countedOf(people, 'person', 'people')} at once`}
        </dd>
        <dt className="text-muted">Code</dt>
        <dd className="font-mono">{code}</dd>
        <dt className="text-muted">Asked with</dt>
        <dd>
          the key <span className="font-mono">…{hint}</span>, <Instant at={question.requested_at} />
        </dd>
      </dl>
      <About question={question} />
      <details>
        <summary className="cursor-pointer text-sm text-muted">The call, exactly</summary>
        <pre
          // Reached by Tab, so that the keyboard can scroll it.
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          aria-label="The call, exactly"
          className="mt-2 overflow-x-auto rounded-ui border bg-sunken p-3 font-mono text-xs leading-5"
        >
          {`${tool} ${JSON.stringify(question.arguments, null, 2)}`}
        </pre>
      </details>
    </section>
  );
}

/** The way to what it is about, to look at it before. */
function About({ question: { arguments: sent } }: { readonly question: Question }) {
  const { series_id: series, broadcast_id: broadcast } = sent;
  if (typeof series === 'string') {
    return (
      <Link to="/dashboard/automation/$id" params={{ id: series }} className={LINK}>
        Look at the series
      </Link>
    );
  }
  if (typeof broadcast !== 'string') return null;
  return (
    <Link to="/dashboard/broadcasts/$id" params={{ id: broadcast }} className={LINK}>
      Look at the broadcast
    </Link>
  );
}

const LINK = 'justify-self-start text-sm underline underline-offset-2';
