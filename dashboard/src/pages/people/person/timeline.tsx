import { Link } from '@tanstack/react-router';
import { useAskPages, type RowOf } from '../../../api/ask.ts';
import { useSearchText } from '../../../app/use-search.ts';
import { dayOf, minuteOf, viewerZone } from '../../../app/time.ts';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { WithInstants } from '../../../components/instant.tsx';
import { LoadMore } from '../../../components/load-more.tsx';
import { Post, Trail } from '../../../components/message/trail.tsx';
import { ruleTitle } from '../../../components/message/why-words.ts';
import { sentenceWords } from '../../../components/sentence.ts';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { KindFilter } from './kind-filter.tsx';
import { kindsOf } from './kinds.ts';

type Happening = RowOf<'GET /users/{user_id}/timeline'>;

const PAGE_SIZE = 40;

interface TimelineProps {
  readonly userId: string;
  readonly zone: string | null;
}

/** Everything that happened to somebody, the youngest first. */
export function Timeline({ userId, zone }: TimelineProps) {
  const [only, setOnly] = useSearchText('only');
  const kinds = kindsOf(only);
  const pages = useAskPages(
    'GET /users/{user_id}/timeline',
    {
      path: { user_id: userId },
      query: { limit: PAGE_SIZE, ...(kinds === null ? {} : { kinds: kinds.join(',') }) },
    },
    { keepsPrevious: true },
  );
  const { rows, isPending, error, hasNextPage, isFetchingNextPage, isPlaceholderData } = pages;
  return (
    <section aria-labelledby="timeline-head" className="grid min-w-0 content-start gap-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <div className="flex flex-wrap items-baseline gap-x-2">
          <h2 id="timeline-head" className="font-semibold">
            Timeline
          </h2>
          <span className="text-sm text-muted">your time, {viewerZone}</span>
        </div>
        <KindFilter only={only} onChange={setOnly} />
      </div>
      {error !== null && <Failure error={error} stale={rows.length > 0} />}
      {isPending && error === null && <TimelineSkeleton />}
      {!isPending && error === null && rows.length === 0 && (
        <Empty title={kinds === null ? 'Nothing has happened yet' : 'Nothing of this kind yet'}>
          <p>Events, series, messages and what they choose about mail appear here.</p>
        </Empty>
      )}
      <div aria-busy={isPlaceholderData} className={isPlaceholderData ? 'opacity-60' : ''}>
        {byDay(rows).map(([day, happenings]) => (
          <section key={day} aria-label={day} className="mb-6">
            <h3 className="mb-3 text-sm font-medium text-muted">{day}</h3>
            <Trail>
              {happenings.map((one, index) => (
                <Post
                  key={`${one.at} ${one.code} ${one.message_id ?? ''} ${index}`}
                  last={false}
                  tone={toneOf(one)}
                >
                  <HappeningPost happening={one} zone={zone} />
                </Post>
              ))}
            </Trail>
          </section>
        ))}
      </div>
      <LoadMore
        hasMore={hasNextPage}
        isLoading={isFetchingNextPage}
        onMore={() => void pages.fetchNextPage()}
      />
    </section>
  );
}

/** Days of the viewer. */
const byDay = (rows: readonly Happening[]) => [
  ...Map.groupBy(rows, ({ at }) => dayOf(at, viewerZone)),
];

const BAD = /bounce|complain|fail|reject|unsubscribed|suppression_added|in_doubt/;
const GOOD = /goal|delivered|clicked|opened|entered|consent_subscribed/;

function toneOf({ code, kind }: Happening): 'plain' | 'good' | 'bad' | 'faint' {
  if (BAD.test(code)) return 'bad';
  if (GOOD.test(code) || kind === 'entered') return 'good';
  return /skipped|cancelled/.test(code) ? 'faint' : 'plain';
}

interface HappeningPostProps {
  readonly happening: Happening;
  /** Of the person. */
  readonly zone: string | null;
}

function HappeningPost({ happening, zone }: HappeningPostProps) {
  const { at, sentence, series_name: seriesName, series_id: seriesId, reasons } = happening;
  const { message_id: messageId, detail } = happening;
  return (
    <div className="grid min-w-0 gap-0.5">
      <p className="min-w-0">
        <WithInstants text={sentenceWords(sentence)} zone={zone ?? viewerZone} />
      </p>
      <p className="flex flex-wrap gap-x-2.5 text-sm leading-6 text-muted">
        <time dateTime={at} title={at}>
          {minuteOf(at, viewerZone)}
        </time>
        {zone !== null && zone !== viewerZone && (
          <span data-tabular="">
            {minuteOf(at, zone)} in {zone}
          </span>
        )}
        {seriesName !== null && seriesId !== null && (
          <Link
            to="/dashboard/automation/$id"
            params={{ id: seriesId }}
            className="underline underline-offset-2"
          >
            {seriesName}
          </Link>
        )}
        {messageId !== null && (
          <Link
            to="/dashboard/messages"
            search={((all: object) => ({ ...all, m: messageId, only: undefined })) as never}
            className="underline underline-offset-2"
          >
            Open the message
          </Link>
        )}
      </p>
      {reasons.length > 0 && (
        <details className="text-sm">
          <summary className="w-fit cursor-pointer leading-6 text-muted">Why</summary>
          <Reasons reasons={reasons} zone={zone ?? viewerZone} />
        </details>
      )}
      {happening.kind === 'event' && <EventData data={detail} />}
    </div>
  );
}

/** Each rule with what it looked at and what came of it. */
export function Reasons({
  reasons,
  zone,
}: {
  readonly reasons: Happening['reasons'];
  readonly zone: string;
}) {
  return (
    <dl className="mt-1 grid gap-x-4 gap-y-1 border-l pl-3 text-sm wide:grid-cols-[max-content_minmax(0,1fr)]">
      {reasons.map(({ rule, input, outcome }, index) => (
        <div key={index} className="grid wide:contents">
          <dt className="text-muted">{ruleTitle(rule)}</dt>
          <dd className="min-w-0">
            <WithInstants text={sentenceWords(input.replace(/\.$/, ''))} zone={zone} />
            {outcome !== '' && (
              <>
                {': '}
                <strong className="font-medium">
                  <WithInstants text={sentenceWords(outcome)} zone={zone} />
                </strong>
              </>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What came with an event. */
function EventData({ data }: { readonly data: Readonly<Record<string, unknown>> }) {
  const entries = Object.entries(data).filter(
    ([, value]) => value !== null && JSON.stringify(value) !== '{}',
  );
  if (entries.length === 0) return null;
  return (
    <details className="text-sm">
      <summary className="w-fit cursor-pointer leading-6 text-muted">What came with it</summary>
      <pre className="mt-1 max-h-60 overflow-auto rounded-ui bg-sunken p-2 font-mono text-xs">
        {JSON.stringify(Object.fromEntries(entries), null, 2)}
      </pre>
    </details>
  );
}

function TimelineSkeleton() {
  return (
    <div aria-busy aria-label="Loading the timeline" className="grid gap-5">
      <Skeleton className="h-4 w-32" />
      {Array.from({ length: 6 }, (_, index) => (
        <div key={index} className="grid gap-1.5 pl-6">
          <Skeleton className={index % 2 === 0 ? 'h-4 w-3/5' : 'h-4 w-2/5'} />
          <Skeleton className="h-3.5 w-28" />
        </div>
      ))}
    </div>
  );
}
