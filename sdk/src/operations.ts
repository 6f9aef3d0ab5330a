// Made from the OpenAPI document of the server; do not edit.
// A test compares the two; run it with -u to write this file anew.

/** A rule that selects users. */
export type Filter = { readonly and: readonly Filter[]; } | { readonly or: readonly Filter[]; } | { readonly not: Filter; } | { readonly field: string; readonly operator: "equals"; readonly value: string | number | boolean; } | { readonly field: string; readonly operator: "not_equals"; readonly value: string | number | boolean; } | { readonly field: string; readonly operator: "contains"; readonly value: string | number | boolean; } | { readonly field: string; readonly operator: "starts_with"; readonly value: string; } | { readonly field: string; readonly operator: "ends_with"; readonly value: string; } | { readonly field: string; readonly operator: "one_of"; readonly value: readonly string[] | readonly number[]; } | { readonly field: string; readonly operator: "not_one_of"; readonly value: readonly string[] | readonly number[]; } | { readonly field: string; readonly operator: "greater_than"; readonly value: number; } | { readonly field: string; readonly operator: "at_least"; readonly value: number; } | { readonly field: string; readonly operator: "less_than"; readonly value: number; } | { readonly field: string; readonly operator: "at_most"; readonly value: number; } | { readonly field: string; readonly operator: "between"; readonly value: readonly number[] | readonly string[]; readonly timezone?: string; } | { readonly field: string; readonly operator: "before"; readonly value: string; readonly timezone?: string; } | { readonly field: string; readonly operator: "after"; readonly value: string; readonly timezone?: string; } | { readonly field: string; readonly operator: "on"; readonly value: string; readonly timezone?: string; } | WithinLast | WithinNext | MoreThanAgo | MoreThanAhead | { readonly field: string; readonly operator: "contains_any"; readonly value: readonly (string | number | boolean)[]; } | { readonly field: string; readonly operator: "contains_all"; readonly value: readonly (string | number | boolean)[]; } | { readonly field: string; readonly operator: "size"; readonly value: number; } | { readonly field: string; readonly operator: "size_at_least"; readonly value: number; } | { readonly field: string; readonly operator: "size_at_most"; readonly value: number; } | { readonly field: string; readonly operator: "is_set"; } | { readonly field: string; readonly operator: "is_not_set"; } | EventAtLeast | EventAtMost | EventExactly | EventNever | { readonly list: string; readonly operator: "subscribed" | "not_subscribed" | "unsubscribed"; } | { readonly consent: "subscribed" | "unsubscribed"; };

/** A rule over a user and their enrollment, which is what steps ask about. */
export type StepFilter = { readonly and: readonly StepFilter[]; } | { readonly or: readonly StepFilter[]; } | { readonly not: StepFilter; } | { readonly field: string; readonly operator: "equals"; readonly value: string | number | boolean; } | { readonly field: string; readonly operator: "not_equals"; readonly value: string | number | boolean; } | { readonly field: string; readonly operator: "contains"; readonly value: string | number | boolean; } | { readonly field: string; readonly operator: "starts_with"; readonly value: string; } | { readonly field: string; readonly operator: "ends_with"; readonly value: string; } | { readonly field: string; readonly operator: "one_of"; readonly value: readonly string[] | readonly number[]; } | { readonly field: string; readonly operator: "not_one_of"; readonly value: readonly string[] | readonly number[]; } | { readonly field: string; readonly operator: "greater_than"; readonly value: number; } | { readonly field: string; readonly operator: "at_least"; readonly value: number; } | { readonly field: string; readonly operator: "less_than"; readonly value: number; } | { readonly field: string; readonly operator: "at_most"; readonly value: number; } | { readonly field: string; readonly operator: "between"; readonly value: readonly number[] | readonly string[]; readonly timezone?: string; } | { readonly field: string; readonly operator: "before"; readonly value: string; readonly timezone?: string; } | { readonly field: string; readonly operator: "after"; readonly value: string; readonly timezone?: string; } | { readonly field: string; readonly operator: "on"; readonly value: string; readonly timezone?: string; } | WithinLast | WithinNext | MoreThanAgo | MoreThanAhead | { readonly field: string; readonly operator: "contains_any"; readonly value: readonly (string | number | boolean)[]; } | { readonly field: string; readonly operator: "contains_all"; readonly value: readonly (string | number | boolean)[]; } | { readonly field: string; readonly operator: "size"; readonly value: number; } | { readonly field: string; readonly operator: "size_at_least"; readonly value: number; } | { readonly field: string; readonly operator: "size_at_most"; readonly value: number; } | { readonly field: string; readonly operator: "is_set"; } | { readonly field: string; readonly operator: "is_not_set"; } | EventAtLeast | EventAtMost | EventExactly | EventNever | { readonly list: string; readonly operator: "subscribed" | "not_subscribed" | "unsubscribed"; } | { readonly consent: "subscribed" | "unsubscribed"; } | { readonly email: string; readonly operator: "sent" | "delivered" | "opened" | "clicked" | "bounced"; };

/** A rule that selects companies. */
export type CompanyFilter = { readonly and: readonly CompanyFilter[]; } | { readonly or: readonly CompanyFilter[]; } | { readonly not: CompanyFilter; } | { readonly field: string; readonly operator: "equals"; readonly value: string | number | boolean; } | { readonly field: string; readonly operator: "not_equals"; readonly value: string | number | boolean; } | { readonly field: string; readonly operator: "contains"; readonly value: string | number | boolean; } | { readonly field: string; readonly operator: "starts_with"; readonly value: string; } | { readonly field: string; readonly operator: "ends_with"; readonly value: string; } | { readonly field: string; readonly operator: "one_of"; readonly value: readonly string[] | readonly number[]; } | { readonly field: string; readonly operator: "not_one_of"; readonly value: readonly string[] | readonly number[]; } | { readonly field: string; readonly operator: "greater_than"; readonly value: number; } | { readonly field: string; readonly operator: "at_least"; readonly value: number; } | { readonly field: string; readonly operator: "less_than"; readonly value: number; } | { readonly field: string; readonly operator: "at_most"; readonly value: number; } | { readonly field: string; readonly operator: "between"; readonly value: readonly number[] | readonly string[]; readonly timezone?: string; } | { readonly field: string; readonly operator: "before"; readonly value: string; readonly timezone?: string; } | { readonly field: string; readonly operator: "after"; readonly value: string; readonly timezone?: string; } | { readonly field: string; readonly operator: "on"; readonly value: string; readonly timezone?: string; } | WithinLast | WithinNext | MoreThanAgo | MoreThanAhead | { readonly field: string; readonly operator: "contains_any"; readonly value: readonly (string | number | boolean)[]; } | { readonly field: string; readonly operator: "contains_all"; readonly value: readonly (string | number | boolean)[]; } | { readonly field: string; readonly operator: "size"; readonly value: number; } | { readonly field: string; readonly operator: "size_at_least"; readonly value: number; } | { readonly field: string; readonly operator: "size_at_most"; readonly value: number; } | { readonly field: string; readonly operator: "is_set"; } | { readonly field: string; readonly operator: "is_not_set"; };

/** A rule that selects events of one user. */
export type EventFilter = { readonly and: readonly EventFilter[]; } | { readonly or: readonly EventFilter[]; } | { readonly not: EventFilter; } | { readonly field: string; readonly operator: "equals"; readonly value: string | number | boolean; } | { readonly field: string; readonly operator: "not_equals"; readonly value: string | number | boolean; } | { readonly field: string; readonly operator: "contains"; readonly value: string | number | boolean; } | { readonly field: string; readonly operator: "starts_with"; readonly value: string; } | { readonly field: string; readonly operator: "ends_with"; readonly value: string; } | { readonly field: string; readonly operator: "one_of"; readonly value: readonly string[] | readonly number[]; } | { readonly field: string; readonly operator: "not_one_of"; readonly value: readonly string[] | readonly number[]; } | { readonly field: string; readonly operator: "greater_than"; readonly value: number; } | { readonly field: string; readonly operator: "at_least"; readonly value: number; } | { readonly field: string; readonly operator: "less_than"; readonly value: number; } | { readonly field: string; readonly operator: "at_most"; readonly value: number; } | { readonly field: string; readonly operator: "between"; readonly value: readonly number[] | readonly string[]; readonly timezone?: string; } | { readonly field: string; readonly operator: "before"; readonly value: string; readonly timezone?: string; } | { readonly field: string; readonly operator: "after"; readonly value: string; readonly timezone?: string; } | { readonly field: string; readonly operator: "on"; readonly value: string; readonly timezone?: string; } | WithinLast | WithinNext | MoreThanAgo | MoreThanAhead | { readonly field: string; readonly operator: "contains_any"; readonly value: readonly (string | number | boolean)[]; } | { readonly field: string; readonly operator: "contains_all"; readonly value: readonly (string | number | boolean)[]; } | { readonly field: string; readonly operator: "size"; readonly value: number; } | { readonly field: string; readonly operator: "size_at_least"; readonly value: number; } | { readonly field: string; readonly operator: "size_at_most"; readonly value: number; } | { readonly field: string; readonly operator: "is_set"; } | { readonly field: string; readonly operator: "is_not_set"; };

export interface WithinLast { readonly field: string; readonly operator: "within_last"; readonly value: { readonly amount: number; readonly unit: "minutes" | "hours" | "days" | "weeks"; }; readonly timezone?: string; }

export interface WithinNext { readonly field: string; readonly operator: "within_next"; readonly value: { readonly amount: number; readonly unit: "minutes" | "hours" | "days" | "weeks"; }; readonly timezone?: string; }

export interface MoreThanAgo { readonly field: string; readonly operator: "more_than_ago"; readonly value: { readonly amount: number; readonly unit: "minutes" | "hours" | "days" | "weeks"; }; readonly timezone?: string; }

export interface MoreThanAhead { readonly field: string; readonly operator: "more_than_ahead"; readonly value: { readonly amount: number; readonly unit: "minutes" | "hours" | "days" | "weeks"; }; readonly timezone?: string; }

export interface EventAtLeast { readonly event: string; readonly operator: "at_least"; readonly count: number; readonly within?: { readonly amount: number; readonly unit: "minutes" | "hours" | "days" | "weeks"; }; readonly where?: readonly EventFilter[]; }

export interface EventAtMost { readonly event: string; readonly operator: "at_most"; readonly count: number; readonly within?: { readonly amount: number; readonly unit: "minutes" | "hours" | "days" | "weeks"; }; readonly where?: readonly EventFilter[]; }

export interface EventExactly { readonly event: string; readonly operator: "exactly"; readonly count: number; readonly within?: { readonly amount: number; readonly unit: "minutes" | "hours" | "days" | "weeks"; }; readonly where?: readonly EventFilter[]; }

export interface EventNever { readonly event: string; readonly operator: "never"; readonly within?: { readonly amount: number; readonly unit: "minutes" | "hours" | "days" | "weeks"; }; readonly where?: readonly EventFilter[]; }

export interface IdConfirmation { readonly subject: string; readonly html: string; readonly text?: string | null; readonly preheader?: string | null; readonly from?: string | null; readonly reply_to?: string | null; readonly is_default: boolean; }

export interface MembersId { readonly id: string; readonly name: string; readonly email: string; readonly role: "owner" | "editor" | "viewer"; readonly two_factor: boolean; readonly created_at: string; readonly updated_at: string; }

export interface IdErased { readonly enrollments: number; readonly active_enrollments: number; readonly steps: number; readonly messages: number; readonly message_events: number; readonly events: number; readonly preferences: number; readonly consent_changes: number; readonly broadcasts: number; }

export interface AuditData { readonly id: string; readonly at: string; readonly side: "live" | "test"; readonly actor: { readonly kind: "member" | "key" | "code" | "system"; readonly id: string | null; readonly name: string | null; }; readonly reason: string | null; readonly action: string; readonly target: { readonly kind: string; readonly id: string; readonly name: string | null; }; readonly before: Readonly<Record<string, unknown>> | null; readonly after: Readonly<Record<string, unknown>> | null; readonly is_cut: boolean; readonly request_id: string | null; readonly address: string | null; }

export interface BroadcastsData { readonly id: string; readonly type: "broadcast"; readonly name: string; readonly status: "draft" | "scheduled" | "sending" | "paused" | "sent" | "cancelled"; readonly etag: string; readonly scheduled_for: string | null; readonly started_at: string | null; readonly finished_at: string | null; readonly created_at: string; readonly updated_at: string; readonly [name: string]: unknown; }

export interface AudienceCount { readonly matched: number; readonly unsubscribed: number; readonly suppressed: number; readonly no_address: number; readonly invalid_address: number; readonly duplicate_address: number; readonly capped: number; readonly already_past: number; readonly will_send: number; }

export interface IdChecks { readonly data: readonly ({ readonly severity: "error" | "warning"; readonly code: string; readonly step_id?: string; readonly path: string; readonly message: string; })[]; }

export interface RecipientsData { readonly user_id: string | null; readonly outcome: "waiting" | "queued" | "sent" | "delivered" | "bounced" | "complained" | "failed" | "skipped" | "cancelled" | "in_doubt" | "unsubscribed" | "suppressed" | "no_address" | "invalid_address" | "duplicate_address" | "capped" | "already_past"; readonly reason: string | null; readonly scheduled_for: string | null; readonly message_id: string | null; readonly sent_at: string | null; }

export interface ResultsTotal { readonly sent: number; readonly delivered: number; readonly bounced_hard: number; readonly bounced_soft: number; readonly blocked: number; readonly complained: number; readonly unsubscribed: number; readonly replied: number; readonly dropped: number; readonly opened: number; readonly opened_by_machine: number; readonly clicked: number; readonly clicked_by_machine: number; }

export interface StatsOutcomes { readonly waiting: number; readonly queued: number; readonly sent: number; readonly delivered: number; readonly bounced: number; readonly complained: number; readonly failed: number; readonly skipped: number; readonly cancelled: number; readonly in_doubt: number; }

export interface IdStats { readonly status: "draft" | "scheduled" | "sending" | "paused" | "sent" | "cancelled"; readonly total: number; readonly audience: AudienceCount; readonly outcomes: StatsOutcomes; readonly snapshot: { readonly looked: number; readonly estimate: number | null; readonly finished_at: string | null; }; readonly per_second: number; readonly estimated_end: string | null; }

export interface VariantsVariants { readonly name: string; readonly weight: number | null; readonly sent: number; readonly delivered: number; readonly opened: { readonly count: number; readonly rate: number | null; readonly confidence: number | null; }; readonly clicked: { readonly count: number; readonly rate: number | null; readonly confidence: number | null; }; readonly bounced: number; readonly unsubscribed: number; }

export interface VariantsWinner { readonly metric: string; readonly after: number; readonly confidence: number; readonly name: string | null; readonly decided_at: string | null; readonly why: string | null; }

