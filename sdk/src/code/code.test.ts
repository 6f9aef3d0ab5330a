import { expect, test } from 'vitest';
import { defineSeries, defineTraits } from './index.ts';

/** The compiler is the other half of these tests: an expected error that is none fails `tsc`. */
const traits = defineTraits({ plan: 'string', trial_ends_at: 'date', team: 'json' });

test('a series is what was written, and merge tags may name what was declared', () => {
  const series = defineSeries({
    name: 'Welcome',
    status: 'active',
    traits,
    settings: { send_window: { start: '09:00', end: '17:00' }, use_user_timezone: true },
    steps: [
      {
        id: 'hello',
        type: 'email',
        subject:
          'Hi {{ user.name | default: "there" }}, {{user.plan}} ends {{- traits.trial_ends_at }}',
        html: '<p>{{ traits.team.name }} {{ event.total }} {{ user.team[0] }} {{ workspace.name }}</p>',
      },
      { id: 'pause', type: 'wait', delay: { amount: 2, unit: 'days' } },
      {
        id: 'paying',
        type: 'condition',
        filter: { field: 'traits.plan', operator: 'equals', value: 'pro' },
        yes: null,
        no: 'nudge',
      },
      { id: 'nudge', type: 'email', subject: 'Still here?', mjml_file: 'welcome/nudge.mjml' },
    ],
  });
  expect(series.name).toBe('Welcome');
  expect(series.steps).toHaveLength(4);
});

test('a merge tag of a trait that was not declared is an error where it is written', () => {
  defineSeries({
    name: 'Welcome',
    traits,
    steps: [
      {
        id: 'hello',
        type: 'email',
        // @ts-expect-error plam is not declared
        subject: 'Your {{ user.plam | upcase }}',
        html: '<p>Hello</p>',
      },
      {
        id: 'bye',
        type: 'email',
        subject: 'Bye',
        // @ts-expect-error own columns are not traits
        html: '<p>{{ traits.email }}</p>',
      },
    ],
  });
  const subject: string = 'Your {{ user.whatever }}';
  const steps = [{ id: 'a', type: 'email', subject, html: '<p>x</p>' }] as const;
  expect(defineSeries({ name: 'Any text may be anything', traits, steps }).steps).toBe(steps);
});

test('without declared traits any may be named, and steps are typed all the same', () => {
  const series = defineSeries({
    name: 'Loose',
    steps: [{ id: 'a', type: 'email', subject: '{{ user.anything }}', html: '<p>x</p>' }],
  });
  expect(series.steps[0].subject).toBe('{{ user.anything }}');
  const name = 'Wrong';
  // @ts-expect-error the unit is misspelt
  defineSeries({ name, steps: [{ id: 'w', type: 'wait', delay: { amount: 1, unit: 'day' } }] });
  // @ts-expect-error there is no such status
  defineSeries({ name, status: 'live', steps: [] });
});
