import { button, email, HELLO, paragraph, type Starter, wait } from './starter.ts';

const transactional = { purpose: 'transactional' as const };

export const dunning: Starter = {
  key: 'dunning',
  name: 'Dunning',
  about: 'For whose payment has failed.',
  shape: '3 transactional emails over a week; ends when the invoice is paid',
  series: {
    name: 'Dunning',
    settings: {
      entry_trigger: 'event',
      entry_event_name: 'payment_failed',
      use_user_timezone: true,
      goal: { event: 'invoice_paid' },
      reenrollment: { enabled: true },
    },
    steps: [
      email(
        'payment-failed',
        'Your payment did not go through',
        [
          paragraph(HELLO),
          paragraph('We will try again in three days. Nothing changes until then.'),
          button('Check your card', 'https://example.com/billing'),
        ],
        transactional,
      ),
      wait('three-days', 3, 'days'),
      email(
        'second-try',
        'We tried again, without success',
        [
          paragraph(HELLO),
          paragraph('Please look at your payment details. We try once more in four days.'),
          button('Check your card', 'https://example.com/billing'),
        ],
        transactional,
      ),
      wait('four-days', 4, 'days'),
      email(
        'last-try',
        'Your account will be paused',
        [
          paragraph(HELLO),
          paragraph(
            'The payment has failed three times. Pay the invoice, and everything goes on as it was.',
          ),
          button('Pay the invoice', 'https://example.com/billing'),
        ],
        transactional,
      ),
    ],
  },
};