export interface IdVariants { readonly automation_id: string; readonly step_id: string; readonly variants: readonly VariantsVariants[]; readonly truncated: boolean; readonly winner: VariantsWinner | null; }

export interface CompaniesData { readonly id: string; readonly company_id: string; readonly name: string | null; readonly domain: string | null; readonly industry: string | null; readonly plan: string | null; readonly employee_count: number | null; readonly signed_up_at: string | null; readonly traits: Readonly<Record<string, unknown>>; readonly context: Readonly<Record<string, unknown>>; readonly first_seen: string; readonly last_seen: string; readonly created_at: string; readonly updated_at: string; }

export interface UsersData { readonly id: string; readonly user_id: string; readonly email: string | null; readonly name: string | null; readonly timezone: string | null; readonly locale: string | null; readonly signed_up_at: string | null; readonly company_id: string | null; readonly traits: Readonly<Record<string, unknown>>; readonly context: Readonly<Record<string, unknown>>; readonly first_seen: string; readonly last_seen: string; readonly created_at: string; readonly updated_at: string; }

export interface ConfirmationsData { readonly id: string; readonly code: string; readonly tool: string; readonly arguments: Readonly<Record<string, unknown>>; readonly words: readonly string[]; readonly people_count: number | null; readonly role: "editor" | "owner"; readonly key_hint: string; readonly state: "waiting" | "issued" | "refused" | "used" | "lapsed"; readonly requested_at: string; readonly expires_at: string; readonly decided_at: string | null; readonly decided_by: string | null; readonly used_at: string | null; readonly outcome: string | null; }

export interface Countries { readonly data: readonly ({ readonly code: string; readonly name: string; readonly regions: readonly ({ readonly code: string; readonly name: string; })[]; })[]; }

export interface EventTypes { readonly data: readonly ({ readonly name: string; readonly description: string; readonly schema: unknown; readonly sample: unknown; })[]; readonly envelope: unknown; }

export interface EventsData { readonly id: string; readonly user_id: string | null; readonly event_type: string; readonly occurred_at: string; readonly received_at: string; readonly event_id: string | null; readonly session_id: string | null; readonly element_selector: string | null; readonly page_url: string | null; readonly metadata: Readonly<Record<string, unknown>>; }

export interface FiltersData { readonly id: string; readonly name: string; readonly kind: "users" | "companies"; readonly filter: Readonly<Record<string, unknown>> | null; readonly columns: readonly string[]; readonly created_at: string; readonly updated_at: string; }

export interface Holidays { readonly country: string; readonly region: string | null; readonly year: number; readonly data: readonly ({ readonly date: string; readonly name: string; readonly weekday: number; })[]; }

export interface ImportsData { readonly id: string; readonly kind: "users" | "companies" | "events" | "suppressions" | "list_members" | "everything"; readonly format: "csv" | "jsonl"; readonly source: "milepost" | "customerio" | "mailchimp" | "loops" | "listmonk"; readonly state: "receiving" | "running" | "paused" | "done" | "cancelled" | "failed"; readonly dry_run: boolean; readonly start_series: boolean; readonly confirmed: boolean; readonly list_id: string | null; readonly bytes: number; readonly lines: number; readonly progress: { readonly handled: number; readonly created: number; readonly changed: number; readonly unchanged: number; readonly bad: number; readonly warned: number; }; readonly fault: string | null; readonly created_at: string; readonly worked_at: string | null; readonly ended_at: string | null; }

export interface InboxesData { readonly id: string; readonly address: string; readonly imap: { readonly host: string; readonly port: number; readonly tls: "tls" | "starttls" | "none"; readonly username: string; readonly mailbox: string; } | null; readonly handled: "keep" | "mark_seen" | "move"; readonly move_to: string | null; readonly enabled: boolean; readonly post_url: string; readonly state: "new" | "working" | "failing" | "post_only" | "off"; readonly fault: string | null; readonly fault_at: string | null; readonly read_at: string | null; readonly read_count: number; readonly created_at: string; readonly updated_at: string; }

export interface InvitationsData { readonly id: string; readonly email: string; readonly role: "owner" | "editor" | "viewer"; readonly invited_by: string | null; readonly created_at: string; readonly expires_at: string; }

export interface KeysData { readonly id: string; readonly kind: "widget" | "secret" | "identity"; readonly hint: string; readonly key: string | null; readonly created_at: string; readonly updated_at: string; readonly revoked_at: string | null; }

export interface ListsData { readonly id: string; readonly name: string; readonly description: string; readonly kind: "opt_in" | "opt_out"; readonly double_opt_in: boolean; readonly tracking: { readonly opens?: boolean; readonly clicks?: boolean; }; readonly archived_at: string | null; readonly created_at: string; readonly updated_at: string; }

export interface ListsId { readonly id: string; readonly name: string; readonly description: string; readonly kind: "opt_in" | "opt_out"; readonly double_opt_in: boolean; readonly tracking: { readonly opens?: boolean; readonly clicks?: boolean; }; readonly archived_at: string | null; readonly created_at: string; readonly updated_at: string; readonly counts: { readonly subscribed: number; readonly unsubscribed: number; readonly pending: number; }; }

export interface SubscribersData { readonly user_id: string; readonly email: string | null; readonly state: "subscribed" | "unsubscribed" | "pending"; readonly source: string | null; readonly at: string | null; }

export interface MessagesData { readonly id: string; readonly user_id: string; readonly automation_id: string; readonly step_id: string; readonly variant: string | null; readonly status: "scheduled" | "sending" | "accepted" | "delivered" | "bounced" | "complained" | "rejected" | "cancelled" | "in_doubt"; readonly to: string; readonly from: string; readonly subject: string; readonly scheduled_for: string; readonly sent_at: string | null; readonly message_id: string; readonly transport: string; readonly reason: string | null; readonly attempts: number; readonly created_at: string; readonly updated_at: string; }

export interface CountsCounts { readonly scheduled: { readonly count: number; readonly is_exact: boolean; }; readonly sending: { readonly count: number; readonly is_exact: boolean; }; readonly accepted: { readonly count: number; readonly is_exact: boolean; }; readonly delivered: { readonly count: number; readonly is_exact: boolean; }; readonly bounced: { readonly count: number; readonly is_exact: boolean; }; readonly complained: { readonly count: number; readonly is_exact: boolean; }; readonly rejected: { readonly count: number; readonly is_exact: boolean; }; readonly cancelled: { readonly count: number; readonly is_exact: boolean; }; readonly in_doubt: { readonly count: number; readonly is_exact: boolean; }; }

export interface MessagesId { readonly id: string; readonly user_id: string; readonly automation_id: string; readonly step_id: string; readonly variant: string | null; readonly status: "scheduled" | "sending" | "accepted" | "delivered" | "bounced" | "complained" | "rejected" | "cancelled" | "in_doubt"; readonly to: string; readonly from: string; readonly subject: string; readonly scheduled_for: string; readonly sent_at: string | null; readonly message_id: string; readonly transport: string; readonly reason: string | null; readonly attempts: number; readonly created_at: string; readonly updated_at: string; readonly html: string; readonly text: string; readonly headers: Readonly<Record<string, string>>; readonly purpose: "marketing" | "transactional" | null; readonly list: { readonly id: string; readonly name: string; } | null; readonly explanation: { readonly code: string; readonly sentence: string; }; readonly reasons: readonly ({ readonly rule: string; readonly input: string; readonly outcome: string; })[]; readonly events: readonly ({ readonly kind: string; readonly at: string; readonly detail: Readonly<Record<string, unknown>>; })[]; }

export interface OverviewTransports { readonly id: string | null; readonly kind: string; readonly name: string; readonly state: "working" | "failing" | "idle" | "off"; readonly recent: number; readonly put_off: number; readonly last_at: string | null; readonly last_answer: string | null; }

export interface OverviewAttention { readonly automation_id: string | null; readonly automation_type: "series" | "broadcast" | "confirmation" | "transactional" | null; readonly name: string; readonly reason: "paused_by_itself" | "domain_failing" | "webhook_disabled" | "in_doubt" | "failing_steps" | "no_entries" | "unpublished_changes"; readonly words: string; readonly count: number; }

export interface OverviewChecklist { readonly identified_user: boolean; readonly enrolled_yourself: boolean; readonly fast_forwarded: boolean; readonly connected_transport: boolean; readonly went_live: boolean; }

export interface Overview { readonly now: string; readonly timezone: string; readonly worker: { readonly alive: number; readonly last_beat_at: string | null; }; readonly queue: { readonly delay_seconds: number; }; readonly transports: readonly OverviewTransports[]; readonly sending: { readonly paused: boolean; readonly rule: "bounces" | "complaints" | null; readonly words: string | null; readonly paused_at: string | null; }; readonly sent: { readonly today: number; readonly yesterday: number; readonly last_7_days: number; }; readonly planned: { readonly next_24_hours: number; readonly truncated: boolean; }; readonly attention: readonly OverviewAttention[]; readonly checklist: OverviewChecklist; }

export interface MessagesTotal { readonly sent: number; readonly delivered: number; readonly bounced_hard: number; readonly bounced_soft: number; readonly blocked: number; readonly complained: number; readonly unsubscribed: number; readonly replied: number; readonly dropped: number; readonly opened: number; readonly opened_by_machine: number; readonly clicked: number; readonly clicked_by_machine: number; readonly bounced: number; }

export interface MessagesRates { readonly delivered: number | null; readonly opened: number | null; readonly clicked: number | null; readonly unsubscribed: number | null; readonly bounced: number | null; readonly complained: number | null; }

export interface GroupsKey { readonly automation_id: string | null; readonly automation_name: string | null; readonly automation_type: "series" | "broadcast" | "confirmation" | "transactional" | null; readonly step_id: string | null; readonly step_name: string | null; readonly variant: string | null; readonly list_id: string | null; readonly list_name: string | null; }

export interface MessagesGroups { readonly key: GroupsKey; readonly total: MessagesTotal; readonly rates: MessagesRates; readonly points: readonly ({ readonly at: string; readonly counts: MessagesTotal; })[]; }

export interface ReportsMessages { readonly from: string; readonly to: string; readonly timezone: string; readonly by: "day" | "week" | "month"; readonly intervals: readonly string[]; readonly total: MessagesTotal; readonly rates: MessagesRates; readonly groups: readonly MessagesGroups[]; readonly truncated: boolean; }

export interface IdStates { readonly active: number; readonly completed: number; readonly goal_reached: number; readonly exited: number; readonly removed: number; readonly ended: number; }

export interface IdSteps { readonly step_id: string; readonly type: string | null; readonly name: string | null; readonly entered: number; readonly waiting: number; readonly passed: number; readonly skipped: number; readonly skipped_by: Readonly<Record<string, number>>; readonly failed: number; readonly failed_by: Readonly<Record<string, number>>; readonly cancelled: number; readonly messages: MessagesTotal | null; readonly rates: MessagesRates | null; }

export interface SeriesId { readonly series_id: string; readonly name: string; readonly version: number | null; readonly from: string; readonly to: string; readonly timezone: string; readonly entered: number; readonly states: IdStates; readonly goal_rate: number | null; readonly time_to_goal: { readonly median_seconds: number; readonly of: number; } | null; readonly days: readonly ({ readonly at: string; readonly entered: number; readonly completed: number; readonly goal_reached: number; readonly left: number; })[]; readonly steps: readonly IdSteps[]; readonly waiting_truncated: boolean; }

export interface CohortsCohorts { readonly at: string; readonly entered: number; readonly intervals: readonly ({ readonly since: number; readonly goal_reached: number; readonly ended: number; readonly active: number; })[]; }

export interface IdCohorts { readonly series_id: string; readonly name: string; readonly from: string; readonly to: string; readonly timezone: string; readonly by: "week" | "month"; readonly cohorts: readonly CohortsCohorts[]; }

export interface DomainsData { readonly id: string; readonly domain: string; readonly state: "pending" | "verified" | "failing"; readonly return_path_host: string | null; readonly return_path_server: string | null; readonly spf_mechanisms: readonly string[]; readonly rotation: "none" | "under_way" | "due"; readonly checked_at: string | null; readonly created_at: string; readonly updated_at: string; }

export interface IdKeys { readonly id: string; readonly selector: string; readonly algorithm: "rsa-2048" | "ed25519"; readonly state: "pending" | "active" | "retiring" | "retired"; readonly record: { readonly name: string; readonly value: string; }; readonly days_in_use: number | null; readonly created_at: string; readonly seen_at: string | null; readonly activated_at: string | null; readonly retires_at: string | null; }

export interface IdRecords { readonly record: "dkim" | "spf" | "dmarc" | "return_path_mx" | "return_path_spf"; readonly type: "TXT" | "MX"; readonly name: string; readonly value: string | null; readonly strings: readonly string[]; readonly purpose: string; readonly required: boolean; readonly verdict: "ok" | "warning" | "missing" | "wrong" | "unknown" | null; }

export interface IdFindings { readonly record: "dkim" | "spf" | "dmarc" | "return_path_mx" | "return_path_spf"; readonly name: string; readonly selector: string | null; readonly verdict: "ok" | "warning" | "missing" | "wrong" | "unknown"; readonly found: readonly string[]; readonly expected: string | null; readonly says: readonly string[]; readonly reasons: readonly string[]; }

export interface DomainsId { readonly id: string; readonly domain: string; readonly state: "pending" | "verified" | "failing"; readonly return_path_host: string | null; readonly return_path_server: string | null; readonly spf_mechanisms: readonly string[]; readonly rotation: "none" | "under_way" | "due"; readonly checked_at: string | null; readonly created_at: string; readonly updated_at: string; readonly keys: readonly IdKeys[]; readonly records: readonly IdRecords[]; readonly findings: readonly IdFindings[]; }

export interface SendersData { readonly id: string; readonly name: string; readonly address: string; readonly reply_to: string | null; readonly is_default: boolean; readonly domain: { readonly name: string; readonly id: string | null; readonly state: "pending" | "verified" | "failing" | "unknown"; }; readonly created_at: string; readonly updated_at: string; }

export interface SendingPause { readonly id: string; readonly series_id: string | null; readonly rule: "bounces" | "complaints"; readonly sent: number; readonly count: number; readonly percent: number; readonly limit_percent: number; readonly paused_at: string; }

export interface SendingLastDays { readonly days: number; readonly sent: number; readonly bounced: number; readonly complained: number; readonly bounce_percent: number; readonly complaint_percent: number; }

export interface Sending { readonly paused: boolean; readonly pause: SendingPause | null; readonly series_pauses: readonly SendingPause[]; readonly last_days: SendingLastDays; readonly limits: { readonly enabled: boolean; readonly bounce_percent: number; readonly complaint_percent: number; readonly min_sends: number; }; }

