import { Select } from '../ui/field.tsx';
import { useBuilder } from './builder-context.ts';
import type { ConditionProps } from './field-condition.tsx';

const LIST_STATES = [
  ['subscribed', 'is on it'],
  ['not_subscribed', 'is not on it'],
  ['unsubscribed', 'has left it'],
] as const;
const EMAIL_STATES = [
  ['sent', 'was sent'],
  ['delivered', 'was delivered'],
  ['opened', 'was opened by a person'],
  ['clicked', 'was clicked by a person'],
  ['bounced', 'bounced'],
] as const;
const CONSENT_STATES = [
  ['subscribed', 'is wanted: has not unsubscribed from everything'],
  ['unsubscribed', 'is not: has unsubscribed from everything'],
] as const;

/** How somebody stands to a list. */
export const ListCondition = (props: ConditionProps) => (
  <OneOf {...props} member="operator" label="How they stand to the list" states={LIST_STATES} />
);

/** What became of an earlier email of the enrollment. */
export const EmailCondition = (props: ConditionProps) => (
  <OneOf {...props} member="operator" label="What became of the email" states={EMAIL_STATES} />
);

/** Whether somebody wants marketing at all. */
export const ConsentCondition = (props: ConditionProps) => (
  <OneOf {...props} member="consent" label="Whether it is wanted" states={CONSENT_STATES} />
);

interface OneOfProps extends ConditionProps {
  readonly member: string;
  readonly label: string;
  readonly states: readonly (readonly [string, string])[];
}

function OneOf({ condition, onChange, member, label, states }: OneOfProps) {
  const { disabled } = useBuilder();
  return (
    <Select
      aria-label={label}
      className="w-auto! max-w-full"
      disabled={disabled}
      value={String(condition[member])}
      onChange={(event) => onChange({ ...condition, [member]: event.target.value })}
    >
      {states.map(([value, words]) => (
        <option key={value} value={value}>
          {words}
        </option>
      ))}
    </Select>
  );
}
