import type { Explained } from './facts.ts';

/** Where somebody is in a series. */
export const PERSON_STATES = [
  'not_enrolled',
  'waiting',
  'sending',
  'calling',
  'paused',
  'completed',
  'goal_reached',
  'exited',
  'removed',
  'ended',
] as const;

export type PersonState = (typeof PERSON_STATES)[number];

/** What sentences are made of: texts, ready to be read. What does not matter to a code is ''. */
export interface Words {
  /** The name of the series, quoted. */
  readonly series: string;
  /** `step "tips" (sends the email "Three tips")`. */
  readonly step: string;
  /** The instant that matters, as the person's wall clock shows it, with the zone and whose it is. */
  readonly at: string;
  /** What the rule looked at or found. */
  readonly detail: string;
}

type Sentence = (words: Words) => string;

interface PersonCode {
  readonly state: PersonState;
  readonly sentence: Sentence;
}

const when =
  (state: PersonState) =>
  (sentence: Sentence): PersonCode => ({ state, sentence });

const notEntered = when('not_enrolled');
const waiting = when('waiting');
const exited = when('exited');

/** Every code that says where somebody is, with its sentence. docs/explain.md lists them. */
export const PERSON_CODES = {
  not_entered_draft: notEntered(
    ({ series }) => `Not in ${series}: it is a draft; nobody can enter it before it is activated.`,
  ),
  not_entered_paused: notEntered(
    ({ series }) => `Not in ${series}: it is paused; nobody can enter it before it is resumed.`,
  ),
  not_entered_series_completed: notEntered(
    ({ series }) => `Not in ${series}: it is completed; everybody it was for has been through it.`,
  ),
  not_entered_archived: notEntered(
    ({ series }) => `Not in ${series}: it is archived; nobody can enter it again.`,
  ),
  not_entered_never_called: notEntered(
    ({ series }) => `Not in ${series}: only a call enters it, and none has entered this user.`,
  ),
  not_entered_not_in_audience: notEntered(
    ({ series, detail }) => `Not in ${series}: the user does not match its audience: ${detail}.`,
  ),
  not_entered_event_not_seen: notEntered(
    ({ series, detail }) =>
      `Not in ${series}: it is entered by the event ${detail}, and the user has none.`,
  ),
  not_entered_event_filtered: notEntered(
    ({ series, detail }) =>
      `Not in ${series}: no event of the user passes the filter of the trigger: ${detail}.`,
  ),
  not_entered_event_before: notEntered(
    ({ series, detail, at }) =>
      `Not in ${series}: the event ${detail} came at ${at}, before the series was activated.`,
  ),
  not_entered_event_missed: notEntered(
    ({ series, detail, at }) =>
      `Not in ${series}: the event ${detail} came at ${at}, when the series was paused, ` +
      'entered in another way or not open to this user; the next one counts.',
  ),
  not_entered_known_before: notEntered(
    ({ series, at }) =>
      `Not in ${series}: new users enter it, and this one was first seen at ${at}, ` +
      'before it was activated.',
  ),
  not_entered_created_quietly: notEntered(
    ({ series, at }) =>
      `Not in ${series}: new users enter it, but when this one was created at ${at} it was by data ` +
      'that starts nothing (users/update, an import), or while the series was paused.',
  ),
  not_entered_manual: notEntered(
    ({ series }) =>
      `Not in ${series}: it was entered by everybody in its audience when it was activated; ` +
      'this user matches now and did not then.',
  ),
  not_entered_signal_pending: notEntered(
    ({ series }) =>
      `Not in ${series} yet: what just happened to the user is still to be looked at by a worker.`,
  ),
  not_entered_scan_running: notEntered(
    ({ series, detail }) =>
      `Not in ${series} yet: it is taking in its audience, and has looked at ${detail} users.`,
  ),
  not_entered_next_look: notEntered(
    ({ series }) =>
      `Not in ${series} yet: the user matches its audience, and enters with their next change ` +
      'or with the next sweep.',
  ),
  not_entered_series_limit: notEntered(
    ({ series, detail }) =>
      `Not in ${series}: the user is in ${detail}, which is as many series as the workspace ` +
      'allows, and none of them has a lower priority.',
  ),

  waiting_delay: waiting(({ step, at }) => `Waits at ${step} until ${at}.`),
  waiting_until: waiting(({ step, at }) => `Waits at ${step} until ${at}.`),
  waiting_until_date: waiting(
    ({ step, at }) => `Waits at ${step} for a date of the user, until ${at}.`,
  ),
  waiting_event: waiting(
    ({ step, at }) => `Waits at ${step}; if it does not happen, it is given up at ${at}.`,
  ),
  waiting_window: waiting(
    ({ step, at, detail }) => `The send window is closed (${detail}): ${step} waits until ${at}.`,
  ),
  waiting_business_day: waiting(
    ({ step, at, detail }) => `It is not a business day (${detail}): ${step} waits until ${at}.`,
  ),
  waiting_holiday: waiting(
    ({ step, at, detail }) => `It is a holiday (${detail}): ${step} waits until ${at}.`,
  ),
  waiting_spread: waiting(
    ({ step, at }) => `The sends of an opening are spread: the turn of ${step} comes at ${at}.`,
  ),
  waiting_frequency_cap: waiting(
    ({ step, at }) =>
      `The user has had as many emails as the workspace allows: ${step} waits until ${at}.`,
  ),
  waiting_retry: waiting(
    ({ step, at, detail }) => `The mail server deferred ${step} (${detail}): again at ${at}.`,
  ),
  waiting_webhook_retry: waiting(
    ({ step, at, detail }) => `The webhook of ${step} failed (${detail}): again at ${at}.`,
  ),
  waiting_webhook_room: waiting(
    ({ step, at, detail }) => `${detail}: ${step} waits for its turn until ${at}.`,
  ),
  waiting_planned: waiting(({ step, at }) => `Planned: ${step} is due at ${at}.`),
  waiting_resend: waiting(
    ({ step, at }) => `A member ordered the email of ${step} once more: it is due at ${at}.`,
  ),
  waiting_signal: waiting(
    ({ step }) =>
      `Something just happened to the user, and a worker looks at that first; then comes ${step}.`,
  ),
  waiting_no_worker: waiting(
    ({ step, at }) =>
      `Due since ${at}, but no worker is alive: start one (milepost work, or milepost start) ` +
      `for ${step}.`,
  ),
  waiting_queue: waiting(({ step, at }) => `Due since ${at}: ${step} is next in the queue.`),
  ending_archived: waiting(
    ({ series, step }) => `${series} was archived: ${step} will not run, and the passage ends now.`,
  ),
  orphaned: waiting(
    ({ series }) => `Is in ${series}, but nothing in the queue moves them on: run milepost repair.`,
  ),

  sending_prepared: when('sending')(
    ({ step }) => `A worker composes the email of ${step} and is about to hand it over.`,
  ),
  sending_handover: when('sending')(
    ({ step }) => `The email of ${step} is being handed to the mail server.`,
  ),
  sending_worker_lost: when('sending')(
    ({ step }) =>
      `The worker that held ${step} is gone; another takes it over within half a minute.`,
  ),
  webhook_calling: when('calling')(({ step }) => `The webhook of ${step} is being called.`),
  webhook_worker_lost: when('calling')(
    ({ step }) =>
      `The worker that called the webhook of ${step} is gone; another calls it again soon.`,
  ),

  paused: when('paused')(
    ({ series, step, at, detail }) =>
      `${series} is ${detail}: ${step}, planned for ${at}, is held.`,
  ),
  paused_overdue: when('paused')(
    ({ series, step, at, detail }) => `${series} is ${detail}: ${step} has been due since ${at}.`,
  ),

  completed: when('completed')(({ series, at }) => `Went through ${series} to its end at ${at}.`),
  completed_in_doubt: when('completed')(
    ({ series, at, detail }) =>
      `Went through ${series} to its end at ${at}, but nobody knows whether ${detail} left: ` +
      'a member decides.',
  ),
  goal_reached: when('goal_reached')(
    ({ series, at, detail }) => `Reached the goal of ${series} at ${at}${detail}.`,
  ),
  exited_filter: exited(
    ({ series, at, detail }) => `Left ${series} at ${at}: matched an exit rule${detail}.`,
  ),
  exited_event: exited(({ series, at, detail }) => `Left ${series} at ${at} by an event${detail}.`),
  exited_unsubscribe: exited(({ series, at }) => `Left ${series} at ${at}: unsubscribed.`),
  exited_hard_bounce: exited(
    ({ series, at }) => `Left ${series} at ${at}: an email to them bounced for good.`,
  ),
  exited_complaint: exited(
    ({ series, at }) => `Left ${series} at ${at}: reported an email as spam.`,
  ),
  exited_entered_series: exited(
    ({ series, at, detail }) => `Left ${series} at ${at}: entered the series ${detail}.`,
  ),
  exited_displaced: exited(
    ({ series, at }) =>
      `Left ${series} at ${at}: entered a series of higher priority, and the workspace limits ` +
      'how many a user may be in.',
  ),
  exited_late: exited(
    ({ series, at }) =>
      `Left ${series} at ${at}: was overdue by more than the series allows when it was resumed.`,
  ),
  exited_otherwise: exited(({ series, at, detail }) => `Left ${series} at ${at} (${detail}).`),
  removed: when('removed')(
    ({ series, at }) =>
      `Was removed from ${series} by a call at ${at}; may be enrolled again and starts at the ` +
      'first step.',
  ),
  ended_archived: when('ended')(
    ({ series, at }) => `The passage ended at ${at}: ${series} was archived.`,
  ),
  ended_unknown_step: when('ended')(
    ({ series, at }) =>
      `The passage through ${series} ended at ${at}: no version has the step that it waited at.`,
  ),
  ended_otherwise: when('ended')(
    ({ series, at, detail }) => `The passage through ${series} ended at ${at} (${detail}).`,
  ),
} as const satisfies Record<string, PersonCode>;