export interface SeriesData { readonly id: string; readonly name: string; readonly status: "draft" | "active" | "paused" | "completed" | "archived"; readonly created_at: string; readonly updated_at: string; readonly type: "series"; readonly version: number | null; readonly settings: Readonly<Record<string, unknown>>; readonly steps: readonly (Readonly<Record<string, unknown>>)[]; readonly etag: string; readonly managed_by?: { readonly kind: "code"; readonly slug: string; readonly path: string; readonly applied_at: string; readonly is_changed: boolean; }; readonly counts?: { readonly in_flight: number; readonly sent_7d: number; readonly entered_7d: number; readonly goal_rate: number | null; }; readonly edited_at?: string | null; readonly edited_by?: string | null; }

export interface CodeData { readonly id: string; readonly slug: string | null; readonly path: string | null; readonly applied_at: string | null; readonly name: string; readonly status: "draft" | "active" | "paused" | "completed" | "archived"; readonly fingerprint: string; readonly is_changed: boolean; readonly applied: { readonly fingerprint: string; readonly status: "draft" | "active" | "paused" | "completed" | "archived"; } | null; readonly has_unpublished: boolean; readonly settings: Readonly<Record<string, unknown>>; readonly steps: readonly (Readonly<Record<string, unknown>>)[]; }

export interface SeriesCode { readonly data: readonly CodeData[]; readonly next_cursor: string | null; readonly workspace: { readonly id: string; readonly name: string; readonly side: "live" | "test"; }; }

export interface IdScan { readonly kind: "activation"; readonly looked: number; readonly entered: number; readonly total: number | null; readonly started_at: string; readonly finished_at: string | null; }

export interface SeriesId2 { readonly id: string; readonly name: string; readonly status: "draft" | "active" | "paused" | "completed" | "archived"; readonly created_at: string; readonly updated_at: string; readonly type: "series"; readonly version: number | null; readonly settings: Readonly<Record<string, unknown>>; readonly steps: readonly (Readonly<Record<string, unknown>>)[]; readonly etag: string; readonly managed_by?: { readonly kind: "code"; readonly slug: string; readonly path: string; readonly applied_at: string; readonly is_changed: boolean; }; readonly scan?: IdScan; }

export interface IdDiff { readonly from_version: number | null; readonly is_same: boolean; readonly added: readonly ({ readonly step_id: string; readonly type: string; })[]; readonly removed: readonly ({ readonly step_id: string; readonly type: string; })[]; readonly changed: readonly ({ readonly step_id: string; readonly fields: readonly ({ readonly name: string; readonly before: unknown; readonly after: unknown; })[]; })[]; readonly moved: readonly ({ readonly step_id: string; readonly fields: readonly ({ readonly name: string; readonly before: unknown; readonly after: unknown; })[]; })[]; readonly settings: readonly ({ readonly name: string; readonly before: unknown; readonly after: unknown; })[]; }

export interface EnrollmentsData { readonly id: string; readonly user_id: string; readonly version: number; readonly run: number; readonly state: "active" | "completed" | "goal_reached" | "exited" | "removed" | "ended"; readonly end_reason: string | null; readonly entered_at: string; readonly ended_at: string | null; readonly created_at: string; readonly updated_at: string; }

export interface PreviewMoves { readonly version: number; readonly step_id: string; readonly because: "kept" | "removed" | "sent"; readonly to_step_id: string | null; readonly count: number; }

export interface PreviewSample { readonly user_id: string | null; readonly before: { readonly version: number; readonly step_id: string; readonly scheduled_for: string; }; readonly because: "kept" | "removed" | "sent"; readonly after: { readonly version: number; readonly step_id: string; readonly scheduled_for: string; } | null; }

export interface PublishPreview { readonly version: number; readonly in_flight: "stay" | "migrate"; readonly people: number; readonly waiting: readonly ({ readonly version: number; readonly step_id: string; readonly count: number; })[]; readonly moves: readonly PreviewMoves[]; readonly mail_at_once: number; readonly looked_at: number; readonly sample: readonly PreviewSample[]; }

export interface RecipientsData2 { readonly id: string; readonly user_id: string; readonly step_id: string; readonly status: "pending" | "processing"; readonly scheduled_for: string; readonly held: boolean; readonly timezone: string; readonly attempts: number; readonly reasons: readonly ({ readonly rule: string; readonly input: string; readonly outcome: string; })[]; }

export interface StatsSteps { readonly step_id: string; readonly waiting: number; readonly passed: number; readonly skipped: number; readonly failed: number; readonly cancelled: number; readonly skipped_by: Readonly<Record<string, number>>; readonly failed_by: Readonly<Record<string, number>>; readonly branches: Readonly<Record<string, number>>; readonly messages: Readonly<Record<string, number>>; }

export interface StatsLedger { readonly planned: number; readonly passed: number; readonly skipped: number; readonly failed: number; readonly cancelled: number; readonly pending: number; readonly processing: number; readonly in_doubt: number; readonly unaccounted: number; }

export interface IdStats2 { readonly enrollments: Readonly<Record<string, number>>; readonly messages: Readonly<Record<string, number>>; readonly steps: readonly StatsSteps[]; readonly ledger: StatsLedger | null; readonly entered: number; readonly entered_by: Readonly<Record<string, number>>; readonly active: number; readonly completed: number; readonly goal_reached: number; readonly exited: number; readonly exited_by: Readonly<Record<string, number>>; readonly removed: number; readonly ended: number; }

export interface CountsSteps { readonly waiting: number; readonly processing: number; readonly passed: number; readonly skipped: number; readonly failed: number; readonly cancelled: number; readonly in_doubt: number; readonly sent: number; readonly is_exact: boolean; }

export interface PeopleData { readonly user_id: string | null; readonly email: string | null; readonly name: string | null; readonly enrollment_id: string; readonly version: number; readonly state: "waiting" | "processing" | "passed" | "skipped" | "failed" | "cancelled"; readonly at: string | null; readonly due_at: string; readonly reason: string | null; readonly message_id: string | null; }

export interface VersionsMigrations { readonly to_version: number; readonly state: "running" | "done" | "superseded" | "cancelled"; readonly moved: number; readonly remaining: number; readonly started_at: string; readonly finished_at: string | null; }

export interface IdVersions { readonly data: readonly ({ readonly number: number; readonly is_current: boolean; readonly active: number; readonly published_at: string; })[]; readonly next_cursor: string | null; readonly content_updates: readonly ({ readonly revision: number; readonly step_id: string; readonly versions_to: number; readonly fields: Readonly<Record<string, unknown>>; readonly at: string; })[]; readonly migrations: readonly VersionsMigrations[]; }

export interface VersionsNumber { readonly number: number; readonly is_current: boolean; readonly active: number; readonly published_at: string; readonly settings: Readonly<Record<string, unknown>>; readonly steps: readonly (Readonly<Record<string, unknown>>)[]; readonly waiting: readonly ({ readonly step_id: string; readonly count: number; })[]; readonly content_updates: readonly ({ readonly revision: number; readonly step_id: string; readonly versions_to: number; readonly fields: Readonly<Record<string, unknown>>; readonly at: string; })[]; }

export interface SessionWorkspaces { readonly id: string; readonly pair_id: string; readonly name: string; readonly side: "live" | "test"; readonly widget_key: string | null; readonly role: "owner" | "editor" | "viewer"; }

export interface Session { readonly member: { readonly id: string; readonly name: string; readonly email: string; readonly two_factor: boolean; }; readonly workspaces: readonly SessionWorkspaces[]; }

export interface SessionsData { readonly id: string; readonly is_current: boolean; readonly address: string | null; readonly user_agent: string | null; readonly created_at: string; readonly used_at: string; readonly expires_at: string; }

export interface SettingsRateLimits { readonly widget_per_minute: number; readonly widget_unknown_user_per_minute: number; readonly secret_per_second: number; readonly enrollments_per_user_per_hour: number; }

export interface Settings { readonly name: string; readonly timezone: string; readonly identity_verification: { readonly enabled: boolean; readonly require_exp: boolean; }; readonly allowed_origins: readonly string[]; readonly rate_limits: SettingsRateLimits; readonly limits: { readonly series_at_once: number | null; readonly emails: { readonly count: number; readonly days: number; } | null; }; readonly from: string | null; readonly reply_to: string | null; readonly postal_address: string | null; readonly brand: { readonly logo_url: string | null; readonly colour: string; readonly website_url: string | null; readonly footer: string | null; }; readonly tracking: { readonly opens: boolean; readonly clicks: boolean; }; readonly soft_bounces: { readonly count: number; readonly days: number; }; readonly auto_pause: { readonly enabled: boolean; readonly bounce_percent: number; readonly complaint_percent: number; readonly min_sends: number; }; readonly alerts_url: string | null; }

export interface SuppressionsData { readonly id: string; readonly kind: "address" | "user"; readonly email: string | null; readonly user_id: string | null; readonly reason: "complaint" | "hard_bounce" | "manual" | "import" | "unsubscribe"; readonly source: string; readonly detail: Readonly<Record<string, unknown>>; readonly created_at: string; }

export interface SuppressionsCounts { readonly total: number; readonly by_reason: { readonly hard_bounce: number; readonly complaint: number; readonly manual: number; readonly import: number; readonly unsubscribe: number; }; }

export interface TemplatesData { readonly id: string; readonly kind: "template" | "snippet"; readonly slug: string; readonly name: string; readonly version: number; readonly created_at: string; readonly updated_at: string; readonly archived_at: string | null; }

export interface TemplatesId { readonly id: string; readonly kind: "template" | "snippet"; readonly slug: string; readonly name: string; readonly version: number; readonly created_at: string; readonly updated_at: string; readonly archived_at: string | null; readonly html?: string; readonly mjml?: string; readonly content?: Readonly<Record<string, unknown>>; readonly format?: "plain" | "personal" | "branded"; }

export interface UsesData { readonly automation_id: string; readonly type: "series" | "broadcast"; readonly name: string; readonly status: string; readonly version: number; readonly step_id: string; readonly template_version: number; }

export interface VersionsNumber2 { readonly number: number; readonly created_at: string; readonly html?: string; readonly mjml?: string; readonly content?: Readonly<Record<string, unknown>>; readonly format?: "plain" | "personal" | "branded"; }

export interface DataSettings { readonly name: string; readonly label: string; readonly help: string; readonly is_secret: boolean; readonly is_required: boolean; readonly choices: readonly string[] | null; readonly fallback: string | null; }

export interface KindsData { readonly name: string; readonly label: string; readonly settings: readonly DataSettings[]; readonly limits: { readonly per_second: number | null; readonly batch_max: number; readonly bytes_max: number | null; readonly recipients_max: number | null; }; readonly idempotency_lifetime_ms: number | null; readonly keeps_message_id: boolean; readonly signs_itself: boolean; readonly has_events: boolean; }

export interface DataLimits { readonly per_second?: number; readonly per_provider?: Readonly<Record<string, number>>; readonly warmup?: { readonly from: string; readonly per_day: readonly number[]; }; }

export interface TransportsData { readonly id: string; readonly kind: string; readonly name: string; readonly settings: Readonly<Record<string, string>>; readonly secrets: readonly string[]; readonly position: number; readonly share: number; readonly is_enabled: boolean; readonly limits: DataLimits; readonly events_url: string | null; readonly created_at: string; readonly updated_at: string; }

export interface UpcomingSeries { readonly series_id: string; readonly type: "series" | "broadcast"; readonly name: string; readonly status: "draft" | "active" | "paused" | "completed" | "archived"; readonly sends: number; readonly steps: number; readonly follows: number; readonly due: { readonly sends: number; readonly steps: number; }; readonly parked: { readonly sends: number; readonly steps: number; }; }

export interface Upcoming { readonly from: string; readonly to: string; readonly series: readonly UpcomingSeries[]; readonly hours: readonly ({ readonly hour: string; readonly series_id: string; readonly sends: number; readonly steps: number; readonly follows: number; })[]; readonly timezone: string; readonly truncated: boolean; readonly counted_until: string | null; }

export interface PropertiesUser { readonly field: string; readonly merge_tag: string | null; readonly kinds: readonly ("text" | "number" | "boolean" | "date" | "list" | "object")[]; readonly example: string | null; readonly is_own: boolean; }

export interface UsersProperties { readonly user: readonly PropertiesUser[]; readonly company: readonly PropertiesUser[]; readonly events: readonly ({ readonly event_type: string; readonly last_at: string; readonly metadata: readonly PropertiesUser[]; })[]; }

export interface EnrollmentsData2 { readonly id: string; readonly series_id: string; readonly series_name: string; readonly type: "series" | "broadcast" | "confirmation" | "transactional"; readonly version: number; readonly run: number; readonly state: "active" | "completed" | "goal_reached" | "exited" | "removed" | "ended"; readonly end_reason: string | null; readonly entered_by: string; readonly entered_at: string; readonly ended_at: string | null; readonly step_id: string | null; readonly next_due: string | null; readonly held: boolean; readonly reasons: readonly ({ readonly rule: string; readonly input: string; readonly outcome: string; })[]; readonly last_step: { readonly step_id: string; readonly outcome: string; readonly reason: string | null; } | null; }

export interface ExplainNext { readonly action: string; readonly step_id: string | null; readonly at: string | null; readonly reasons: readonly ({ readonly rule: string; readonly input: string; readonly outcome: string; })[]; }

export interface ExplainEnrollment { readonly id: string; readonly version: number; readonly run: number; readonly state: "active" | "completed" | "goal_reached" | "exited" | "removed" | "ended"; readonly end_reason: string | null; readonly entered_by: string; readonly entry_event: string | null; readonly entered_at: string; readonly ended_at: string | null; }

export interface ExplainSteps { readonly seq: number; readonly step_id: string; readonly outcome: "passed" | "skipped" | "failed" | "cancelled" | "in_doubt"; readonly code: string; readonly sentence: string; readonly branch: string | null; readonly due_at: string; readonly at: string; readonly message_id: string | null; readonly reasons: readonly ({ readonly rule: string; readonly input: string; readonly outcome: string; })[]; }

export interface IdExplain { readonly state: "not_enrolled" | "waiting" | "sending" | "calling" | "paused" | "completed" | "goal_reached" | "exited" | "removed" | "ended"; readonly reasons: readonly ({ readonly rule: string; readonly input: string; readonly outcome: string; })[]; readonly next: ExplainNext | null; readonly code: string; readonly sentence: string; readonly series_id: string; readonly series_name: string; readonly timezone: { readonly name: string; readonly source: "user" | "series" | "workspace" | "default"; readonly sentence: string; }; readonly entry: { readonly code: string; readonly sentence: string; }; readonly enrollment: ExplainEnrollment | null; readonly steps: readonly ExplainSteps[]; }

export interface PreferencesLists { readonly id: string; readonly name: string; readonly description: string; readonly kind: "opt_in" | "opt_out"; readonly double_opt_in: boolean; readonly state: "subscribed" | "unsubscribed" | "pending"; readonly at: string | null; }

