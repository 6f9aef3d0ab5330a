import type { BuilderAccess } from './builder-context.ts';
import { ConsentCondition, EmailCondition, ListCondition } from './choice-condition.tsx';
import { EventCondition } from './event-condition.tsx';
import { FieldCondition, type ConditionProps } from './field-condition.tsx';
import { fieldWords } from './fields.ts';
import type { FilterJson } from './filter.ts';

/** What a condition says about its subject; nothing for a kind that is not known here. */
export function ConditionEditor(props: ConditionProps) {
  const { field, event, list, email, consent } = props.condition;
  if (field !== undefined) return <FieldCondition {...props} />;
  if (event !== undefined) return <EventCondition {...props} />;
  if (list !== undefined) return <ListCondition {...props} />;
  if (email !== undefined) return <EmailCondition {...props} />;
  return consent === undefined ? null : <ConsentCondition {...props} />;
}

/** What a condition is about, in words. */
export function subjectWords(condition: FilterJson, { names, lists }: BuilderAccess): string {
  const { field, event, list, email } = condition;
  if (typeof field === 'string') return fieldWords(field);
  if (typeof event === 'string') return event;
  if (typeof list === 'string') {
    const name = names.lists?.get(list);
    return name ?? (lists.length === 0 ? 'a list' : `a list that is gone (${list})`);
  }
  if (typeof email === 'string') {
    return email === 'any' ? 'any email' : (names.emails?.get(email) ?? `email ${email}`);
  }
  return condition['consent'] === undefined ? JSON.stringify(condition) : 'all marketing';
}
