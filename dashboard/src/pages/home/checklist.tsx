import type { Answer } from '@milepost/sdk';
import { Link } from '@tanstack/react-router';
import Circle from 'lucide-react/icons/circle';
import CircleCheck from 'lucide-react/icons/circle-check';
import type { ReactNode } from 'react';
import { CopyBlock } from '../../components/copy-block.tsx';
import { useSide } from '../../api/side.ts';
import { SettingsBlock } from '../../components/settings-block.tsx';

type Facts = Answer<'GET /overview'>['checklist'];

/** The first run, step by step; gone once all is done. */
export function Checklist({ checklist }: { readonly checklist: Facts }) {
  const { side } = useSide();
  if (Object.values(checklist).every(Boolean)) return null;
  return (
    <SettingsBlock title="First steps">
      <ol className="divide-y rounded-ui border bg-panel">
        <Step isDone={checklist.identified_user} title="Identify a user">
          <CopyBlock title="From your application" text={identifyCall(side.widget_key)} />
        </Step>
        <Step isDone={checklist.enrolled_yourself} title="Enroll yourself">
          <Link to="/inbox" search={{ enroll: '' }} className={LINK}>
            Open the form in the inbox
          </Link>
        </Step>
        <Step isDone={checklist.fast_forwarded} title="Fast-forward the test clock">
          <Link to="/inbox" className={LINK}>
            Move it in the inbox, and watch each email come
          </Link>
        </Step>
        <Step isDone={checklist.connected_transport} title="Connect SMTP or a provider">
          <Link
            to="/dashboard/settings/$section"
            params={{ section: 'transports' }}
            className={LINK}
          >
            Add a transport to the live side
          </Link>
        </Step>
        <Step isDone={checklist.went_live} title="Go live">
          <Link to="/dashboard/series" className={LINK}>
            Activate a series on the live side
          </Link>
        </Step>
      </ol>
    </SettingsBlock>
  );
}

const LINK = 'text-accent underline';

interface StepProps {
  readonly isDone: boolean;
  readonly title: string;
  /** How, while it is not done. */
  readonly children: ReactNode;
}

function Step({ isDone, title, children }: StepProps) {
  const Icon = isDone ? CircleCheck : Circle;
  return (
    <li className="flex gap-2.5 px-3 py-2.5">
      <Icon
        size={16}
        role="img"
        aria-label={isDone ? 'done' : 'to do'}
        className={isDone ? 'mt-0.5 shrink-0 text-accent' : 'mt-0.5 shrink-0 text-muted'}
      />
      <div className="grid min-w-0 flex-1 gap-1">
        <span className={isDone ? 'text-muted' : 'font-medium'}>{title}</span>
        {!isDone && children}
      </div>
    </li>
  );
}

const identifyCall = (key: string | null): string =>
  [
    `curl -X POST ${window.location.origin}/api/sdk/users/identify \\`,
    `  -H 'Authorization: Bearer ${key ?? 'YOUR_WIDGET_KEY'}' \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d '{"user_id":"ada-1","traits":{"email":"ada@tidewater.example","name":"Ada"}}'`,
  ].join('\n');
