import { PAGES, readDocument } from './documents.mjs';
import { tags } from './openapi.mjs';

/** What is read when; documents that are not named here come in a group of their own. */
const GROUPS = [
  ['Start', ['quickstart', 'concepts', 'sdk', 'migrating']],
  [
    'Series',
    [
      'builder',
      'entering',
      'settings',
      'filters',
      'simulate',
      'explain',
      'webhooks',
      'series-as-code',
      'assistants',
    ],
  ],
  [
    'Email',
    [
      'emails',
      'broadcasts',
      'transactional',
      'consent',
      'preferences',
      'senders',
      'transports',
      'tracking',
      'bounces',
    ],
  ],
  ['People and data', ['people', 'imports', 'reports', 'stream']],
  ['Workspace', ['members', 'audit']],
  ['Reference', ['scheduling', 'steps', '/step-types', 'errors', 'commands', 'glossary']],
  ['API', ['/reference']],
  [
    'Run it',
    [
      'self-hosting',
      'deploying',
      'upgrading',
      'deploy',
      'security',
      'architecture',
      'contributing',
      'changelog',
    ],
  ],
];
/** What a document is called here, where its title says more than fits. */
const LABELS = {
  '/step-types': 'Fields of each step',
  '/reference': 'Overview',
  builder: 'Builder',
  entering: 'Entering',
  settings: 'Settings',
  explain: 'Explain',
  webhooks: 'Webhooks',
  migrating: 'Migrating',
  preferences: 'Preference pages',
  tracking: 'Tracking',
  bounces: 'Bounces and replies',
  scheduling: 'Scheduling',
  commands: 'Commands',
};

/** The sidebar: what there is of the list, then what the list does not know. */
export function sidebar() {
  const known = new Set(GROUPS.flatMap(([, pages]) => pages));
  const byName = new Map([...PAGES].map(([path, name]) => [name, path]));
  const item = (name) => {
    if (name.startsWith('/')) return { label: LABELS[name], link: `${name}/` };
    return { label: LABELS[name] ?? readDocument(byName.get(name)).title, link: `/${name}/` };
  };
  const present = (names) => names.filter((name) => name.startsWith('/') || byName.has(name));
  const groups = GROUPS.map(([label, names]) => ({
    label,
    collapsed: !['Start', 'Series', 'Email', 'Reference'].includes(label),
    items: [
      ...present(names).map(item),
      ...(label === 'API'
        ? tags().map(({ name, slug }) => ({ label: name, link: `/reference/${slug}/` }))
        : []),
    ],
  }));
  const others = [...byName.keys()].filter((name) => !known.has(name));
  return others.length === 0 ? groups : [...groups, { label: 'More', items: others.map(item) }];
}
