import { recordOf, type Fault } from '../schedule/fault.ts';
import { textFault } from './fault.ts';
import { faultsOfSteps } from './graph.ts';
import type { Resume } from './settings/resume.ts';
import { faultsOfSettings, type SeriesSettings } from './settings.ts';

export const AUTOMATION_STATUSES = ['draft', 'active', 'paused', 'completed', 'archived'] as const;

export type AutomationStatus = (typeof AUTOMATION_STATUSES)[number];

/** A series, a broadcast, the confirmation of a list, or what carries transactional email, as it is stored. */
export interface Automation {
  readonly id: string;
  readonly workspaceId: string;
  readonly type: 'series' | 'broadcast' | 'confirmation' | 'transactional';
  readonly name: string;
  readonly status: AutomationStatus;
  readonly draft: Readonly<Record<string, unknown>>;
  /** The published version that new enrollments enter; null before the first. */
  readonly version: number | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What a series would publish next. */
export interface SeriesDraft {
  readonly settings: SeriesSettings;
  readonly steps: readonly Readonly<Record<string, unknown>>[];
}

/** An immutable published graph. */
export interface SeriesVersion extends SeriesDraft {
  readonly automationId: string;
  readonly number: number;
  readonly publishedAt: Date;
}

/** What becomes of those who were overdue when a series was resumed. */
export interface ResumePolicy extends Resume {
  /** When it was resumed, by the clock of its side. */
  readonly at: Date;
}

/** What becomes of people in flight when a version is published. */
export type InFlight = 'stay' | 'migrate';

export const NAME_LENGTH_MAX = 200;

/** What is wrong with the name of an automation. */
export function nameFaults(fields: Readonly<Record<string, unknown>>): Fault[] {
  const fault = textFault(fields['name'], 'name', NAME_LENGTH_MAX);
  return fault === null ? [] : [fault];
}

/** Every fault of a series as a client sends it, all at once. */
export function faultsOfSeries(body: unknown, seriesId: string | null = null): Fault[] {
  const fields = recordOf(body);
  if (fields === null) return [{ path: '', message: 'must be an object' }];
  const settings = fields['settings'];
  return [
    ...nameFaults(fields),
    ...(settings === undefined ? [] : faultsOfSettings(settings, { seriesId })),
    ...faultsOfSteps(fields['steps']),
  ];
}

/** What must also hold before a series may be published. */
export function faultsOfPublishing(draft: SeriesDraft): Fault[] {
  const first = draft.steps[0];
  if (first === undefined) return [{ path: 'steps', message: 'must have at least one step' }];
  if (first['type'] === 'end') return [{ path: 'steps/0', message: 'must not be the end' }];
  return [];
}

export type Transition = 'activate' | 'pause' | 'resume' | 'archive' | 'publish';

/** Where a transition may start and what it leads to. */
const TRANSITIONS: Readonly<
  Record<Transition, { from: readonly AutomationStatus[]; to: AutomationStatus | null }>
> = {
  activate: { from: ['draft'], to: 'active' },
  pause: { from: ['active'], to: 'paused' },
  resume: { from: ['paused'], to: 'active' },
  archive: { from: ['draft', 'active', 'paused', 'completed'], to: 'archived' },
  publish: { from: ['active', 'paused'], to: null },
};

/**
 * The status after a transition; the same status when it is there already, so that a repeated call
 * succeeds.
 *
 * @returns null when the transition is not possible from this status
 */
export function statusAfter(
  status: AutomationStatus,
  transition: Transition,
): AutomationStatus | null {
  const { from, to } = TRANSITIONS[transition];
  if (to !== null && status === to) return to;
  return from.includes(status) ? (to ?? status) : null;
}

const COPY = ' (copy)';

/** What a copy is called: what it is of, shortened where that would be too long. Pure. */
export const copyNameOf = (name: string): string =>
  `${name.slice(0, NAME_LENGTH_MAX - COPY.length).toWellFormed()}${COPY}`;
