import { ApiError, type MessageDetail, UnreachableError } from '@milepost/sdk';
import { useAutomation } from '../../api/automations.ts';
import { useMessage } from '../../api/messages.ts';
import { useUser } from '../../api/users.ts';
import { Failure } from '../failure.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { Tab, TabList, TabPanel, Tabs } from '../ui/tabs.tsx';
import { DoubtDecision } from './doubt-decision.tsx';
import { EventsTab } from './events-tab.tsx';
import { MessageHeaders } from './message-headers.tsx';
import { MessageHtml } from './message-html.tsx';
import { MessageSummary } from './message-summary.tsx';
import { plannedZone } from './planned-zone.ts';
import { WhyTab } from './why-tab.tsx';

interface MessageViewProps {
  readonly id: string;
  /** Which part is open: html, text, headers, events or why; null for the body. */
  readonly tab: string | null;
  readonly onTab: (tab: string) => void;
}

/** One message: what it is, what it looks like, what became of it, and why it left when it did. */
export function MessageView({ id, tab, onTab }: MessageViewProps) {
  const { data, error } = useMessage(id);
  if (error instanceof ApiError && error.status === 404) {
    return (
      <Notice role="alert" title="There is no such message on this side">
        <p className="text-muted">It may belong to the other side, or to another workspace.</p>
      </Notice>
    );
  }
  if (data !== undefined) return <Loaded message={data} tab={tab} onTab={onTab} />;
  // That the server is silent is said once, over the whole page.
  if (error === null || error instanceof UnreachableError) return <ViewSkeleton />;
  return <Failure error={error} />;
}

interface LoadedProps extends Omit<MessageViewProps, 'id'> {
  readonly message: MessageDetail;
}

function Loaded({ message, tab, onTab }: LoadedProps) {
  const automation = useAutomation(message.automation_id).data ?? null;
  const user = useUser(message.user_id).data;
  const zone = plannedZone(message.reasons, user?.timezone ?? null);
  const fallback = message.html === '' ? 'text' : 'html';
  const shown = ['html', 'text', 'headers', 'events', 'why'].includes(tab ?? '')
    ? (tab ?? '')
    : fallback;
  return (
    <>
      <MessageSummary
        message={message}
        zone={zone}
        userName={user?.name ?? null}
        automation={automation}
      />
      {message.status === 'in_doubt' && <DoubtDecision message={message} />}
      <Tabs value={shown} onValueChange={onTab} className="flex min-h-0 flex-1 flex-col">
        <TabList aria-label="Parts of the message">
          <Tab value="html">HTML</Tab>
          <Tab value="text">Text</Tab>
          <Tab value="headers">Headers</Tab>
          <Tab value="events">Events</Tab>
          <Tab value="why">Why</Tab>
        </TabList>
        <TabPanel value="html" className="flex flex-1 flex-col pt-4">
          <MessageHtml html={message.html} />
        </TabPanel>
        <TabPanel value="text" className="pt-4">
          <pre className="max-w-[80ch] font-mono text-sm leading-5 whitespace-pre-wrap">
            {message.text === '' ? 'This message has no text part.' : message.text}
          </pre>
        </TabPanel>
        <TabPanel value="headers" className="pt-4">
          <MessageHeaders headers={message.headers} />
        </TabPanel>
        <TabPanel value="events" className="pt-5">
          <EventsTab message={message} zone={zone} />
        </TabPanel>
        <TabPanel value="why" className="pt-5">
          <WhyTab message={message} zone={zone} isOfSeries={automation?.type === 'series'} />
        </TabPanel>
      </Tabs>
    </>
  );
}

function ViewSkeleton() {
  return (
    <div aria-busy aria-label="Loading the message" className="grid gap-3">
      <Skeleton className="h-7 w-2/3" />
      <Skeleton className="h-4 w-1/2" />
      <Skeleton className="h-4 w-2/5" />
      <Skeleton className="mt-6 h-64 w-full" />
    </div>
  );
}
