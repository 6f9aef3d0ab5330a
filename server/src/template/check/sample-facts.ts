import type { EmailFacts } from '../email.ts';

/** What a workspace says of itself, as settings have it. */
export interface WorkspaceSaid {
  readonly name: string;
  readonly postalAddress?: string | null;
  readonly brand?: {
    readonly logoUrl?: string | null;
    readonly colour?: string | null;
    readonly websiteUrl?: string | null;
    readonly footer?: string | null;
  };
}

/** The facts that templates name `workspace`. Unset ones are null, so that `default` and `if` work. */
export const workspaceFactsOf = ({ name, postalAddress, brand }: WorkspaceSaid) => ({
  name,
  postal_address: postalAddress ?? null,
  logo_url: brand?.logoUrl ?? null,
  colour: brand?.colour ?? null,
  website_url: brand?.websiteUrl ?? null,
  footer: brand?.footer ?? null,
});

/** Somebody to try an email with. Longer than most, so that what is too long shows. */
export function sampleFacts(workspace: WorkspaceSaid, now: Date): EmailFacts {
  return {
    user: {
      user_id: 'user_12345',
      name: 'Alexandra Example-Montgomery',
      email: 'alexandra.example@mail.example.com',
      timezone: 'Europe/Berlin',
      locale: 'en',
      signed_up_at: now.toISOString(),
    },
    traits: {},
    company: { company_id: 'company_1', name: 'Example Company Ltd' },
    event: {},
    enrollment: {},
    workspace: workspaceFactsOf(workspace),
    sender: { name: null, address: 'sender@example.com' },
    now: now.toISOString(),
    unsubscribe_url: 'https://example.com/unsubscribe/preview',
    preferences_url: 'https://example.com/preferences/preview',
  };
}