export interface ChangesData { readonly id: string; readonly list_id: string | null; readonly before: "subscribed" | "unsubscribed" | "pending" | null; readonly after: "subscribed" | "unsubscribed" | "pending"; readonly source: string; readonly detail: Readonly<Record<string, unknown>>; readonly at: string; }

export interface TimelineData { readonly at: string; readonly kind: "created" | "entered" | "step" | "message" | "ended" | "event" | "consent" | "suppression"; readonly code: string; readonly sentence: string; readonly series_id: string | null; readonly series_name: string | null; readonly enrollment_id: string | null; readonly step_id: string | null; readonly message_id: string | null; readonly detail: Readonly<Record<string, unknown>>; readonly reasons: readonly ({ readonly rule: string; readonly input: string; readonly outcome: string; })[]; }

export interface WebhooksData { readonly id: string; readonly url: string; readonly event_types: readonly string[]; readonly description: string; readonly is_enabled: boolean; readonly disabled_reason: string | null; readonly disabled_at: string | null; readonly failures: number; readonly failing_since: string | null; readonly secret_hint: string; readonly previous_secret_valid_until: string | null; readonly created_at: string; readonly updated_at: string; }

export interface DeliveriesData { readonly id: string; readonly event_id: string; readonly type: string; readonly status: "pending" | "delivered" | "given_up"; readonly attempts: number; readonly next_attempt_at: string | null; readonly give_up_at: string; readonly ended_at: string | null; readonly created_at: string; readonly payload: unknown; readonly log: readonly ({ readonly at: string; readonly status: number | null; readonly ms: number; readonly reason: string | null; readonly answer: string | null; })[]; }

export interface CompanyId { readonly name?: string | null; readonly domain?: string | null; readonly industry?: string | null; readonly plan?: string | null; readonly employee_count?: number | null; readonly signed_up_at?: string | null; readonly traits?: Readonly<Record<string, unknown>>; readonly context?: Readonly<Record<string, unknown>>; }

export interface IdImap { readonly host: string; readonly port: number; readonly tls: "tls" | "starttls" | "none"; readonly username: string; readonly password?: string; readonly mailbox?: string; }

export interface InboxesId { readonly address?: string; readonly imap?: IdImap | null; readonly handled?: "keep" | "mark_seen" | "move"; readonly move_to?: string | null; readonly enabled?: boolean; }

export interface ListsId2 { readonly name?: string; readonly description?: string; readonly kind?: "opt_in" | "opt_out"; readonly double_opt_in?: boolean; readonly tracking?: { readonly opens?: boolean; readonly clicks?: boolean; }; }

export interface TransportsId { readonly name?: string; readonly settings?: Readonly<Record<string, string | null>>; readonly position?: number; readonly share?: number; readonly is_enabled?: boolean; readonly limits?: DataLimits; }

export interface UserId { readonly email?: string | null; readonly name?: string | null; readonly timezone?: string | null; readonly locale?: string | null; readonly signed_up_at?: string | null; readonly traits?: Readonly<Record<string, unknown>>; readonly context?: Readonly<Record<string, unknown>>; }

export interface Broadcasts { readonly name: string; readonly email?: Readonly<Record<string, unknown>>; readonly subject?: string; readonly html?: string; readonly audience?: { readonly everybody?: boolean; readonly filter?: Filter; readonly list_id?: string; } | null; readonly schedule?: { readonly at?: string; readonly local?: string; readonly already_past?: "now" | "tomorrow" | "skip"; readonly timezone?: string | null; } | null; readonly spread_minutes?: number | null; }

export interface IdPreview { readonly step_id?: string; readonly step?: Readonly<Record<string, unknown>>; readonly variant?: string; readonly user_id?: string; readonly user?: Readonly<Record<string, unknown>>; readonly event?: Readonly<Record<string, unknown>>; }

export interface IdPreview2 { readonly subject: string; readonly html: string; readonly text: string; readonly from: string; readonly warnings: readonly ({ readonly severity: "error" | "warning"; readonly code: string; readonly step_id?: string; readonly path: string; readonly message: string; })[]; readonly missing: readonly string[]; }

export interface IdSchedule { readonly at?: string; readonly local?: string; readonly already_past?: "now" | "tomorrow" | "skip"; readonly timezone?: string | null; readonly spread_minutes?: number | null; readonly etag?: string; }

export interface TestSend { readonly step_id?: string; readonly step?: Readonly<Record<string, unknown>>; readonly variant?: string; readonly user_id?: string; readonly user?: Readonly<Record<string, unknown>>; readonly event?: Readonly<Record<string, unknown>>; readonly to: string; }

export interface CompaniesSearch { readonly filter?: CompanyFilter | null; readonly q?: string; readonly sort?: "created_at" | "name"; readonly order?: "asc" | "desc"; readonly limit?: number; readonly cursor?: string; }

export interface SearchData { readonly id: string; readonly company_id: string; readonly name: string | null; readonly domain: string | null; readonly industry: string | null; readonly plan: string | null; readonly employee_count: number | null; readonly signed_up_at: string | null; readonly traits: Readonly<Record<string, unknown>>; readonly context: Readonly<Record<string, unknown>>; readonly first_seen: string; readonly last_seen: string; readonly created_at: string; readonly updated_at: string; readonly user_count: number; }

export interface IdIssue { readonly id: string; readonly code: string; readonly tool: string; readonly arguments: Readonly<Record<string, unknown>>; readonly words: readonly string[]; readonly people_count: number | null; readonly role: "editor" | "owner"; readonly key_hint: string; readonly state: "waiting" | "issued" | "refused" | "used" | "lapsed"; readonly requested_at: string; readonly expires_at: string; readonly decided_at: string | null; readonly decided_by: string | null; readonly used_at: string | null; readonly outcome: string | null; readonly token: string; }

export interface IdentityVerify { readonly is_valid: boolean; readonly code: string | null; readonly checks: readonly ({ readonly name: "form" | "signature" | "expires" | "times" | "user"; readonly is_right: boolean | null; readonly sentence: string; })[]; readonly claims: Readonly<Record<string, unknown>> | null; readonly expires_at: string | null; }

export interface ImportsLook { readonly kind: "users" | "companies" | "events" | "suppressions" | "list_members" | "everything"; readonly source?: "milepost" | "customerio" | "mailchimp" | "loops" | "listmonk"; readonly head: string; }

export interface ImportsLook2 { readonly columns: readonly ({ readonly name: string; readonly target: string | null; readonly example: string | null; })[]; readonly fields: readonly string[]; readonly fault: string | null; }

export interface Inboxes { readonly address: string; readonly imap?: IdImap | null; readonly handled?: "keep" | "mark_seen" | "move"; readonly move_to?: string | null; readonly enabled?: boolean; }

export interface Invitations { readonly id: string; readonly email: string; readonly role: "owner" | "editor" | "viewer"; readonly invited_by: string | null; readonly created_at: string; readonly expires_at: string; readonly link: string; readonly emailed: boolean; }

export interface InvitationsLook { readonly email: string; readonly role: "owner" | "editor" | "viewer"; readonly workspace: string; readonly is_member: boolean; readonly single_sign_on: string | null; }

export interface Lists { readonly name: string; readonly description?: string; readonly kind: "opt_in" | "opt_out"; readonly double_opt_in?: boolean; readonly tracking?: { readonly opens?: boolean; readonly clicks?: boolean; }; }

export interface IdSubscribers { readonly data: readonly ({ readonly user_id: string; readonly state: "subscribed" | "unsubscribed" | "pending" | null; readonly result: "changed" | "unchanged" | "unknown_user"; })[]; }

export interface ImportData { readonly line: number; readonly user_id: string | null; readonly state: "subscribed" | "unsubscribed" | "pending" | null; readonly result: "changed" | "unchanged" | "unknown_user" | "invalid"; readonly error: string | null; }

export interface Messages { readonly user_id?: string; readonly to?: string; readonly subject: string; readonly html?: string; readonly mjml?: string; readonly template_id?: string; readonly template_version?: number; readonly text?: string; readonly preheader?: string; readonly format?: "plain" | "personal" | "branded"; readonly strict?: boolean; readonly from?: string; readonly sender_id?: string; readonly reply_to?: string; readonly properties?: Readonly<Record<string, unknown>> | null; readonly headers?: Readonly<Record<string, string>>; readonly tracking?: { readonly opens?: boolean; readonly clicks?: boolean; }; }

export interface ResolveData { readonly id: string; readonly status: "scheduled" | "sending" | "accepted" | "delivered" | "bounced" | "complained" | "rejected" | "cancelled" | "in_doubt" | null; readonly code: string | null; readonly error: string | null; }

export interface SenderDomains { readonly domain: string; readonly algorithms?: readonly ("rsa-2048" | "ed25519")[]; readonly return_path_host?: string | null; readonly return_path_server?: string | null; readonly spf_mechanisms?: readonly string[]; }

export interface SettingsReenrollment { readonly enabled?: boolean; readonly cooldown?: { readonly amount: number; readonly unit: "minutes" | "hours" | "days" | "weeks" | "business_days"; } | null; readonly max_runs?: number | null; readonly after?: "completing" | "leaving" | null; }

export interface SettingsGoal { readonly event: string; readonly filter?: EventFilter | null; readonly within?: { readonly amount: number; readonly unit: "minutes" | "hours" | "days" | "weeks" | "business_days"; } | null; }

export interface SettingsResume { readonly late?: "send" | "skip" | "exit"; readonly after?: { readonly amount: number; readonly unit: "minutes" | "hours" | "days" | "weeks" | "business_days"; } | null; }

export interface SeriesSettings { readonly entry_trigger?: "api" | "manual" | "user_created" | "event" | "segment_match"; readonly entry_event_name?: string | null; readonly entry_filter?: EventFilter | null; readonly audience?: Filter | null; readonly timezone?: string | null; readonly use_user_timezone?: boolean; readonly send_window?: { readonly start: string; readonly end: string; } | null; readonly business_days_only?: boolean; readonly business_days?: readonly number[]; readonly holidays?: { readonly country: string; readonly region?: string | null; } | null; readonly max_lateness?: { readonly amount: number; readonly unit: "minutes" | "hours" | "days" | "weeks" | "business_days"; } | null; readonly spread_minutes?: number | null; readonly reenrollment?: SettingsReenrollment | null; readonly goal?: { readonly filter: Filter; readonly within?: { readonly amount: number; readonly unit: "minutes" | "hours" | "days" | "weeks" | "business_days"; } | null; } | SettingsGoal | null; readonly exit?: readonly ({ readonly filter: Filter; } | { readonly event: string; readonly filter?: EventFilter | null; } | { readonly on: "unsubscribe" | "hard_bounce" | "complaint"; } | { readonly enters: string; })[] | null; readonly priority?: number | null; readonly over_cap?: "delay" | "skip" | null; readonly resume?: SettingsResume | null; }

export interface StepsVariants { readonly name: string; readonly weight: number; readonly subject?: string | null; readonly format?: "plain" | "personal" | "branded" | null; readonly html?: string | null; readonly mjml?: string | null; readonly content?: Readonly<Record<string, unknown>> | null; readonly template_id?: string | null; readonly template_version?: number | null; readonly text?: string | null; readonly preheader?: string | null; readonly from?: string | null; readonly reply_to?: string | null; readonly sender_id?: string | null; }

export interface Email { readonly id: string; readonly type: "email"; readonly subject: string; readonly purpose?: "marketing" | "transactional" | null; readonly list_id?: string | null; readonly format?: "plain" | "personal" | "branded" | null; readonly html?: string | null; readonly mjml?: string | null; readonly content?: Readonly<Record<string, unknown>> | null; readonly template_id?: string | null; readonly template_version?: number | null; readonly text?: string | null; readonly preheader?: string | null; readonly from?: string | null; readonly reply_to?: string | null; readonly sender_id?: string | null; readonly strict?: boolean | null; readonly tracking?: { readonly opens?: boolean; readonly clicks?: boolean; } | null; readonly variants?: readonly StepsVariants[] | null; readonly winner?: { readonly metric: "opened" | "clicked"; readonly after: number; readonly confidence?: number | null; } | null; readonly delay?: { readonly amount: number; readonly unit: "minutes" | "hours" | "days" | "weeks" | "business_days"; } | null; readonly next?: string | null; }

export interface StepsUntil { readonly time?: string | null; readonly weekday?: readonly number[] | null; readonly date?: string | null; readonly offset?: { readonly amount: number; readonly unit: "minutes" | "hours" | "days" | "weeks"; } | null; }

export interface Wait { readonly id: string; readonly type: "wait"; readonly delay?: { readonly amount: number; readonly unit: "minutes" | "hours" | "days" | "weeks" | "business_days"; } | null; readonly until?: StepsUntil | null; readonly next?: string | null; }

export interface WaitForEvent { readonly id: string; readonly type: "wait_for_event"; readonly event_type: string; readonly filter?: EventFilter | null; readonly timeout: { readonly amount: number; readonly unit: "minutes" | "hours" | "days" | "weeks" | "business_days"; }; readonly next?: string | null; readonly on_timeout?: string | null; }

export interface UpdateUser { readonly id: string; readonly type: "update_user"; readonly set?: Readonly<Record<string, unknown>> | null; readonly remove?: readonly string[] | null; readonly next?: string | null; }

export interface Webhook { readonly id: string; readonly type: "webhook"; readonly url: string; readonly data?: unknown; readonly set_traits?: boolean | null; readonly next?: string | null; }

export interface Series { readonly name: string; readonly settings?: SeriesSettings; readonly steps: readonly (Email | Wait | WaitForEvent | { readonly id: string; readonly type: "condition"; readonly filter: StepFilter; readonly yes?: string | null; readonly no?: string | null; } | { readonly id: string; readonly type: "split"; readonly branches: readonly ({ readonly weight: number; readonly next?: string | null; })[]; } | UpdateUser | Webhook | { readonly id: string; readonly type: "end"; })[]; }

export interface Series2 { readonly id: string; readonly name: string; readonly status: "draft" | "active" | "paused" | "completed" | "archived"; readonly created_at: string; readonly updated_at: string; readonly type: "series"; readonly version: number | null; readonly settings: Readonly<Record<string, unknown>>; readonly steps: readonly (Readonly<Record<string, unknown>>)[]; readonly etag: string; }

export interface CodeApply { readonly slug: string; readonly was?: string | null; readonly id?: string | null; readonly pulled?: { readonly fingerprint: string; readonly status: "draft" | "active" | "paused" | "completed" | "archived"; } | null; readonly status?: "draft" | "active" | "paused" | "archived" | null; readonly in_flight?: "stay" | "migrate"; readonly series: Series; readonly path?: string; readonly force?: boolean; }

export interface ApplyStatus { readonly before: "draft" | "active" | "paused" | "completed" | "archived" | null; readonly after: "draft" | "active" | "paused" | "completed" | "archived" | null; }

