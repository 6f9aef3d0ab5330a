import { expect, test } from 'vitest';
import { sentAs, type NamedSender } from './sender-book.ts';

const side = { from: 'Acme <hi@acme.org>', replyTo: 'help@acme.org' };
const ada = { kind: 'found', from: 'Ada <ada@acme.org>', replyTo: null } as const;
const senderOf = async (workspaceId: string, id: string): Promise<NamedSender> =>
  workspaceId === 'w' && id === 'ada' ? ada : { kind: 'missing', reason: 'sender_missing' };

test.each([
  ['nobody is named', {}, { kind: 'found', ...side }],
  ['from is named', { from: 'x@acme.org' }, { kind: 'found', ...side, from: 'x@acme.org' }],
  ['a sender is named', { sender_id: 'ada' }, ada],
  ['a sender and from are named', { sender_id: 'ada', from: 'x@acme.org' }, ada],
  [
    'a sender and a reply address are named',
    { sender_id: 'ada', reply_to: 'r@acme.org' },
    { ...ada, replyTo: 'r@acme.org' },
  ],
  [
    'a sender is named that is not there, and from',
    { sender_id: 'eve', from: 'x@acme.org' },
    { kind: 'missing', reason: 'sender_missing' },
  ],
])('who an email is from when %s', async (_title, step, expected) => {
  expect(await sentAs({ senderOf }, { workspaceId: 'w', step, side })).toEqual(expected);
});
