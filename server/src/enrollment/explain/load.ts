import {
  factsNeeded,
  heardEvents,
  loadFacts,
  neededTogether,
  usersByIds,
} from '../../audience/index.ts';
import { messagesOfUser } from '../../delivery/index.ts';
import type { Db } from '../../platform/db.ts';
import { bucketOf, userIdOf } from '../../platform/ids.ts';
import { rulesOf } from '../../schedule/settings.ts';
import type { Automation, PublishedSeries, SeriesCatalog } from '../../series/index.ts';
import { userNotFound } from '../errors.ts';
import { reactRulesOf } from '../react/rules.ts';
import { SILENCE_MS } from '../reap.ts';
import { loadActive } from '../sql/at-once.ts';
import { loadEntryFacts } from '../sql/enter.ts';
import type { ExplainFacts, TriggerFacts } from './facts.ts';
import { findPassage, listSteps, type PassageFacts } from './sql.ts';

export interface ExplainDeps {
  readonly db: Db;
  readonly catalog: SeriesCatalog;
}

/** Who is asked about, and which series. */
export interface ExplainAsk {
  readonly workspace: {
    readonly id: string;
    readonly timezone: string;
    readonly side: 'live' | 'test';
  };
  readonly userExternalId: string;
  readonly automation: Automation;
}

const MESSAGES_MAX = 200;

/**
 * Reads everything that explaining looks at. Some ten statements, each by keys, whatever the number of
 * users; nothing is locked, so what moves meanwhile may be told as it was a moment ago.
 *
 * @throws `enrollment.user_not_found`
 */
export async function loadExplainFacts(
  { db, catalog }: ExplainDeps,
  { workspace, userExternalId, automation }: ExplainAsk,
): Promise<ExplainFacts> {
  const userId = userIdOf(workspace.id, userExternalId);
  const bucket = bucketOf(userId);
  const user = (await usersByIds(db, [{ bucket, id: userId }])).get(userId);
  if (user === undefined) throw userNotFound();
  const ref = { bucket, userId, workspaceId: workspace.id, automationId: automation.id };
  const [[entry], found] = await Promise.all([
    loadEntryFacts(db, [ref]),
    findPassage(db, { ...ref, silenceMs: SILENCE_MS }),
  ]);
  if (entry === undefined) throw new Error(`no facts about user ${userId}`);
  const { passage, row, isSignalled, liveWorkers } = found;
  const versionOf = (number: number | null): Promise<PublishedSeries | null> =>
    number === null
      ? Promise.resolve(null)
      : catalog.version({
          automationId: automation.id,
          number,
          workspaceTimezone: workspace.timezone,
        });
  const [entered, series, steps, messages, active] = await Promise.all([
    versionOf(automation.version),
    versionOf(passage?.version ?? automation.version),
    passage === null ? [] : listSteps(db, { bucket, enrollmentId: passage.id }),
    passage === null ? [] : messagesOfUser(db, { ...ref, limit: MESSAGES_MAX }),
    entry.seriesAtOnce === null ? [] : loadActive(db, [ref]),
  ]);
  const { now } = entry;
  const trigger = await triggerFacts(db, { user, entered, now, found });
  return {
    now,
    side: workspace.side,
    automation,
    user,
    series,
    entered,
    rules: series?.rules ?? draftRules(automation, workspace.timezone),
    passage,
    row,
    steps,
    messages: messages.filter(({ enrollmentId }) => enrollmentId === passage?.id),
    isSignalled,
    liveWorkers,
    entry,
    active,
    trigger,
  };
}

const draftRules = ({ draft }: Automation, workspaceTimezone: string) =>
  rulesOf(draft['settings'] ?? {}, workspaceTimezone);

/** What the trigger looks at: the latest events of its type, and the person its audience asks about. */
async function triggerFacts(
  db: Db,
  {
    user,
    entered,
    now,
    found: { activeSince, scan },
  }: Pick<ExplainFacts, 'user' | 'entered' | 'now'> & { found: PassageFacts },
): Promise<TriggerFacts> {
  if (entered === null) return { activeSince, scan, events: [], person: null };
  const { entry_trigger: kind, entry_event_name: eventType } = entered.settings;
  const { audience } = reactRulesOf(entered);
  const { bucket, id: userId } = user;
  const asks =
    kind !== 'event' || eventType === null
      ? []
      : [{ key: userId, bucket, userId, eventType, since: new Date(0), except: [] }];
  const [heard, facts] = await Promise.all([
    asks.length === 0 ? null : heardEvents(db, asks),
    audience === null
      ? null
      : loadFacts(db, [{ key: userId, user, needs: neededTogether([factsNeeded(audience)]), now }]),
  ]);
  return {
    activeSince,
    scan,
    events: heard?.get(userId) ?? [],
    person: facts?.get(userId) ?? null,
  };
}
