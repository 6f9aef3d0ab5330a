/**
 * What each call of `/api/v1` that changes something is called in the audit log. The noun is the kind of
 * the thing that is changed; docs/audit.md explains them.
 */
export const ACTION_OF = {
  'POST /series': 'series.create',
  'PUT /series/{id}': 'series.change',
  'DELETE /series/{id}': 'series.delete',
  'POST /series/{id}/activate': 'series.activate',
  'POST /series/{id}/pause': 'series.pause',
  'POST /series/{id}/resume': 'series.resume',
  'POST /series/{id}/archive': 'series.archive',
  'POST /series/{id}/publish': 'series.publish',
  'POST /series/{id}/duplicate': 'series.duplicate',
  'POST /series/{id}/content_update': 'series.update_content',
  'POST /broadcasts': 'broadcast.create',
  'PUT /broadcasts/{id}': 'broadcast.change',
  'DELETE /broadcasts/{id}': 'broadcast.delete',
  'POST /broadcasts/{id}/duplicate': 'broadcast.duplicate',
  'POST /broadcasts/{id}/send': 'broadcast.send',
  'POST /broadcasts/{id}/schedule': 'broadcast.schedule',
  'POST /broadcasts/{id}/pause': 'broadcast.pause',
  'POST /broadcasts/{id}/resume': 'broadcast.resume',
  'POST /broadcasts/{id}/cancel': 'broadcast.cancel',
  'POST /templates': 'template.create',
  'PATCH /templates/{id}': 'template.change',
  'POST /templates/{id}/versions': 'template.add_version',
  'POST /templates/{id}/archive': 'template.archive',
  'POST /lists': 'list.create',
  'PATCH /lists/{id}': 'list.change',
  'DELETE /lists/{id}': 'list.delete',
  'POST /lists/{id}/archive': 'list.archive',
  'POST /lists/{id}/unarchive': 'list.unarchive',
  'PUT /lists/{id}/confirmation': 'list.set_confirmation',
  'DELETE /lists/{id}/confirmation': 'list.reset_confirmation',
  'POST /suppressions': 'suppression.create',
  'DELETE /suppressions/{id}': 'suppression.delete',
  'POST /suppressions/import': 'suppression.import',
  'POST /messages/{id}/resolve': 'message.resolve',
  'POST /messages/resolve': 'message.resolve',
  'POST /sending/resume': 'sending.resume',
  'POST /transports': 'transport.create',
  'PATCH /transports/{id}': 'transport.change',
  'DELETE /transports/{id}': 'transport.delete',
  'POST /senders': 'sender.create',
  'PATCH /senders/{id}': 'sender.change',
  'DELETE /senders/{id}': 'sender.delete',
  'POST /sender_domains': 'sender_domain.create',
  'PATCH /sender_domains/{id}': 'sender_domain.change',
  'DELETE /sender_domains/{id}': 'sender_domain.delete',
  'POST /sender_domains/{id}/rotate': 'sender_domain.rotate',
  'POST /inboxes': 'inbox.create',
  'PATCH /inboxes/{id}': 'inbox.change',
  'DELETE /inboxes/{id}': 'inbox.delete',
  'POST /inboxes/{id}/rotate_post_url': 'inbox.rotate_post_url',
  'POST /webhook_secret/rotate': 'webhook_secret.rotate',
  'POST /keys': 'key.create',
  'POST /keys/{id}/rotate': 'key.rotate',
  'POST /keys/{id}/revoke': 'key.revoke',
  'PATCH /settings': 'settings.change',
  'PATCH /members/{id}': 'member.change_role',
  'DELETE /members/{id}': 'member.remove',
  'POST /invitations': 'invitation.create',
  'POST /invitations/{id}/revoke': 'invitation.revoke',
  'POST /filters': 'saved_filter.create',
  'PATCH /filters/{id}': 'saved_filter.change',
  'DELETE /filters/{id}': 'saved_filter.delete',
  'PATCH /users/{user_id}': 'user.change',
  'DELETE /users/{user_id}': 'user.erase',
  'PATCH /companies/{company_id}': 'company.change',
  'DELETE /companies/{company_id}': 'company.delete',
  'POST /test_clock/advance': 'test_clock.advance',
} as const;

/** What happens by itself, or from the command line. */
export const OTHER_ACTIONS = [
  'series.complete',
  'broadcast.begin',
  'broadcast.complete',
  'sending.pause',
  'webhook_secret.create',
  'workspace.create',
  'member.join',
  'invitation.accept',
] as const;

/** What somebody or something did: `noun.verb`. */
export type Action = (typeof ACTION_OF)[keyof typeof ACTION_OF] | (typeof OTHER_ACTIONS)[number];

/** Calls that are no `GET` and write no entry, and why. */
export const UNAUDITED: Readonly<Record<string, string>> = {
  'POST /series/{id}/enroll': 'people have a history of their own: enrollments and their steps',
  'POST /series/{id}/remove': 'people have a history of their own: enrollments and their steps',
  'POST /lists/{id}/subscribers': 'every change of consent is kept as its own proof',
  'POST /lists/{id}/subscribers/remove': 'every change of consent is kept as its own proof',
  'POST /lists/{id}/subscribers/import': 'every change of consent is kept as its own proof',
  'PUT /users/{user_id}/preferences': 'every change of consent is kept as its own proof',
  'POST /identity/verify': 'asks only',
  'POST /users/search': 'asks only',
  'POST /users/count': 'asks only',
  'POST /companies/search': 'asks only',
  'POST /sessions/{id}/revoke': 'a member’s own sessions, of no workspace',
  'POST /sessions/revoke_others': 'a member’s own sessions, of no workspace',
  'POST /setup': 'before anybody is signed in; whoever joins is kept as member.join',
  'POST /invitations/look': 'asks only',
  'POST /invitations/accept': 'before anybody is signed in; whoever joins is kept as member.join',
  'POST /password/reset': 'a member’s own password, of no workspace',
  'POST /series/outline': 'asks only',
  'POST /series/{id}/outline': 'asks only',
  'POST /series/{id}/preview': 'asks only',
  'POST /broadcasts/{id}/preview': 'asks only',
  'POST /series/{id}/simulate': 'asks only',
  'POST /series/{id}/test_send': 'changes nothing; it goes to a member',
  'POST /broadcasts/{id}/test_send': 'changes nothing; it goes to a member',
  'POST /broadcasts/{id}/audience_count': 'asks only',
  'POST /transports/{id}/verify': 'asks only',
  'POST /inboxes/{id}/test': 'asks only',
  'POST /sender_domains/{id}/check': 'looks at DNS records; what it finds is nobody’s change',
};

/**
 * What a call is called in the log; null for one that only changes what triggers see, or nothing.
 *
 * @param operation such as `POST /series/{id}/publish`
 */
export const actionOf = (operation: string): Action | null =>
  Object.hasOwn(ACTION_OF, operation) ? ACTION_OF[operation as keyof typeof ACTION_OF] : null;
