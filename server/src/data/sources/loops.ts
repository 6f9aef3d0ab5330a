import type { Source } from './source.ts';

/**
 * Contacts exported from Loops: the default properties and a column for each of one's own. In files the
 * names are those of the API or those on the screen.
 * Source: loops.so/docs/contacts/properties, loops.so/docs/add-users/csv-upload: what is downloaded from the
 * audience may be uploaded again, so its columns are those of an upload.
 */
export const loops: Source = {
  columns: {
    email: 'email',
    id: null,
    userid: 'user_id',
    'user id': 'user_id',
    firstname: 'traits.first_name',
    'first name': 'traits.first_name',
    lastname: 'traits.last_name',
    'last name': 'traits.last_name',
    notes: 'traits.notes',
    source: 'traits.source',
    usergroup: 'traits.user_group',
    'user group': 'traits.user_group',
    createdat: 'signed_up_at',
    'created at': 'signed_up_at',
    subscribed: 'consent',
    optinstatus: null,
    mailinglists: null,
  },
  standings: {
    true: 'subscribed',
    false: 'unsubscribed',
  },
  isKnownByEmail: true,
};
