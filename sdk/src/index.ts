export type { Answer, Body, Input, InputArguments, Operation } from './call.ts';
export { type CallOptions, type Client, createClient, type PageOptions } from './client.ts';
export { ApiError, UnreachableError } from './errors.ts';
export type { EventFilter, Filter, Operations, StepFilter } from './operations.ts';
export type { ClientOptions } from './request.ts';
export {
  type Advance,
  type Advanced,
  type Broadcast,
  type Decision,
  type ExplainedStep,
  type Explanation,
  type Identified,
  type IdentifyBody,
  type Instant,
  type Message,
  MESSAGE_STATUSES,
  type MessageDetail,
  type MessageEvent,
  type MessageFilter,
  type MessageStatus,
  type Page,
  type PreferenceChange,
  type Reason,
  type Recipient,
  type Series,
  type SeriesCallAnswer,
  type SeriesCallBody,
  type SeriesStatus,
  type SeriesStep,
  type Sending,
  type SendingPause,
  type Session,
  type Side,
  type TestClock,
  type User,
  type UserExplanation,
  type WorkspaceSide,
} from './shapes.ts';