export interface CodeApply2 { readonly slug: string; readonly id: string | null; readonly name: { readonly before: string | null; readonly after: string; }; readonly status: ApplyStatus; readonly version: number | null; readonly fingerprint: string; readonly does: readonly ("create" | "save" | "activate" | "hold" | "publish" | "pause" | "resume" | "archive")[]; readonly diff: IdDiff; readonly conflicts: readonly ("content" | "status")[]; readonly people: number; readonly preview: PublishPreview | null; readonly warnings: readonly ({ readonly severity: "error" | "warning"; readonly code: string; readonly step_id?: string; readonly path: string; readonly message: string; })[]; }

export interface CodePlan { readonly slug: string; readonly was?: string | null; readonly id?: string | null; readonly pulled?: { readonly fingerprint: string; readonly status: "draft" | "active" | "paused" | "completed" | "archived"; } | null; readonly status?: "draft" | "active" | "paused" | "archived" | null; readonly in_flight?: "stay" | "migrate"; readonly series: Series; }

export interface CodePlan2 { readonly slug: string; readonly id: string | null; readonly name: { readonly before: string | null; readonly after: string; }; readonly status: ApplyStatus; readonly version: number | null; readonly fingerprint: string | null; readonly does: readonly ("create" | "save" | "activate" | "hold" | "publish" | "pause" | "resume" | "archive")[]; readonly diff: IdDiff; readonly conflicts: readonly ("content" | "status")[]; readonly people: number; readonly preview: PublishPreview | null; readonly warnings: readonly ({ readonly severity: "error" | "warning"; readonly code: string; readonly step_id?: string; readonly path: string; readonly message: string; })[]; }

export interface SeriesOutline { readonly steps?: readonly (Readonly<Record<string, unknown>>)[]; readonly settings?: Readonly<Record<string, unknown>>; readonly at?: string; readonly user?: Readonly<Record<string, unknown>>; readonly checks?: boolean; }

export interface OutlineSteps { readonly step_id: string; readonly day: number | null; readonly at: string | null; readonly weekday: "Mon" | "Tue" | "Wed" | "Thu" | "Fri" | "Sat" | "Sun" | null; readonly local_time: string | null; readonly timezone: string | null; readonly latest: { readonly day: number; readonly at: string; readonly weekday: "Mon" | "Tue" | "Wed" | "Thu" | "Fri" | "Sat" | "Sun"; readonly local_time: string; } | null; readonly certain: boolean; readonly words: string | null; readonly reasons: readonly ({ readonly rule: string; readonly input: string; readonly outcome: string; })[]; }

export interface OutlineFaults { readonly step_id: string | null; readonly path: string; readonly code: "field" | "id" | "target" | "cycle" | "unreachable" | "settings" | "publish" | "email"; readonly message: string; }

export interface OutlineWords { readonly window: string; readonly entry: string; readonly audience: string; readonly reenrollment: string; readonly goal: string; readonly exits: readonly string[]; readonly caps: string; readonly resume: string; }

export interface SeriesOutline2 { readonly at: string; readonly timezone: { readonly name: string; readonly source: "user" | "series" | "workspace" | "default"; }; readonly steps: readonly OutlineSteps[]; readonly faults: readonly OutlineFaults[]; readonly warnings: readonly ({ readonly step_id: string | null; readonly path: string; readonly code: string; readonly message: string; })[]; readonly words: OutlineWords; }

export interface IdActivate { readonly id: string; readonly name: string; readonly status: "draft" | "active" | "paused" | "completed" | "archived"; readonly created_at: string; readonly updated_at: string; readonly type: "series"; readonly version: number | null; readonly settings: Readonly<Record<string, unknown>>; readonly steps: readonly (Readonly<Record<string, unknown>>)[]; readonly etag: string; readonly warnings?: readonly ({ readonly severity: "error" | "warning"; readonly code: string; readonly step_id?: string; readonly path: string; readonly message: string; })[]; }

export interface UpdateSteps { readonly subject?: string; readonly html?: string; readonly mjml?: string; readonly content?: Readonly<Record<string, unknown>>; readonly format?: string | null; readonly template_id?: string; readonly template_version?: number; readonly strict?: boolean; readonly text?: string | null; readonly preheader?: string | null; readonly from?: string | null; readonly reply_to?: string | null; }

export interface ContentUpdate { readonly id: string; readonly name: string; readonly status: "draft" | "active" | "paused" | "completed" | "archived"; readonly created_at: string; readonly updated_at: string; readonly type: "series"; readonly version: number | null; readonly settings: Readonly<Record<string, unknown>>; readonly steps: readonly (Readonly<Record<string, unknown>>)[]; readonly etag: string; readonly content_update: { readonly revision: number; readonly versions: readonly number[]; }; }

export interface IdEnroll { readonly users: readonly (string | { readonly user_id: string; readonly properties?: Readonly<Record<string, unknown>> | null; })[]; readonly dry_run?: boolean; }

export interface EnrollData { readonly user_id: string | null; readonly result: "enrolled" | "already_enrolled" | "already_completed" | "too_soon" | "too_often" | "series_limit" | "user_not_found" | "invalid"; readonly scheduled_for?: string; readonly after?: string; readonly message?: string; readonly error?: string; }

export interface IdPublish { readonly id: string; readonly name: string; readonly status: "draft" | "active" | "paused" | "completed" | "archived"; readonly created_at: string; readonly updated_at: string; readonly type: "series"; readonly version: number | null; readonly settings: Readonly<Record<string, unknown>>; readonly steps: readonly (Readonly<Record<string, unknown>>)[]; readonly etag: string; readonly migration?: VersionsMigrations; readonly preview?: PublishPreview; readonly warnings?: readonly ({ readonly severity: "error" | "warning"; readonly code: string; readonly step_id?: string; readonly path: string; readonly message: string; })[]; }

export interface IdRemove { readonly dry_run: boolean; readonly counts: Readonly<Record<string, number>>; readonly data: readonly ({ readonly user_id: string | null; readonly result: "removed" | "not_enrolled" | "user_not_found" | "invalid"; readonly error?: string; })[]; }

export interface ResumePreview { readonly late: "send" | "skip" | "exit"; readonly after: { readonly amount: number; readonly unit: string; }; readonly overdue: number; readonly looked_at: number; readonly planned: number; readonly skipped: number; readonly exited: number; readonly first_sends: readonly ({ readonly hour: string; readonly count: number; })[]; }

export interface IdResume { readonly id: string; readonly name: string; readonly status: "draft" | "active" | "paused" | "completed" | "archived"; readonly created_at: string; readonly updated_at: string; readonly type: "series"; readonly version: number | null; readonly settings: Readonly<Record<string, unknown>>; readonly steps: readonly (Readonly<Record<string, unknown>>)[]; readonly etag: string; readonly preview?: ResumePreview; }

export interface SimulatePeople { readonly count?: number; readonly zones?: readonly string[]; readonly traits?: Readonly<Record<string, unknown>> | readonly (Readonly<Record<string, unknown>>)[]; }

export interface SimulateEvents { readonly user_id?: string | null; readonly at?: string; readonly after?: { readonly amount: number; readonly unit: "minutes" | "hours" | "days" | "weeks" | "business_days"; }; readonly event_type: string; readonly metadata?: Readonly<Record<string, unknown>>; }

export interface SimulateChanges { readonly user_id?: string | null; readonly at?: string; readonly after?: { readonly amount: number; readonly unit: "minutes" | "hours" | "days" | "weeks" | "business_days"; }; readonly traits: Readonly<Record<string, unknown>>; }

export interface IdSimulate { readonly version?: number | null; readonly start?: string; readonly days?: number; readonly people?: { readonly user_ids: readonly string[]; } | { readonly filter: Filter; readonly limit?: number; } | SimulatePeople; readonly enter_over?: { readonly amount: number; readonly unit: "minutes" | "hours" | "days" | "weeks" | "business_days"; } | null; readonly properties?: Readonly<Record<string, unknown>>; readonly events?: readonly SimulateEvents[]; readonly changes?: readonly SimulateChanges[]; readonly rows?: number; readonly explain?: boolean; }

export interface TotalsSteps { readonly step_id: string; readonly type: string; readonly arrived: number; readonly waiting: number; readonly counts: Readonly<Record<string, number>>; readonly branches: Readonly<Record<string, number>>; }

export interface SimulateTotals { readonly counts: Readonly<Record<string, number>>; readonly steps: readonly TotalsSteps[]; readonly hours: readonly ({ readonly hour: string; readonly counts: Readonly<Record<string, number>>; })[]; readonly edges: readonly ({ readonly from: string | null; readonly to: string | null; readonly branch: string | null; readonly count: number; })[]; }

export interface SimulateTimeline { readonly at: string; readonly user_id: string; readonly run: number; readonly seq: number; readonly step_id: string | null; readonly what: "entered" | "not_entered" | "held" | "sent" | "passed" | "branched" | "traits_written" | "webhook_captured" | "skipped" | "failed" | "goal_reached" | "exited" | "completed"; readonly until: string | null; readonly branch: string | null; readonly to: string | null; readonly reason: string | null; readonly reasons?: readonly ({ readonly rule: string; readonly input: string; readonly outcome: string; })[]; }

export interface IdSimulate2 { readonly series_id: string; readonly version: number | null; readonly start: string; readonly end: string; readonly people: number; readonly waiting: number; readonly truncated: "rows" | "people" | "endless" | null; readonly totals: SimulateTotals; readonly timeline: readonly SimulateTimeline[]; readonly mermaid: string; }

export interface Suppressions { readonly email?: string; readonly user_id?: string; readonly reason?: "complaint" | "hard_bounce" | "manual" | "import" | "unsubscribe"; readonly note?: string; }

export interface SuppressionsImport { readonly added: number; readonly present: number; readonly invalid: number; readonly data: readonly ({ readonly line: number; readonly result: "added" | "present" | "invalid"; readonly error: string | null; })[]; }

export interface Templates { readonly kind: "template" | "snippet"; readonly slug?: string; readonly name: string; readonly html?: string | null; readonly mjml?: string | null; readonly content?: Readonly<Record<string, unknown>> | null; readonly format?: "plain" | "personal" | "branded" | null; }

export interface IdVersions2 { readonly html?: string | null; readonly mjml?: string | null; readonly content?: Readonly<Record<string, unknown>> | null; readonly format?: "plain" | "personal" | "branded" | null; }

export interface Transports { readonly kind: string; readonly name?: string; readonly settings?: Readonly<Record<string, string | null>>; readonly position?: number; readonly share?: number; readonly is_enabled?: boolean; readonly limits?: DataLimits; }

export interface CountSample { readonly user_id: string; readonly email: string | null; readonly name: string | null; readonly reasons: readonly ({ readonly rule: string; readonly input: string; readonly outcome: string; })[]; }

export interface UsersSearch { readonly filter?: Filter | null; readonly q?: string; readonly sort?: "created_at" | "last_seen" | "email"; readonly order?: "asc" | "desc"; readonly limit?: number; readonly cursor?: string; }

export interface Webhooks { readonly id: string; readonly url: string; readonly event_types: readonly string[]; readonly description: string; readonly is_enabled: boolean; readonly disabled_reason: string | null; readonly disabled_at: string | null; readonly failures: number; readonly failing_since: string | null; readonly secret_hint: string; readonly previous_secret_valid_until: string | null; readonly created_at: string; readonly updated_at: string; readonly secret: string; }

export interface BroadcastsId { readonly name: string; readonly email?: Readonly<Record<string, unknown>>; readonly subject?: string; readonly html?: string; readonly audience?: { readonly everybody?: boolean; readonly filter?: Filter; readonly list_id?: string; } | null; readonly schedule?: { readonly at?: string; readonly local?: string; readonly already_past?: "now" | "tomorrow" | "skip"; readonly timezone?: string | null; } | null; readonly spread_minutes?: number | null; readonly etag?: string; }

export interface IdConfirmation2 { readonly subject: string; readonly html: string; readonly text?: string | null; readonly preheader?: string | null; readonly from?: string | null; readonly reply_to?: string | null; }

export interface SeriesId3 { readonly name: string; readonly settings?: SeriesSettings; readonly steps: readonly (Email | Wait | WaitForEvent | { readonly id: string; readonly type: "condition"; readonly filter: StepFilter; readonly yes?: string | null; readonly no?: string | null; } | { readonly id: string; readonly type: "split"; readonly branches: readonly ({ readonly weight: number; readonly next?: string | null; })[]; } | UpdateUser | Webhook | { readonly id: string; readonly type: "end"; })[]; readonly etag?: string; }

export interface IdPreferences { readonly all?: "subscribed" | "unsubscribed"; readonly lists?: readonly ({ readonly id: string; readonly state: "subscribed" | "unsubscribed" | "pending"; })[]; readonly confirmed?: boolean; readonly source?: string; }

