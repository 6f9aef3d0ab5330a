import type { Body } from '@milepost/sdk';

/** A series to start from: a draft that can be activated as it is, and is better for being changed. */
export interface Starter {
  readonly key: string;
  readonly name: string;
  /** For whom it is, in a sentence. */
  readonly about: string;
  /** What happens in it, in a line. */
  readonly shape: string;
  readonly series: Body<'POST /series'>;
}

type Node = Readonly<Record<string, unknown>>;

const text = (words: string): Node => ({ type: 'text', text: words });
export const paragraph = (words: string): Node => ({ type: 'paragraph', content: [text(words)] });
export const bullets = (...items: readonly string[]): Node => ({
  type: 'bulletList',
  content: items.map((item) => ({ type: 'listItem', content: [paragraph(item)] })),
});
export const button = (words: string, href: string): Node => ({
  type: 'button',
  attrs: { text: words, href, align: 'left' },
});

/** An email of rich text in the workspace's brand. */
export const email = (id: string, subject: string, nodes: readonly Node[], more: object = {}) => ({
  id,
  type: 'email' as const,
  subject,
  format: 'branded' as const,
  content: { type: 'doc', content: nodes },
  ...more,
});

export const wait = (id: string, amount: number, unit: 'hours' | 'days' | 'business_days') => ({
  id,
  type: 'wait' as const,
  delay: { amount, unit },
});

export const HELLO = "Hello {{ user.name | default: 'there' }},";

/** Working hours of the person, which is what most of them want. */
export const OFFICE_HOURS = {
  use_user_timezone: true,
  send_window: { start: '09:00', end: '17:00' },
  business_days_only: true,
} as const;
