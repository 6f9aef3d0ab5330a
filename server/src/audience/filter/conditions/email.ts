import { isStorable } from '../../../platform/plain-data.ts';
import { quoted, type Fault } from '../../../schedule/fault.ts';
import type { Condition, ConditionKind } from '../condition.ts';
import { NOTHING_NEEDED, NOTHING_TOUCHED, type EmailFact, type Facts } from '../facts.ts';
import type { Fragment, Sql } from '../fragment.ts';
import { STEP_ID_LENGTH_MAX } from '../limits.ts';
import { below, faultsOfUnknown } from '../paths.ts';

type Members = Readonly<Record<string, unknown>>;

const KEY = 'email';
const MEMBERS = [KEY, 'operator'];
/** Stands for every email of the enrollment. */
const ANY = 'any';
/** A transport took it, whatever came after. */
const SENT_STATES = ['accepted', 'delivered', 'bounced', 'complained'];
/** Who complains has got it. */
const DELIVERED_STATES = ['delivered', 'complained'];

/** One operator over what became of an email. */
interface EmailRule {
  readonly words: string;
  readonly isRight: (email: EmailFact) => boolean;
  /** Over `messages m`. */
  readonly sql: (sql: Sql) => Fragment;
}

/** Each is declared for the message as a row, and as the loader tells it. */
const EMAIL_RULES: Readonly<Record<string, EmailRule>> = {
  sent: {
    words: 'was sent',
    isRight: ({ state }) => SENT_STATES.includes(state),
    sql: (sql) => sql`m.state = any(${SENT_STATES}::text[])`,
  },
  delivered: {
    words: 'was delivered',
    isRight: ({ isDelivered }) => isDelivered,
    sql: (sql) => sql`(m.state = any(${DELIVERED_STATES}::text[])
      or ${happened(sql, 'delivered')})`,
  },
  opened: {
    words: 'was opened by a person',
    isRight: ({ isOpened }) => isOpened,
    sql: (sql) => happened(sql, 'opened'),
  },
  clicked: {
    words: 'was clicked by a person',
    isRight: ({ isClicked }) => isClicked,
    sql: (sql) => happened(sql, 'clicked'),
  },
  bounced: {
    words: 'bounced',
    isRight: ({ isBounced }) => isBounced,
    sql: (sql) => sql`(m.state = 'bounced' or ${happened(sql, 'bounced')})`,
  },
};

/** By a person, which is said only of openings and clicks. Index: message_events_by_message. */
const happened = (sql: Sql, kind: string): Fragment => sql`exists (
  select 1 from message_events h
   where h.bucket = m.bucket and h.message_id = m.id and h.kind = ${kind}::text
     and h.detail -> 'machine' is distinct from 'true'::jsonb)`;

const ruleOf = (operator: unknown): EmailRule | undefined =>
  typeof operator === 'string' && Object.hasOwn(EMAIL_RULES, operator)
    ? EMAIL_RULES[operator]
    : undefined;

/**
 * Conditions over earlier emails of the enrollment: `{"email":"welcome","operator":"opened"}`, with
 * `any` for every one of them. In SQL over `enrollments n`.
 */
export const EMAIL_CONDITIONS: ConditionKind<Facts> = {
  key: KEY,
  faults: (json, { path }) => [
    ...faultsOfUnknown(json, MEMBERS, path),
    ...faultsOfStep(json[KEY], below(path, KEY)),
    ...(ruleOf(json['operator']) === undefined
      ? [
          {
            path: below(path, 'operator'),
            message: `must be one of ${Object.keys(EMAIL_RULES).join(', ')}`,
          },
        ]
      : []),
  ],
  compile,
  schemas: [
    {
      title: 'email',
      type: 'object',
      required: MEMBERS,
      additionalProperties: false,
      properties: {
        email: {
          type: 'string',
          minLength: 1,
          maxLength: STEP_ID_LENGTH_MAX,
          description: 'The id of an email step of the series, or `any`',
        },
        operator: { type: 'string', enum: Object.keys(EMAIL_RULES) },
      },
    },
  ],
};

/** Where there is no enrollment. */
export const NO_EMAIL_CONDITIONS: ConditionKind<Facts> = {
  key: KEY,
  faults: (_json, { path }) => [
    {
      path: below(path, KEY),
      message: 'cannot stand here: only conditions of steps know the emails of an enrollment',
    },
  ],
  compile: () => {
    throw new Error('no enrollment, and so no emails of it');
  },
  schemas: [],
  isElsewhere: true,
};

function faultsOfStep(stepId: unknown, path: string): Fault[] {
  const isText = typeof stepId === 'string' && stepId !== '' && isStorable(stepId);
  return isText && stepId.length <= STEP_ID_LENGTH_MAX
    ? []
    : [{ path, message: `must be the id of an email step, or ${ANY}` }];
}

function compile(json: Members): Condition<Facts> {
  const stepId = String(json[KEY]);
  const isAny = stepId === ANY;
  const rule = ruleOf(json['operator']);
  if (rule === undefined) throw new Error(`operator ${String(json['operator'])} is not known`);
  const meant = (facts: Facts): readonly EmailFact[] => {
    if (facts.emails === undefined) throw new Error('the emails were not loaded');
    return isAny ? facts.emails : facts.emails.filter((email) => email.stepId === stepId);
  };
  return {
    words: `${isAny ? 'any email' : `email ${quoted(stepId)}`} ${rule.words}`,
    needs: { ...NOTHING_NEEDED, emails: true },
    touches: { ...NOTHING_TOUCHED, emails: [stepId] },
    dependsOnTime: false,
    holds: (facts) => meant(facts).some(rule.isRight),
    found: (facts) => foundWords(meant(facts), rule),
    sql: (sql) => {
      const ofStep = isAny ? sql`` : sql`and m.step_id = ${stepId}::text`;
      return sql`exists (
        select 1 from messages m
         where m.bucket = n.bucket and m.enrollment_id = n.id ${ofStep} and ${rule.sql(sql)})`;
    },
  };
}

/** What became of the emails: 'it is accepted and opened'. */
function foundWords(emails: readonly EmailFact[], { isRight }: EmailRule): string {
  const [email] = emails;
  if (email === undefined) return 'there is none yet';
  if (emails.length > 1) return `it holds for ${emails.filter(isRight).length} of ${emails.length}`;
  const marks = [
    ...(email.isOpened ? ['opened'] : []),
    ...(email.isClicked ? ['clicked'] : []),
    ...(email.isBounced && email.state !== 'bounced' ? ['bounced'] : []),
    ...(email.isDelivered && email.state !== 'delivered' ? ['delivered'] : []),
  ];
  return `it is ${[email.state, ...marks].join(', ')}`;
}
