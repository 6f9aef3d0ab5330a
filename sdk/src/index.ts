export type { Answer, Body, CallOptions, Input, InputArguments, Operation } from './call.ts';
export { type Client, createClient, type PageOptions } from './client.ts';
export { ApiError, type Fault, UnreachableError } from './errors.ts';
export type { Item, ListOperation } from './list.ts';
export {
  createMilepost,
  type IdentifyOptions,
  type Milepost,
  type MilepostOptions,
  type TrackOptions,
} from './milepost.ts';
export type { EventFilter, Filter, Operations, StepFilter } from './operations.ts';
export type { ClientOptions, FileBody } from './request.ts';
export type { RetryOptions } from './retry.ts';
export { signUserToken, type UserTokenOptions } from './user-token.ts';
export { type ReceivedWebhook, verifyWebhook, WebhookError, type WebhookEvent } from './webhook.ts';
export {
  type Advance,
  type Advanced,
  type Broadcast,
  type CompanyIdentified,
  type Decision,
  type ExplainedStep,
  type Explanation,
  type Identified,
  type IdentifyBody,
  type Instant,
  type Member,
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
  type UsersUpdated,
  type UserUpdate,
  type WorkspaceSide,
} from './shapes.ts';
