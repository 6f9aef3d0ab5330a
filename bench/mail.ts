/** The email that every measure with mail sends: some 6 kB, with merge tags. */
const PARAGRAPH =
  '<tr><td style="padding:12px 24px;font-family:Helvetica,Arial,sans-serif;font-size:16px">' +
  'Your workspace is ready. Invite the people you work with, connect your first project and ' +
  'look around — everything you change can be changed back. Questions? Just answer this mail.' +
  '</td></tr>\n';

export const EMAIL = {
  id: 'e1',
  type: 'email',
  subject: "Welcome, {{ user.name | default: 'there' }}",
  html:
    '<!doctype html><html><body><table role="presentation" width="600">' +
    `<tr><td><h1>Welcome, {{ user.name | default: 'there' }}</h1></td></tr>\n${PARAGRAPH.repeat(18)}` +
    '<tr><td>{% if traits.plan == "pro" %}Thank you for going pro.{% else %}' +
    '<a href="https://app.example.com/upgrade?u={{ user.id | url_encode }}">Upgrade</a>{% endif %}' +
    '</td></tr><tr><td>{{ workspace.name }}</td></tr></table></body></html>',
} as const;

export const MAIL_SERIES = {
  name: 'Welcome',
  steps: [
    EMAIL,
    { id: 'w2', type: 'wait', delay: { amount: 60, unit: 'days' } },
    { ...EMAIL, id: 'e2' },
  ],
};

/** The product's default, for everybody. */
export const SMTP_CONNECTIONS = 10;
