import { sentence } from './event-words.ts';

/** Titles of the planner's rules, where the name alone would not do. */
const RULES: Readonly<Record<string, string>> = {
  zone: 'Time zone',
  delay: 'Delay',
  window: 'Send window',
  business_days: 'Business days',
  holiday: 'Public holidays',
  holidays: 'Public holidays',
  spread: 'Spread',
};

export const ruleTitle = (rule: string): string => RULES[rule] ?? sentence(rule);