export type PersonCodeName = keyof typeof PERSON_CODES;

/** Whether a call to enroll would let somebody in now, and by which rule. */
export const ENTRY_CODES = {
  may_enter: ({ detail }) => `A call to enroll lets the user in now, as run ${detail}.`,
  already_in: () => 'Is in it: enrolling again changes nothing.',
  reenrollment_off: ({ detail }) =>
    `May not enter again: ${detail === '' ? 're-enrollment is off' : detail}.`,
  too_soon: ({ at }) => `May enter again after ${at}: the cooldown has not passed.`,
  too_often: ({ detail }) => `May not enter again: all ${detail} runs are used up.`,
  series_limit: ({ detail }) =>
    `May not enter now: is in ${detail}, and the workspace allows no more at once.`,
  series_draft: () => 'May not enter: the series is a draft.',
  series_paused: () => 'May not enter now: the series is paused.',
  series_completed: () => 'May not enter: the series is completed.',
  series_archived: () => 'May not enter: the series is archived.',
} as const satisfies Record<string, Sentence>;

export type EntryCodeName = keyof typeof ENTRY_CODES;

/** What became of one step. */
export const STEP_CODES = {
  sent: ({ step, detail }) => `${step}: handed to the mail server, which took it${detail}.`,
  captured: ({ step }) => `${step}: composed and kept to be looked at; not handed over.`,
  delivered: ({ step }) => `${step}: delivered.`,
  bounced: ({ step }) => `${step}: sent, and bounced.`,
  complained: ({ step }) => `${step}: sent, and reported as spam.`,
  waited: ({ step, detail }) => `${step}: the wait is over${detail}.`,
  event_happened: ({ step, detail }) => `${step}: it happened${detail}.`,
  event_timed_out: ({ step, detail }) => `${step}: it did not happen in time${detail}.`,
  condition_yes: ({ step }) => `${step}: yes.`,
  condition_no: ({ step }) => `${step}: no.`,
  branch_taken: ({ step, detail }) => `${step}: took branch ${detail}.`,
  user_updated: ({ step }) => `${step}: done.`,
  webhook_answered: ({ step, detail }) => `${step}: the server said yes${detail}.`,
  webhook_captured: ({ step }) => `${step}: not called, for a test side calls nobody.`,
  passed: ({ step }) => `${step}: passed.`,
  skipped_no_address: ({ step }) => `${step}: skipped, for the user had no email address.`,
  skipped_invalid_address: ({ step }) =>
    `${step}: skipped, for the user's email address cannot be written to.`,
  skipped_suppressed: ({ step, detail }) =>
    `${step}: skipped, for the user is suppressed (${detail}).`,
  skipped_unsubscribed: ({ step }) => `${step}: skipped, for the user wants no marketing.`,
  skipped_left_list: ({ step }) => `${step}: skipped, for the user has left its list.`,
  skipped_not_subscribed: ({ step }) => `${step}: skipped, for the user has not joined its list.`,
  skipped_not_confirmed: ({ step }) =>
    `${step}: skipped, for the user has not confirmed to join its list.`,
  skipped_list_gone: ({ step }) => `${step}: skipped, for its list is archived or missing.`,
  skipped_user_erased: ({ step }) => `${step}: skipped, for the user had been erased.`,
  skipped_late: ({ step }) =>
    `${step}: skipped, for it was overdue by more than the series allows when it was resumed.`,
  skipped_frequency_cap: ({ step }) =>
    `${step}: skipped, for the user had had as many emails as the workspace allows.`,
  skipped_already_sent: ({ step }) =>
    `${step}: skipped, for it was sent before the user was moved to another version.`,
  skipped_step_removed: ({ step, detail }) => `${step}: skipped, for ${detail}.`,
  skipped_unknown_step: ({ step, detail }) => `${step}: skipped by a repair, for ${detail}.`,
  skipped_otherwise: ({ step, detail }) => `${step}: skipped (${detail}).`,
  failed_template: ({ step, detail }) => `${step}: failed, for it could not be merged: ${detail}.`,
  failed_update_refused: ({ step, detail }) =>
    `${step}: failed, for what it would write is no valid trait: ${detail}.`,
  failed_webhook_refused: ({ step, detail }) =>
    `${step}: failed, for its address may not be called: ${detail}.`,
  failed_webhook: ({ step, detail }) => `${step}: failed, for the server said no: ${detail}.`,
  failed_webhook_given_up: ({ step, detail }) =>
    `${step}: failed, given up after 24 hours of trying: ${detail}.`,
  failed_no_open_slot: ({ step, detail }) =>
    `${step}: failed, for its window never opens: ${detail}.`,
  failed_rejected: ({ step, detail }) => `${step}: the mail server refused it: ${detail}.`,
  failed_given_up: ({ step, detail }) =>
    `${step}: the mail server deferred it for 24 hours, then it was given up: ${detail}.`,
  failed_user_erased: ({ step }) => `${step}: failed, for the user had been erased.`,
  failed_step_missing: ({ step }) => `${step}: failed, for its version has no such step.`,
  failed_otherwise: ({ step, detail }) => `${step}: failed: ${detail}.`,
  cancelled: ({ step, detail }) =>
    `${step}: did not run, for the passage ended before (${detail}).`,
  in_doubt: ({ step, detail }) =>
    `${step}: nobody knows whether the email left (${detail}); a member decides, and the person ` +
    'has gone on.',
} as const satisfies Record<string, Sentence>;

export type StepCodeName = keyof typeof STEP_CODES;

const NO_WORDS: Words = { series: '', step: '', at: '', detail: '' };

/** A code with its sentence about one person, and the state that it is a case of. */
export function personExplained(
  code: PersonCodeName,
  words: Partial<Words>,
): Explained<PersonCodeName> & { readonly state: PersonState } {
  const { state, sentence } = PERSON_CODES[code];
  return { state, code, sentence: startOf(sentence({ ...NO_WORDS, ...words })) };
}

export const entryExplained = (
  code: EntryCodeName,
  words: Partial<Words> = {},
): Explained<EntryCodeName> => ({
  code,
  sentence: startOf(ENTRY_CODES[code]({ ...NO_WORDS, ...words })),
});

export const stepExplained = (
  code: StepCodeName,
  words: Partial<Words>,
): Explained<StepCodeName> => ({
  code,
  sentence: startOf(STEP_CODES[code]({ ...NO_WORDS, ...words })),
});

const startOf = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
