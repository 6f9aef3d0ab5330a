import type { ComponentType } from 'react';

/** A part of the settings. */
export interface Section {
  /** In the address: `/dashboard/settings/keys`. */
  readonly name: string;
  readonly title: string;
  readonly hint: string;
  readonly load: () => Promise<{ default: ComponentType }>;
}

export const SECTIONS: readonly Section[] = [
  {
    name: 'general',
    title: 'General',
    hint: 'The workspace, how much one person gets, and who may call.',
    load: () =>
      import('./general/general-section.tsx').then((m) => ({ default: m.GeneralSection })),
  },
  {
    name: 'account',
    title: 'Your account',
    hint: 'Your second factor, your password, and where you are signed in.',
    load: () =>
      import('./account/account-section.tsx').then((m) => ({ default: m.AccountSection })),
  },
  {
    name: 'members',
    title: 'Members',
    hint: 'Who signs in to this workspace, and what each may do.',
    load: () =>
      import('./members/members-section.tsx').then((m) => ({ default: m.MembersSection })),
  },
  {
    name: 'keys',
    title: 'Keys',
    hint: 'What applications call with. Each side has its own.',
    load: () => import('./keys/keys-section.tsx').then((m) => ({ default: m.KeysSection })),
  },
  {
    name: 'identity',
    title: 'Identity',
    hint: 'Proof that a call is about the user who is signed in.',
    load: () =>
      import('./identity/identity-section.tsx').then((m) => ({ default: m.IdentitySection })),
  },
  {
    name: 'senders',
    title: 'Senders',
    hint: 'Who mail is from, and the DNS records that prove it.',
    load: () =>
      import('./senders/senders-section.tsx').then((m) => ({ default: m.SendersSection })),
  },
  {
    name: 'transports',
    title: 'Transports',
    hint: 'How mail leaves.',
    load: () =>
      import('./transports/transports-section.tsx').then((m) => ({ default: m.TransportsSection })),
  },
  {
    name: 'sending',
    title: 'Sending',
    hint: 'When sending stops by itself, and what is followed of emails.',
    load: () =>
      import('./sending/sending-section.tsx').then((m) => ({ default: m.SendingSection })),
  },
  {
    name: 'branding',
    title: 'Branding',
    hint: 'How emails and the pages for recipients look.',
    load: () =>
      import('./branding/branding-section.tsx').then((m) => ({ default: m.BrandingSection })),
  },
  {
    name: 'inboxes',
    title: 'Inboxes',
    hint: 'Where what comes back is read.',
    load: () =>
      import('./inboxes/inboxes-section.tsx').then((m) => ({ default: m.InboxesSection })),
  },
  {
    name: 'webhooks',
    title: 'Webhooks',
    hint: 'Servers of yours that are told what happens, and how they know that it is us.',
    load: () =>
      import('./webhooks/webhooks-section.tsx').then((m) => ({ default: m.WebhooksSection })),
  },
  {
    name: 'assistants',
    title: 'Assistants',
    hint: 'What assistants ask members to allow, and how one is connected.',
    load: () =>
      import('./assistants/assistants-section.tsx').then((m) => ({ default: m.AssistantsSection })),
  },
  {
    name: 'data',
    title: 'Import and export',
    hint: 'Files of people and what they did, brought along and taken along.',
    load: () => import('./data/data-section.tsx').then((m) => ({ default: m.DataSection })),
  },
  {
    name: 'clock',
    title: 'Test clock',
    hint: 'Time on the test side.',
    load: () => import('./clock/clock-section.tsx').then((m) => ({ default: m.ClockSection })),
  },
  {
    name: 'audit',
    title: 'Audit log',
    hint: 'Every change, and who made it.',
    load: () => import('./audit/audit-section.tsx').then((m) => ({ default: m.AuditSection })),
  },
];