/** Every call by its method and path, with what goes into it and what comes back. */
export interface Operations {
  /** Delete a draft. */
  'DELETE /broadcasts/{id}': {
    path: { readonly id: string; };
    query: { readonly etag?: string; };
    body: undefined;
    answer: undefined;
  };
  /** Delete a company; its users stay, and belong to none. */
  'DELETE /companies/{company_id}': {
    path: { readonly company_id: string; };
    query: undefined;
    body: undefined;
    answer: { readonly users_left: number; };
  };
  /** Delete a saved filter. */
  'DELETE /filters/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** Remove an inbox; bounces to its return-paths are no longer read. */
  'DELETE /inboxes/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** Delete an archived list; emails that name it go to nobody. */
  'DELETE /lists/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** Back to the email that comes with the server. */
  'DELETE /lists/{id}/confirmation': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: IdConfirmation;
  };
  /** Take a member out of the workspace; their sessions end. */
  'DELETE /members/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: MembersId;
  };
  /** Remove a domain that no sender is in, with its keys. */
  'DELETE /sender_domains/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** Delete a sender that no series or broadcast in progress names. */
  'DELETE /senders/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** Let a series be managed by code no more; the series itself stays as it is. */
  'DELETE /series/code/{slug}': {
    path: { readonly slug: string; };
    query: undefined;
    body: undefined;
    answer: { readonly id: string; readonly slug: string; };
  };
  /** Delete a draft. */
  'DELETE /series/{id}': {
    path: { readonly id: string; };
    query: { readonly etag?: string; };
    body: undefined;
    answer: undefined;
  };
  /** Let mail go again, and say why; that it was suppressed stays on record. */
  'DELETE /suppressions/{id}': {
    path: { readonly id: string; };
    query: { readonly note: string; };
    body: undefined;
    answer: undefined;
  };
  /** Remove a transport. */
  'DELETE /transports/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** Erase a user for good. */
  'DELETE /users/{user_id}': {
    path: { readonly user_id: string; };
    query: undefined;
    body: undefined;
    answer: { readonly erased: IdErased; };
  };
  /** Remove an endpoint with its log; what waits is not sent. */
  'DELETE /webhooks/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: undefined;
  };
  /** List what was changed and by whom, youngest first. */
  'GET /audit': {
    path: undefined;
    query: { readonly limit?: number; readonly cursor?: string; readonly actor?: string; readonly action?: string; readonly target_kind?: string; readonly target_id?: string; readonly from?: string; readonly to?: string; };
    body: undefined;
    answer: { readonly data: readonly AuditData[]; readonly next_cursor: string | null; };
  };
  /** All of the log that is asked for, as JSON Lines, youngest first. */
  'GET /audit/export': {
    path: undefined;
    query: { readonly actor?: string; readonly action?: string; readonly target_kind?: string; readonly target_id?: string; readonly from?: string; readonly to?: string; };
    body: undefined;
    answer: string;
  };
  /** List broadcasts. */
  'GET /broadcasts': {
    path: undefined;
    query: { readonly limit?: number; readonly cursor?: string; readonly status?: "draft" | "scheduled" | "sending" | "paused" | "sent" | "cancelled"; };
    body: undefined;
    answer: { readonly data: readonly BroadcastsData[]; readonly next_cursor: string | null; };
  };
  /** Read a broadcast. */
  'GET /broadcasts/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: BroadcastsData;
  };
  /** Count whom a broadcast would reach, and whom not and why. */
  'GET /broadcasts/{id}/audience_count': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: AudienceCount;
  };
  /** Check the email of the draft as it would be sent now. */
  'GET /broadcasts/{id}/checks': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: IdChecks;
  };
  /** What became of each of the audience; with outcome a page may be short. */
  'GET /broadcasts/{id}/recipients': {
    path: { readonly id: string; };
    query: { readonly limit?: number; readonly cursor?: string; readonly outcome?: "waiting" | "queued" | "sent" | "delivered" | "bounced" | "complained" | "failed" | "skipped" | "cancelled" | "in_doubt" | "unsubscribed" | "suppressed" | "no_address" | "invalid_address" | "duplicate_address" | "capped" | "already_past"; readonly user_id?: string; };
    body: undefined;
    answer: { readonly data: readonly RecipientsData[]; readonly next_cursor: string | null; };
  };
  /** What came back about the messages of each step: delivered, opened, bounced, …. */
  'GET /broadcasts/{id}/results': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: { readonly total: ResultsTotal; readonly steps: readonly ({ readonly step_id: string; readonly counts: ResultsTotal; })[]; };
  };
  /** How far a broadcast is. */
  'GET /broadcasts/{id}/stats': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: IdStats;
  };
  /** What the variants of its email came to. */
  'GET /broadcasts/{id}/variants': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: IdVariants;
  };
  /** List companies, youngest first. */
  'GET /companies': {
    path: undefined;
    query: { readonly limit?: number; readonly cursor?: string; };
    body: undefined;
    answer: { readonly data: readonly CompaniesData[]; readonly next_cursor: string | null; };
  };
  /** Read a company by the id that your system gives it. */
  'GET /companies/{company_id}': {
    path: { readonly company_id: string; };
    query: undefined;
    body: undefined;
    answer: CompaniesData;
  };
  /** List the users of a company, in no order that means anything. */
  'GET /companies/{company_id}/users': {
    path: { readonly company_id: string; };
    query: { readonly limit?: number; readonly cursor?: string; };
    body: undefined;
    answer: { readonly data: readonly UsersData[]; readonly next_cursor: string | null; };
  };
  /** List what assistants asked for, youngest first; kept for 30 days. */
  'GET /confirmations': {
    path: undefined;
    query: { readonly limit?: number; readonly cursor?: string; readonly open?: boolean; };
    body: undefined;
    answer: { readonly data: readonly ConfirmationsData[]; readonly next_cursor: string | null; };
  };
  /** Read what an assistant asked for: the call, in words and in full. */
  'GET /confirmations/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: ConfirmationsData;
  };
  /** List countries and regions whose public holidays are known. */
  'GET /countries': {
    path: undefined;
    query: undefined;
    body: undefined;
    answer: Countries;
  };
  /** List the types of events that webhooks get, with their JSON Schemas. */
  'GET /event_types': {
    path: undefined;
    query: undefined;
    body: undefined;
    answer: EventTypes;
  };
  /** List events, the last that came first. */
  'GET /events': {
    path: undefined;
    query: { readonly limit?: number; readonly cursor?: string; readonly user_id?: string; readonly event_type?: string; };
    body: undefined;
    answer: { readonly data: readonly EventsData[]; readonly next_cursor: string | null; };
  };
  /** Everything that this side has, as JSON Lines; secrets are left out. */
  'GET /export': {
    path: undefined;
    query: undefined;
    body: undefined;
    answer: string;
  };
  /** All companies, as CSV or JSON Lines, the youngest first. */
  'GET /exports/companies': {
    path: undefined;
    query: { readonly format?: "csv" | "jsonl"; };
    body: undefined;
    answer: string;
  };
  /** All events, as CSV or JSON Lines, the youngest first. */
  'GET /exports/events': {
    path: undefined;
    query: { readonly format?: "csv" | "jsonl"; };
    body: undefined;
    answer: string;
  };
  /** What people have chosen about lists, or about one, as CSV or JSON Lines, the youngest first. */
  'GET /exports/list_members': {
    path: undefined;
    query: { readonly format?: "csv" | "jsonl"; readonly list_id?: string; };
    body: undefined;
    answer: string;
  };
  /** All messages, without what was written in them, as CSV or JSON Lines, the youngest first. */
  'GET /exports/messages': {
    path: undefined;
    query: { readonly format?: "csv" | "jsonl"; };
    body: undefined;
    answer: string;
  };
  /** Who must not be mailed; who was erased is left out, as CSV or JSON Lines, the youngest first. */
  'GET /exports/suppressions': {
    path: undefined;
    query: { readonly format?: "csv" | "jsonl"; };
    body: undefined;
    answer: string;
  };
  /** Everybody, or who matches a filter, as CSV or JSON Lines, the youngest first. */
  'GET /exports/users': {
    path: undefined;
    query: { readonly format?: "csv" | "jsonl"; readonly filter?: string; };
    body: undefined;
    answer: string;
  };
  /** List saved filters, youngest first. */
  'GET /filters': {
    path: undefined;
    query: { readonly limit?: number; readonly cursor?: string; readonly kind?: "users" | "companies"; };
    body: undefined;
    answer: { readonly data: readonly FiltersData[]; readonly next_cursor: string | null; };
  };
  /** Read a saved filter. */
  'GET /filters/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: FiltersData;
  };
  /** List the public holidays of a year, as plans look at them. */
  'GET /holidays': {
    path: undefined;
    query: { readonly country: string; readonly region?: string; readonly year: number; };
    body: undefined;
    answer: Holidays;
  };
  /** List imports, the youngest first; they are kept for 30 days. */
  'GET /imports': {
    path: undefined;
    query: { readonly limit?: number; readonly cursor?: string; };
    body: undefined;
    answer: { readonly data: readonly ImportsData[]; readonly next_cursor: string | null; };
  };
  /** Read an import, with how far it is. */
  'GET /imports/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: ImportsData;
  };
  /** What is wrong with lines of an import, as CSV; at most 10,000 of them. */
  'GET /imports/{id}/report': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: string;
  };
  /** List the inboxes that bounces and answers come back to. */
  'GET /inboxes': {
    path: undefined;
    query: { readonly limit?: number; readonly cursor?: string; };
    body: undefined;
    answer: { readonly data: readonly InboxesData[]; readonly next_cursor: string | null; };
  };
  /** Read an inbox. */
  'GET /inboxes/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: InboxesData;
  };
  /** List invitations that nobody has accepted yet, youngest first. */
  'GET /invitations': {
    path: undefined;
    query: { readonly limit?: number; readonly cursor?: string; };
    body: undefined;
    answer: { readonly data: readonly InvitationsData[]; readonly next_cursor: string | null; };
  };
  /** List keys, revoked ones too. */
  'GET /keys': {
    path: undefined;
    query: { readonly limit?: number; readonly cursor?: string; };
    body: undefined;
    answer: { readonly data: readonly KeysData[]; readonly next_cursor: string | null; };
  };
  /** List the kinds of mail that people may join or decline. */
  'GET /lists': {
    path: undefined;
    query: { readonly limit?: number; readonly cursor?: string; readonly archived?: boolean; };
    body: undefined;
    answer: { readonly data: readonly ListsData[]; readonly next_cursor: string | null; };
  };
  /** Read a list, and how many people are on it. */
  'GET /lists/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: ListsId;
  };
  /** The email that asks people to confirm that they join a list. */
  'GET /lists/{id}/confirmation': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: IdConfirmation;
  };
  /** List the people in one state of a list. */
  'GET /lists/{id}/subscribers': {
    path: { readonly id: string; };
    query: { readonly limit?: number; readonly cursor?: string; readonly state?: "subscribed" | "unsubscribed" | "pending"; };
    body: undefined;
    answer: { readonly data: readonly SubscribersData[]; readonly next_cursor: string | null; };
  };
  /** The people in one state of a list, or in any, as CSV. */
  'GET /lists/{id}/subscribers/export': {
    path: { readonly id: string; };
    query: { readonly state?: "subscribed" | "unsubscribed" | "pending"; };
    body: undefined;
    answer: string;
  };
  /** List the members of the workspace, those who joined last first. */
  'GET /members': {
    path: undefined;
    query: { readonly limit?: number; readonly cursor?: string; };
    body: undefined;
    answer: { readonly data: readonly MembersId[]; readonly next_cursor: string | null; };
  };
  /** List messages, youngest first. */
  'GET /messages': {
    path: undefined;
    query: { readonly limit?: number; readonly cursor?: string; readonly user_id?: string; readonly series_id?: string; readonly step_id?: string; readonly status?: string; readonly reason?: string; readonly q?: string; readonly from?: string; readonly to?: string; };
    body: undefined;
    answer: { readonly data: readonly MessagesData[]; readonly next_cursor: string | null; };
  };
  /** Count messages by status, of the side or of one series. */
  'GET /messages/counts': {
    path: undefined;
    query: { readonly series_id?: string; };
    body: undefined;
    answer: { readonly counts: CountsCounts; };
  };
  /** Read a message: bodies, headers, every event, and why it was sent when it was. */
  'GET /messages/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: MessagesId;
  };
  /** How this side is doing now, and what needs attention. */
  'GET /overview': {
    path: undefined;
    query: undefined;
    body: undefined;
    answer: Overview;
  };
  /** What was sent and what came of it, over time. */
  'GET /reports/messages': {
    path: undefined;
    query: { readonly from?: string; readonly to?: string; readonly by?: "day" | "week" | "month"; readonly group?: "none" | "series" | "broadcast" | "step" | "variant" | "list"; readonly automation_id?: string; readonly list_id?: string; };
    body: undefined;
    answer: ReportsMessages;
  };
  /** What was sent and what came of it, as CSV. */
  'GET /reports/messages.csv': {
    path: undefined;
    query: { readonly from?: string; readonly to?: string; readonly by?: "day" | "week" | "month"; readonly group?: "none" | "series" | "broadcast" | "step" | "variant" | "list"; readonly automation_id?: string; readonly list_id?: string; };
    body: undefined;
    answer: string;
  };
  /** The funnel of a series: who entered, and what became of each step. */
  'GET /reports/series/{id}': {
    path: { readonly id: string; };
    query: { readonly from?: string; readonly to?: string; };
    body: undefined;
    answer: SeriesId;
  };
  /** What became of those who entered a series in each week or month. */
  'GET /reports/series/{id}/cohorts': {
    path: { readonly id: string; };
    query: { readonly from?: string; readonly to?: string; readonly by?: "week" | "month"; };
    body: undefined;
    answer: IdCohorts;
  };
  /** What became of those who entered a series, as CSV. */
  'GET /reports/series/{id}/cohorts.csv': {
    path: { readonly id: string; };
    query: { readonly from?: string; readonly to?: string; readonly by?: "week" | "month"; };
    body: undefined;
    answer: string;
  };
  /** The steps of a series in a period, as CSV. */
  'GET /reports/series/{id}/steps.csv': {
    path: { readonly id: string; };
    query: { readonly from?: string; readonly to?: string; };
    body: undefined;
    answer: string;
  };
  /** List the domains that mail is from. */
  'GET /sender_domains': {
    path: undefined;
    query: { readonly limit?: number; readonly cursor?: string; };
    body: undefined;
    answer: { readonly data: readonly DomainsData[]; readonly next_cursor: string | null; };
  };
  /** Read a domain: the DNS records to set, its keys, and what the last check found. */
  'GET /sender_domains/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: DomainsId;
  };
  /** List who mail may be from. */
  'GET /senders': {
    path: undefined;
    query: { readonly limit?: number; readonly cursor?: string; };
    body: undefined;
    answer: { readonly data: readonly SendersData[]; readonly next_cursor: string | null; };
  };
  /** Read a sender. */
  'GET /senders/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: SendersData;
  };
  /** Whether this side may send, and the rates that decide it. */
  'GET /sending': {
    path: undefined;
    query: undefined;
    body: undefined;
    answer: Sending;
  };
  /** List series. */
  'GET /series': {
    path: undefined;
    query: { readonly limit?: number; readonly cursor?: string; readonly status?: "draft" | "active" | "paused" | "completed" | "archived"; readonly q?: string; readonly with?: "counts"; };
    body: undefined;
    answer: { readonly data: readonly SeriesData[]; readonly next_cursor: string | null; };
  };
  /** List series as files would have them, the oldest first, archived ones too. */
  'GET /series/code': {
    path: undefined;
    query: { readonly limit?: number; readonly cursor?: string; };
    body: undefined;
    answer: SeriesCode;
  };
  /** Read a series, and how far it is with taking its audience in. */
  'GET /series/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: SeriesId2;
  };
  /** Check the emails of the draft as they would be published now. */
  'GET /series/{id}/checks': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: IdChecks;
  };
  /** What the draft would change about a published version. */
  'GET /series/{id}/diff': {
    path: { readonly id: string; };
    query: { readonly version?: number; };
    body: undefined;
    answer: IdDiff;
  };
  /** List who entered, youngest first. */
  'GET /series/{id}/enrollments': {
    path: { readonly id: string; };
    query: { readonly limit?: number; readonly cursor?: string; readonly user_id?: string; readonly state?: "active" | "completed" | "goal_reached" | "exited" | "removed" | "ended"; };
    body: undefined;
    answer: { readonly data: readonly EnrollmentsData[]; readonly next_cursor: string | null; };
  };
  /** Count what publishing the draft would do to the people in flight. */
  'GET /series/{id}/publish/preview': {
    path: { readonly id: string; };
    query: { readonly in_flight?: "stay" | "migrate"; };
    body: undefined;
    answer: PublishPreview;
  };
  /** List the steps that wait or are being worked, soonest first. */
  'GET /series/{id}/recipients': {
    path: { readonly id: string; };
    query: { readonly limit?: number; readonly cursor?: string; readonly user_id?: string; };
    body: undefined;
    answer: { readonly data: readonly RecipientsData2[]; readonly next_cursor: string | null; };
  };
  /** What came back about the messages of each step: delivered, opened, bounced, …. */
  'GET /series/{id}/results': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: { readonly total: ResultsTotal; readonly steps: readonly ({ readonly step_id: string; readonly counts: ResultsTotal; })[]; };
  };
  /** Count people, steps and messages; the ledger adds up. */
  'GET /series/{id}/stats': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: IdStats2;
  };
  /** Count who waits at each step, and what became of those who were there. */
  'GET /series/{id}/step_counts': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: { readonly is_exact: boolean; readonly steps: Readonly<Record<string, CountsSteps>>; };
  };
  /** List who waits at a step, or what became of those who were there. */
  'GET /series/{id}/steps/{step_id}/people': {
    path: { readonly id: string; readonly step_id: string; };
    query: { readonly limit?: number; readonly cursor?: string; readonly outcome?: "waiting" | "passed" | "skipped" | "failed" | "cancelled"; readonly version?: number; readonly q?: string; };
    body: undefined;
    answer: { readonly data: readonly PeopleData[]; readonly next_cursor: string | null; };
  };
  /** What the variants of an email came to. */
  'GET /series/{id}/variants': {
    path: { readonly id: string; };
    query: { readonly step_id: string; };
    body: undefined;
    answer: IdVariants;
  };
  /** List versions, youngest first, with who is on them and what changes them. */
  'GET /series/{id}/versions': {
    path: { readonly id: string; };
    query: { readonly limit?: number; readonly cursor?: string; };
    body: undefined;
    answer: IdVersions;
  };
  /** Read a version as it is sent now. */
  'GET /series/{id}/versions/{number}': {
    path: { readonly id: string; readonly number: number; };
    query: undefined;
    body: undefined;
    answer: VersionsNumber;
  };
  /** Who is signed in, and which workspace sides they may look at. */
  'GET /session': {
    path: undefined;
    query: undefined;
    body: undefined;
    answer: Session;
  };
  /** Where the member is signed in, youngest first. */
  'GET /sessions': {
    path: undefined;
    query: undefined;
    body: undefined;
    answer: { readonly data: readonly SessionsData[]; };
  };
  /** Read the settings of this side. */
  'GET /settings': {
    path: undefined;
    query: undefined;
    body: undefined;
    answer: Settings;
  };
  /** Hear of changes as they happen. */
  'GET /stream': {
    path: undefined;
    query: { readonly workspace?: string; };
    body: undefined;
    answer: string;
  };
  /** List who must not be mailed, the last first. */
  'GET /suppressions': {
    path: undefined;
    query: { readonly limit?: number; readonly cursor?: string; readonly reason?: "complaint" | "hard_bounce" | "manual" | "import" | "unsubscribe"; readonly email?: string; readonly user_id?: string; readonly q?: string; };
    body: undefined;
    answer: { readonly data: readonly SuppressionsData[]; readonly next_cursor: string | null; };
  };
  /** How many are suppressed, by reason; what has been erased counts. */
  'GET /suppressions/counts': {
    path: undefined;
    query: undefined;
    body: undefined;
    answer: SuppressionsCounts;
  };
  /** Everything that is suppressed, as CSV; what has been erased is left out. */
  'GET /suppressions/export': {
    path: undefined;
    query: { readonly reason?: "complaint" | "hard_bounce" | "manual" | "import" | "unsubscribe"; };
    body: undefined;
    answer: string;
  };
  /** List templates and snippets. */
  'GET /templates': {
    path: undefined;
    query: { readonly limit?: number; readonly cursor?: string; readonly kind?: "template" | "snippet"; readonly archived?: boolean; };
    body: undefined;
    answer: { readonly data: readonly TemplatesData[]; readonly next_cursor: string | null; };
  };
  /** Read a template or snippet, with what its newest version says. */
  'GET /templates/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: TemplatesId;
  };
  /** List the published emails that a template or snippet is used in, the last 200. */
  'GET /templates/{id}/uses': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: { readonly data: readonly UsesData[]; };
  };
  /** List the versions of a template or snippet, the last 200, youngest first. */
  'GET /templates/{id}/versions': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: { readonly data: readonly ({ readonly number: number; readonly created_at: string; })[]; };
  };
  /** Read one version of a template or snippet. */
  'GET /templates/{id}/versions/{number}': {
    path: { readonly id: string; readonly number: number; };
    query: undefined;
    body: undefined;
    answer: VersionsNumber2;
  };
  /** Where the clock of this test side stands. */
  'GET /test_clock': {
    path: undefined;
    query: undefined;
    body: undefined;
    answer: { readonly now: string; readonly next_due: string | null; readonly pending: number; };
  };
  /** List time zones with their present offsets. */
  'GET /timezones': {
    path: undefined;
    query: undefined;
    body: undefined;
    answer: { readonly data: readonly ({ readonly name: string; readonly offset: string; readonly offset_minutes: number; })[]; };
  };
  /** The kinds of transports, and what each needs. */
  'GET /transport_kinds': {
    path: undefined;
    query: undefined;
    body: undefined;
    answer: { readonly data: readonly KindsData[]; };
  };
  /** List the transports of this side. */
  'GET /transports': {
    path: undefined;
    query: undefined;
    body: undefined;
    answer: { readonly data: readonly TransportsData[]; };
  };
  /** Read a transport. */
  'GET /transports/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: TransportsData;
  };
  /** Planned sends of the days to come, by hour and series or broadcast. */
  'GET /upcoming': {
    path: undefined;
    query: { readonly days?: number; readonly series_id?: string; readonly timezone?: string; };
    body: undefined;
    answer: Upcoming;
  };
  /** List users, youngest first. */
  'GET /users': {
    path: undefined;
    query: { readonly limit?: number; readonly cursor?: string; readonly email?: string; };
    body: undefined;
    answer: { readonly data: readonly UsersData[]; readonly next_cursor: string | null; };
  };
  /** What filters and merge tags may name here: traits, events, company traits. */
  'GET /users/properties': {
    path: undefined;
    query: undefined;
    body: undefined;
    answer: UsersProperties;
  };
  /** Read a user by the id that your system gives them. */
  'GET /users/{user_id}': {
    path: { readonly user_id: string; };
    query: undefined;
    body: undefined;
    answer: UsersData;
  };
  /** List what a user is in or was in, youngest first: series and broadcasts. */
  'GET /users/{user_id}/enrollments': {
    path: { readonly user_id: string; };
    query: { readonly limit?: number; readonly cursor?: string; readonly state?: "active" | "completed" | "goal_reached" | "exited" | "removed" | "ended"; };
    body: undefined;
    answer: { readonly data: readonly EnrollmentsData2[]; readonly next_cursor: string | null; };
  };
  /** How much erasing a user would touch. */
  'GET /users/{user_id}/erase_preview': {
    path: { readonly user_id: string; };
    query: undefined;
    body: undefined;
    answer: { readonly would_erase: IdErased; };
  };
  /** Say why a user is where they are in a series, and what comes next. */
  'GET /users/{user_id}/explain': {
    path: { readonly user_id: string; };
    query: { readonly series_id?: string; readonly limit?: number; readonly cursor?: string; };
    body: undefined;
    answer: IdExplain | { readonly data: readonly IdExplain[]; readonly next_cursor: string | null; };
  };
  /** Everything that is kept of a user, as one JSON file. */
  'GET /users/{user_id}/export': {
    path: { readonly user_id: string; };
    query: undefined;
    body: undefined;
    answer: Readonly<Record<string, unknown>>;
  };
  /** Read what a user wants to get. */
  'GET /users/{user_id}/preferences': {
    path: { readonly user_id: string; };
    query: undefined;
    body: undefined;
    answer: { readonly all: "subscribed" | "unsubscribed"; readonly lists: readonly PreferencesLists[]; };
  };
  /** List every change of what a user wants, the last first: the proof of consent. */
  'GET /users/{user_id}/preferences/changes': {
    path: { readonly user_id: string; };
    query: { readonly limit?: number; readonly cursor?: string; };
    body: undefined;
    answer: { readonly data: readonly ChangesData[]; readonly next_cursor: string | null; };
  };
  /** Everything that happened to a user, youngest first. */
  'GET /users/{user_id}/timeline': {
    path: { readonly user_id: string; };
    query: { readonly limit?: number; readonly cursor?: string; readonly kinds?: string; };
    body: undefined;
    answer: { readonly data: readonly TimelineData[]; readonly next_cursor: string | null; };
  };
  /** Read the secret that signs the webhooks of this side. */
  'GET /webhook_secret': {
    path: undefined;
    query: undefined;
    body: undefined;
    answer: { readonly secret: string; readonly created_at: string; readonly previous_valid_until: string | null; };
  };
  /** List the endpoints that get events. */
  'GET /webhooks': {
    path: undefined;
    query: { readonly limit?: number; readonly cursor?: string; };
    body: undefined;
    answer: { readonly data: readonly WebhooksData[]; readonly next_cursor: string | null; };
  };
  /** Read an endpoint. */
  'GET /webhooks/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: WebhooksData;
  };
  /** List what an endpoint got, or is to get; kept for 30 days. */
  'GET /webhooks/{id}/deliveries': {
    path: { readonly id: string; };
    query: { readonly limit?: number; readonly cursor?: string; readonly status?: "pending" | "delivered" | "given_up"; };
    body: undefined;
    answer: { readonly data: readonly DeliveriesData[]; readonly next_cursor: string | null; };
  };
  /** Change what is known of a company; what is left out stays, null removes. */
  'PATCH /companies/{company_id}': {
    path: { readonly company_id: string; };
    query: undefined;
    body: CompanyId;
    answer: CompaniesData;
  };
  /** Change a saved filter; what is left out stays, its kind always. */
  'PATCH /filters/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: { readonly name?: string; readonly filter?: Filter | CompanyFilter | null; readonly columns?: readonly string[]; };
    answer: FiltersData;
  };
  /** Change an inbox; what is left out stays. */
  'PATCH /inboxes/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: InboxesId;
    answer: InboxesData;
  };
  /** Change what is named of a list; its kind stays. */
  'PATCH /lists/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: ListsId2;
    answer: ListsData;
  };
  /** Give a member another role; their sessions end. */
  'PATCH /members/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: { readonly role: "owner" | "editor" | "viewer"; };
    answer: MembersId;
  };
  /** Change what is named of a domain. */
  'PATCH /sender_domains/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: { readonly return_path_host?: string | null; readonly return_path_server?: string | null; readonly spf_mechanisms?: readonly string[]; };
    answer: DomainsId;
  };
  /** Change what is named of a sender. */
  'PATCH /senders/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: { readonly address?: string; readonly name?: string; readonly reply_to?: string | null; readonly is_default?: boolean; };
    answer: SendersData;
  };
  /** Change the settings that are named. */
  'PATCH /settings': {
    path: undefined;
    query: undefined;
    body: Readonly<Record<string, unknown>>;
    answer: Settings;
  };
  /** Rename a template or snippet; its slug stays. */
  'PATCH /templates/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: { readonly name: string; };
    answer: TemplatesData;
  };
  /** Change what is named; settings are merged, null takes one out. */
  'PATCH /transports/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: TransportsId;
    answer: TransportsData;
  };
  /** Change what is known of a user. */
  'PATCH /users/{user_id}': {
    path: { readonly user_id: string; };
    query: undefined;
    body: UserId;
    answer: UsersData;
  };
  /** Change an endpoint; what is left out stays. */
  'PATCH /webhooks/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: { readonly url?: string; readonly event_types?: readonly string[]; readonly description?: string; readonly is_enabled?: boolean; };
    answer: WebhooksData;
  };
  /** Create a broadcast as a draft. */
  'POST /broadcasts': {
    path: undefined;
    query: undefined;
    body: Broadcasts;
    answer: BroadcastsData;
  };
  /** Count whom a broadcast would reach, and whom not and why. */
  'POST /broadcasts/{id}/audience_count': {
    path: { readonly id: string; };
    query: undefined;
    body: { readonly audience?: { readonly everybody?: boolean; readonly filter?: Filter; readonly list_id?: string; }; };
    answer: AudienceCount;
  };
  /** Cancel a broadcast: what has not begun to leave never will. */
  'POST /broadcasts/{id}/cancel': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: BroadcastsData;
  };
  /** Copy a broadcast as a new draft, without its send time. */
  'POST /broadcasts/{id}/duplicate': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: BroadcastsData;
  };
  /** Pause a broadcast: nothing leaves after the answer. */
  'POST /broadcasts/{id}/pause': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: BroadcastsData;
  };
  /** Render an email for a real or made-up user; nothing is sent or written. */
  'POST /broadcasts/{id}/preview': {
    path: { readonly id: string; };
    query: undefined;
    body: IdPreview;
    answer: IdPreview2;
  };
  /** Resume a broadcast where it was paused. */
  'POST /broadcasts/{id}/resume': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: BroadcastsData;
  };
  /** Order when a broadcast is sent. */
  'POST /broadcasts/{id}/schedule': {
    path: { readonly id: string; };
    query: undefined;
    body: IdSchedule;
    answer: BroadcastsData;
  };
  /** Send a broadcast at once. */
  'POST /broadcasts/{id}/send': {
    path: { readonly id: string; };
    query: undefined;
    body: { readonly etag?: string; };
    answer: BroadcastsData;
  };
  /** Send an email as a test to a member of the workspace. */
  'POST /broadcasts/{id}/test_send': {
    path: { readonly id: string; };
    query: undefined;
    body: TestSend;
    answer: { readonly to: string; readonly subject: string; readonly transport: string; };
  };
  /** Find companies by a filter, and by how name, id or domain begin. */
  'POST /companies/search': {
    path: undefined;
    query: undefined;
    body: CompaniesSearch;
    answer: { readonly data: readonly SearchData[]; readonly next_cursor: string | null; };
  };
  /** Allow one call of an assistant; the token is shown this once. */
  'POST /confirmations/{id}/issue': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: IdIssue;
  };
  /** Refuse a call of an assistant. */
  'POST /confirmations/{id}/refuse': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: ConfirmationsData;
  };
  /** Save a filter over users or companies under a name. */
  'POST /filters': {
    path: undefined;
    query: undefined;
    body: { readonly name: string; readonly kind?: "users" | "companies"; readonly filter?: Filter | CompanyFilter | null; readonly columns?: readonly string[]; };
    answer: FiltersData;
  };
  /** Say what is right and wrong with an identity token. */
  'POST /identity/verify': {
    path: undefined;
    query: undefined;
    body: { readonly token: string; readonly user_id: string; };
    answer: IdentityVerify;
  };
  /** Import a file: users, companies, events, suppressions, people of lists. */
  'POST /imports': {
    path: undefined;
    query: { readonly kind: "users" | "companies" | "events" | "suppressions" | "list_members" | "everything"; readonly format?: "csv" | "jsonl"; readonly source?: "milepost" | "customerio" | "mailchimp" | "loops" | "listmonk"; readonly dry_run?: boolean; readonly start_series?: boolean; readonly confirmed?: boolean; readonly list_id?: string; readonly mapping?: string; };
    body: undefined;
    answer: ImportsData;
  };
  /** What the columns of a CSV file would be read as. */
  'POST /imports/look': {
    path: undefined;
    query: undefined;
    body: ImportsLook;
    answer: ImportsLook2;
  };
  /** End an import; what was written stays. */
  'POST /imports/{id}/cancel': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: ImportsData;
  };
  /** Hold an import; once it is answered nothing more is written. */
  'POST /imports/{id}/pause': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: ImportsData;
  };
  /** Let an import go on where it was. */
  'POST /imports/{id}/resume': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: ImportsData;
  };
  /** Add an inbox; with imap it is read every minute. */
  'POST /inboxes': {
    path: undefined;
    query: undefined;
    body: Inboxes;
    answer: InboxesData;
  };
  /** Make a new address for posting; the old one ends at once. */
  'POST /inboxes/{id}/rotate_post_url': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: InboxesData;
  };
  /** Connect to an inbox and say in words what is wrong. */
  'POST /inboxes/{id}/test': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: { readonly ok: boolean; readonly message: string; };
  };
  /** Invite somebody, for 7 days; the link is in the answer and, if possible, emailed. */
  'POST /invitations': {
    path: undefined;
    query: undefined;
    body: { readonly email: string; readonly role: "owner" | "editor" | "viewer"; };
    answer: Invitations;
  };
  /** Join a workspace by an invitation. */
  'POST /invitations/accept': {
    path: undefined;
    query: undefined;
    body: { readonly token: string; readonly name?: string; readonly password?: string; };
    answer: { readonly signed_in: boolean; };
  };
  /** What the holder of an invitation is invited to. */
  'POST /invitations/look': {
    path: undefined;
    query: undefined;
    body: { readonly token: string; };
    answer: InvitationsLook;
  };
  /** End an invitation. */
  'POST /invitations/{id}/revoke': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: InvitationsData;
  };
  /** Make a key; those of its kind stay valid. */
  'POST /keys': {
    path: undefined;
    query: undefined;
    body: { readonly kind: "widget" | "secret" | "identity"; };
    answer: KeysData;
  };
  /** End a key at once. */
  'POST /keys/{id}/revoke': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: KeysData;
  };
  /** Make a successor; both are valid until the old one is revoked. */
  'POST /keys/{id}/rotate': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: KeysData;
  };
  /** Make a list. */
  'POST /lists': {
    path: undefined;
    query: undefined;
    body: Lists;
    answer: ListsData;
  };
  /** Archive a list: emails that belong to it go to nobody. */
  'POST /lists/{id}/archive': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: ListsData;
  };
  /** Put up to 1,000 users on a list. */
  'POST /lists/{id}/subscribers': {
    path: { readonly id: string; };
    query: undefined;
    body: { readonly user_ids: readonly string[]; readonly confirmed?: boolean; readonly source?: string; };
    answer: IdSubscribers;
  };
  /** Put up to 10,000 users on a list, given as CSV. */
  'POST /lists/{id}/subscribers/import': {
    path: { readonly id: string; };
    query: undefined;
    body: { readonly csv: string; readonly confirmed?: boolean; readonly dry_run?: boolean; };
    answer: { readonly changed: number; readonly unchanged: number; readonly unknown_user: number; readonly invalid: number; readonly data: readonly ImportData[]; };
  };
  /** Take up to 1,000 users off a list. */
  'POST /lists/{id}/subscribers/remove': {
    path: { readonly id: string; };
    query: undefined;
    body: { readonly user_ids: readonly string[]; readonly source?: string; };
    answer: IdSubscribers;
  };
  /** Take an archived list into use again. */
  'POST /lists/{id}/unarchive': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: ListsData;
  };
  /** Send one transactional message, to a user or to a bare address. */
  'POST /messages': {
    path: undefined;
    query: undefined;
    body: Messages;
    answer: MessagesData;
  };
  /** Decide about several messages in doubt, each for itself. */
  'POST /messages/resolve': {
    path: undefined;
    query: undefined;
    body: { readonly ids: readonly string[]; readonly decision: "resend" | "mark_sent"; };
    answer: { readonly resolved: number; readonly data: readonly ResolveData[]; };
  };
  /** Decide about a message in doubt. */
  'POST /messages/{id}/resolve': {
    path: { readonly id: string; };
    query: undefined;
    body: { readonly decision: "resend" | "mark_sent"; };
    answer: MessagesData;
  };
  /** Choose a new password, by the link of npx milepost members reset-link. */
  'POST /password/reset': {
    path: undefined;
    query: undefined;
    body: { readonly token: string; readonly password: string; };
    answer: { readonly signed_in: boolean; };
  };
  /** Add a domain, and make the keys that are to sign its mail. */
  'POST /sender_domains': {
    path: undefined;
    query: undefined;
    body: SenderDomains;
    answer: DomainsId;
  };
  /** Look at the DNS records of a domain now. */
  'POST /sender_domains/{id}/check': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: DomainsId;
  };
  /** Make new keys, which take over once their records are seen. */
  'POST /sender_domains/{id}/rotate': {
    path: { readonly id: string; };
    query: undefined;
    body: { readonly algorithms?: readonly ("rsa-2048" | "ed25519")[]; } | null;
    answer: DomainsId;
  };
  /** Add a sender. */
  'POST /senders': {
    path: undefined;
    query: undefined;
    body: { readonly address: string; readonly name?: string; readonly reply_to?: string | null; readonly is_default?: boolean; };
    answer: SendersData;
  };
  /** Let this side send again; series stay paused until each is resumed. */
  'POST /sending/resume': {
    path: undefined;
    query: undefined;
    body: undefined;
    answer: Sending;
  };
  /** Create a series as a draft. */
  'POST /series': {
    path: undefined;
    query: undefined;
    body: Series;
    answer: Series2;
  };
  /** Make a series what a file says; applied again, it changes nothing. */
  'POST /series/code/apply': {
    path: undefined;
    query: undefined;
    body: CodeApply;
    answer: CodeApply2;
  };
  /** What applying a file would change, and how many people it touches. */
  'POST /series/code/plan': {
    path: undefined;
    query: undefined;
    body: CodePlan;
    answer: CodePlan2;
  };
  /** When each step of an unsaved draft would happen, and its faults. */
  'POST /series/outline': {
    path: undefined;
    query: undefined;
    body: SeriesOutline;
    answer: SeriesOutline2;
  };
  /** Publish version 1 and let users in. */
  'POST /series/{id}/activate': {
    path: { readonly id: string; };
    query: { readonly warnings?: boolean; };
    body: { readonly etag?: string; };
    answer: IdActivate;
  };
  /** End it: enrollments under way end, nothing more is sent. */
  'POST /series/{id}/archive': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: Series2;
  };
  /** Correct emails in the draft and in all published versions, without moving anybody. */
  'POST /series/{id}/content_update': {
    path: { readonly id: string; };
    query: undefined;
    body: { readonly steps: Readonly<Record<string, UpdateSteps>>; };
    answer: ContentUpdate;
  };
  /** Copy a series as a new draft: its draft, with the same steps. */
  'POST /series/{id}/duplicate': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: Series2;
  };
  /** Enroll up to 1,000 users, whatever the trigger of the series. */
  'POST /series/{id}/enroll': {
    path: { readonly id: string; };
    query: undefined;
    body: IdEnroll;
    answer: { readonly dry_run: boolean; readonly counts: Readonly<Record<string, number>>; readonly data: readonly EnrollData[]; };
  };
  /** When each step of a series would happen, and the faults of its draft. */
  'POST /series/{id}/outline': {
    path: { readonly id: string; };
    query: undefined;
    body: SeriesOutline;
    answer: SeriesOutline2;
  };
  /** Stop sending at once; nobody can enter. */
  'POST /series/{id}/pause': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: Series2;
  };
  /** Render an email for a real or made-up user; nothing is sent or written. */
  'POST /series/{id}/preview': {
    path: { readonly id: string; };
    query: undefined;
    body: IdPreview;
    answer: IdPreview2;
  };
  /** Publish the draft as the next version, which new enrollments enter. */
  'POST /series/{id}/publish': {
    path: { readonly id: string; };
    query: { readonly warnings?: boolean; };
    body: { readonly in_flight?: "stay" | "migrate"; readonly dry_run?: boolean; readonly etag?: string; };
    answer: IdPublish;
  };
  /** Take up to 1,000 users out of a series, whatever its status. */
  'POST /series/{id}/remove': {
    path: { readonly id: string; };
    query: undefined;
    body: { readonly users: readonly (string | { readonly user_id: string; })[]; readonly dry_run?: boolean; };
    answer: IdRemove;
  };
  /** Go on; what fell due in the pause is sent, skipped, or ends the enrollment. */
  'POST /series/{id}/resume': {
    path: { readonly id: string; };
    query: undefined;
    body: { readonly late?: "send" | "skip" | "exit"; readonly after?: { readonly amount: number; readonly unit: string; }; readonly dry_run?: boolean; };
    answer: IdResume;
  };
  /** What would happen, on a virtual clock: nothing is written and nothing is sent. */
  'POST /series/{id}/simulate': {
    path: { readonly id: string; };
    query: undefined;
    body: IdSimulate;
    answer: IdSimulate2;
  };
  /** Send an email as a test to a member of the workspace. */
  'POST /series/{id}/test_send': {
    path: { readonly id: string; };
    query: undefined;
    body: TestSend;
    answer: { readonly to: string; readonly subject: string; readonly transport: string; };
  };
  /** Sign out all other browsers of the member. */
  'POST /sessions/revoke_others': {
    path: undefined;
    query: undefined;
    body: undefined;
    answer: { readonly revoked: number; };
  };
  /** Sign out one browser of the member. */
  'POST /sessions/{id}/revoke': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: { readonly revoked: number; };
  };
  /** Make the first member, who owns every workspace, and sign in. */
  'POST /setup': {
    path: undefined;
    query: undefined;
    body: { readonly token: string; readonly name: string; readonly email: string; readonly password: string; };
    answer: { readonly signed_in: boolean; };
  };
  /** Keep mail from an address or a user; what is suppressed already stays as it is. */
  'POST /suppressions': {
    path: undefined;
    query: undefined;
    body: Suppressions;
    answer: SuppressionsData;
  };
  /** Suppress up to 10,000 addresses or users, given as CSV or as rows. */
  'POST /suppressions/import': {
    path: undefined;
    query: undefined;
    body: { readonly csv?: string; readonly rows?: readonly ({ readonly email?: string; readonly user_id?: string; readonly reason?: string; })[]; };
    answer: SuppressionsImport;
  };
  /** Create a template or snippet. */
  'POST /templates': {
    path: undefined;
    query: undefined;
    body: Templates;
    answer: TemplatesId;
  };
  /** Archive a template or snippet; published emails go on with it. */
  'POST /templates/{id}/archive': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: TemplatesData;
  };
  /** Add a version; what is published stays on the one that it has. */
  'POST /templates/{id}/versions': {
    path: { readonly id: string; };
    query: undefined;
    body: IdVersions2;
    answer: TemplatesId;
  };
  /** Move the clock; what is due on the way is handled in order, each at its own time. */
  'POST /test_clock/advance': {
    path: undefined;
    query: undefined;
    body: { readonly to?: string; readonly by?: { readonly days?: number; readonly hours?: number; readonly minutes?: number; }; readonly to_end?: true; };
    answer: { readonly now: string; readonly handled: number; };
  };
  /** Add a transport. */
  'POST /transports': {
    path: undefined;
    query: undefined;
    body: Transports;
    answer: TransportsData;
  };
  /** Ask the provider whether mail could leave now; sends none. */
  'POST /transports/{id}/verify': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: { readonly ok: boolean; readonly answer: string; };
  };
  /** Count who matches a filter, with some of them and why. */
  'POST /users/count': {
    path: undefined;
    query: undefined;
    body: { readonly filter?: Filter | null; };
    answer: { readonly count: number; readonly total: number; readonly is_exact: boolean; readonly sample: readonly CountSample[]; };
  };
  /** Find users by a filter, and by how email, id or name begin. */
  'POST /users/search': {
    path: undefined;
    query: undefined;
    body: UsersSearch;
    answer: { readonly data: readonly UsersData[]; readonly next_cursor: string | null; };
  };
  /** Make a new secret; the old one signs beside it for 24 hours. */
  'POST /webhook_secret/rotate': {
    path: undefined;
    query: undefined;
    body: undefined;
    answer: { readonly secret: string; readonly created_at: string; readonly previous_valid_until: string | null; };
  };
  /** Add an endpoint; its secret is shown this once. */
  'POST /webhooks': {
    path: undefined;
    query: undefined;
    body: { readonly url: string; readonly event_types: readonly string[]; readonly description?: string; readonly is_enabled?: boolean; };
    answer: Webhooks;
  };
  /** Send one event again, under its id. */
  'POST /webhooks/{id}/deliveries/{delivery_id}/replay': {
    path: { readonly id: string; readonly delivery_id: string; };
    query: undefined;
    body: undefined;
    answer: DeliveriesData;
  };
  /** Send what happened in a period again, and what was never sent. */
  'POST /webhooks/{id}/replay': {
    path: { readonly id: string; };
    query: undefined;
    body: { readonly from: string; readonly to: string; readonly types?: readonly string[]; readonly status?: "delivered" | "given_up"; };
    answer: { readonly count: number; };
  };
  /** Make a new secret; the old one signs beside it for 24 hours. */
  'POST /webhooks/{id}/rotate_secret': {
    path: { readonly id: string; };
    query: undefined;
    body: undefined;
    answer: Webhooks;
  };
  /** Send a sample event. */
  'POST /webhooks/{id}/test': {
    path: { readonly id: string; };
    query: undefined;
    body: { readonly type?: string; };
    answer: DeliveriesData;
  };
  /** Replace a draft. */
  'PUT /broadcasts/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: BroadcastsId;
    answer: BroadcastsData;
  };
  /** Give a list its own email. */
  'PUT /lists/{id}/confirmation': {
    path: { readonly id: string; };
    query: undefined;
    body: IdConfirmation2;
    answer: IdConfirmation;
  };
  /** Replace the draft of a series; what is published stays until the next publish. */
  'PUT /series/{id}': {
    path: { readonly id: string; };
    query: undefined;
    body: SeriesId3;
    answer: Series2;
  };
  /** Change what a user wants to get; what is not named stays. */
  'PUT /users/{user_id}/preferences': {
    path: { readonly user_id: string; };
    query: undefined;
    body: IdPreferences;
    answer: { readonly all: "subscribed" | "unsubscribed"; readonly lists: readonly PreferencesLists[]; };
  };
}
