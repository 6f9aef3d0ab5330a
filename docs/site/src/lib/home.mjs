/** The first page. */
const card = (href, title, text) =>
  `<a class="card" href="/docs/${href}/"><strong>${title}</strong><span>${text}</span></a>`;

export const HOME = {
  data: {
    title: 'Documentation',
    description: 'Self-hosted lifecycle email: series, broadcasts and transactional email.',
    template: 'splash',
    editUrl: false,
    hero: {
      title: 'Lifecycle email that can say why',
      tagline:
        'Tell Milepost who your users are and enroll them with one call. Each email leaves once, in its window, in their time zone, with the reasons written beside it.',
      actions: [
        { text: 'Quickstart', link: '/docs/quickstart/', icon: 'right-arrow' },
        { text: 'API reference', link: '/docs/reference/', variant: 'minimal' },
      ],
    },
  },
  body: `<div class="cards">
${card('quickstart', 'From nothing to four emails', 'Install, start, identify, enroll, move the clock. Ten minutes, and a test runs every line of it.')}
${card('concepts', 'Concepts', 'Sides, series, versions, enrollments, messages: the words, and what they promise.')}
${card('scheduling', 'When would this send?', 'The rules of delays, windows, holidays and clock changes, and a form that asks the planner.')}
${card('steps', 'Steps', 'Emails, waits, events, conditions, splits, webhooks.')}
${card('errors', 'Errors', 'Every refusal: its code, what it means, what to do.')}
${card('migrating', 'Migrating', 'From a widget API of the same shape: what stays, what is better.')}
${card('self-hosting', 'Self-hosting', 'Sizes, backups, upgrades, DNS, monitoring, and a checklist for security.')}
${card('reference', 'API reference', 'Every endpoint, from the same schemas that check the calls.')}
</div>
`,
};
