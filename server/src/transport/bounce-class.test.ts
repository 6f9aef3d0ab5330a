import { expect, test } from 'vitest';
import { basicCodeIn, bounceClassOf, enhancedCodeIn, type BounceAnswer } from './bounce-class.ts';
import { threadMsOf } from '../../test/support/thread-time.ts';

const classOf = (diagnostic: string, answer: Partial<BounceAnswer> = {}) =>
  bounceClassOf({ code: null, status: null, phase: null, diagnostic, ...answer });

/** "Nobody there", as servers of many makes and languages say it: the code is seldom of help. */
const NOBODY = [
  '550 5.1.1 <ada@example.org>: Recipient address rejected: User unknown in virtual mailbox table',
  '550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking',
  '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ada@example.org not found by SMTP address',
  '#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##',
  '554 delivery error: dd This user doesn’t have a mail account (ada@example.org) [-5]',
  '550 5.0.0 Sorry, no mailbox here by that name. (#5.1.1)',
  '550 No such user here',
  '550 no such recipient (#5.5.0)',
  '550 Unrouteable address',
  '550 5.0.0 Unknown user account',
  '550 #5.1.0 Address rejected. User unknown',
  '550-5.2.1 The email account that you tried to reach is disabled.',
  '550 Invalid recipient: <ada@example.org>',
  '553 sorry, that recipient is not in our rcpthosts: not a valid mailbox',
  'User Ada Lovelace (ada@example.org) not listed in Domino Directory',
  '550 Adresse inconnue / utilisateur inconnu',
  '550 Empfänger existiert nicht',
  '550 usuario desconocido',
  '550 Usuário desconhecido',
  '550 utente sconosciuto',
  '550 Пользователь не найден',
  '550 用户不存在',
  '550 宛先不明です。ユーザーが存在しません',
  '550 5.1.2 Host or domain name not found',
  '556 5.1.10 Recipient address has a null MX',
  '550 mx.spamfilter.example.org 5.1.1 user unknown',
  '550 5.1.1 no_such_user',
  '<<< 550 5.1.1 <abuse@example.org>... User unknown',
  '550 User unknown, see https://blocked.example.org/policy',
];

const BLOCKED = [
  '550 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.example.org',
  '554 5.7.1 <ada@example.org>: Relay access denied',
  '550 5.7.1 user unknown',
  '550 5.1.1 rejected: message looks like spam',
  '550 5.7.26 Unauthenticated email from example.com is not accepted due to domain DMARC policy',
  '550 5.7.515 Access denied, sending domain example.com does not meet the required authentication',
  '554 5.7.1 The message from (<a@example.com>) with the subject of (x) matches a profile the Internet community may consider spam',
  '550 5.1.0 Sender address rejected: User unknown in relay recipient table',
  '550 Verification failed for <bounces@example.com>: no such user. Sender verify failed',
  '553 5.1.8 Sender domain does not exist',
  '552 5.3.4 Message size exceeds fixed limit',
  '550 5.1.1 Your IP has a poor reputation',
  '554 Virus found in message',
  '550 Administrative prohibition',
  '571 Delivery not authorized, message refused',
  '552 5.6.0 Headers too large',
  '550 SC-001 (BAY004) Unfortunately, messages from 192.0.2.1 were not sent: part of their network is on our block list',
];

/** Words for "nobody there" that are about something else. */
const NOT_ABOUT_PEOPLE = [
  '550 Unbekannter Fehler',
  '554 Erreur inconnue',
  '550 Error desconocido',
  '550 Неизвестная ошибка',
  '550 unknown command',
  '550 5.1.8 Domain not found',
  '550 cannot find your reverse hostname',
  '550 Invalid address in From',
  '550 The return-path does not exist',
  '550 envelope-from domain does not exist',
  '554 your message was deleted',
  '550 We no longer accept TLS 1.0',
  '550 IP not registered',
  '550 host not listed',
  '503 no valid recipients',
  '550 Callout verification failed: user unknown',
  '550 invalid HELO name: no such domain',
  '550 The mailbox may not exist or is no longer in use',
  '552 1 the certificate is no longer valid',
  '550 5.7.1 recipient not found in policy',
];

const SOFT = [
  '552 5.2.2 The email account that you tried to reach is over quota',
  '550 5.1.1 mailbox full',
  '550 user unknown or mailbox is full',
  '554 5.7.1 mailbox quota exceeded',
  '450 4.1.1 <ada@example.org>: Recipient address rejected: User unknown in local recipient table',
  '450 4.2.0 Recipient address rejected: Greylisted',
  '451 4.7.1 Please try again later',
  '421 4.7.0 our system has detected an unusual rate of unsolicited mail',
  '452 4.2.2 mailbox full',
  '550 5.4.7 Delivery expired (message too old) 451 user unknown',
  '550 5.4.1 Recipient address rejected: Access denied [AM1EUR05FT001.eop.example]',
  '550 Requested action not taken: mailbox unavailable',
  '550',
  '550 5.0.0',
  '',
  '550 5.2.1 ',
  '550 The address may not exist, or it cannot receive mail',
  '5.4.6 routing loop detected: too many hops',
  '550 account inactive',
];

test.each(NOBODY)('nobody is there: %s', (text) => expect(classOf(text)).toBe('hard'));
test.each(BLOCKED)('says nothing about the person: %s', (text) =>
  expect(classOf(text)).toBe('blocked'),
);
test.each(SOFT)('is no reason to give somebody up: %s', (text) =>
  expect(classOf(text)).toBe('soft'),
);

test.each(NOT_ABOUT_PEOPLE)('gives nobody up: %s', (text) =>
  expect(classOf(text)).not.toBe('hard'),
);

test('a temporary answer is never hard, whatever its words and its enhanced code are', () => {
  for (const text of NOBODY) {
    const words = text.replace(/^\D{0,4}5\d\d/, '');
    expect(classOf(words, { status: 450, code: '5.1.1' }), text).toBe('soft');
  }
});

test('5.7.x and a full mailbox are never hard, in any place of the answer', () => {
  for (const text of [...NOBODY, ...BLOCKED, ...SOFT]) {
    expect(classOf(text, { code: '5.7.1', status: 550 }), text).not.toBe('hard');
    expect(classOf(`${text} mailbox full`, { status: 550 }), text).not.toBe('hard');
  }
});

test('before the recipient was named nothing is said about him', () => {
  for (const phase of ['connect', 'greeting', 'hello', 'tls', 'auth', 'mail'] as const) {
    for (const text of NOBODY) expect(classOf(text, { phase }), text).not.toBe('hard');
  }
});

test('after the content a code alone says nothing, words do', () => {
  expect(classOf('550 5.1.1', { phase: 'content' })).toBe('soft');
  expect(classOf('550 5.1.1', { phase: 'rcpt' })).toBe('hard');
  expect(classOf('550 5.1.1 user unknown', { phase: 'content' })).toBe('hard');
});

test('codes are found where servers put them, and not in addresses', () => {
  expect(enhancedCodeIn('host 10.5.1.1 said')).toBeNull();
  expect(enhancedCodeIn('550-5.1.1 x')).toBe('5.1.1');
  expect(enhancedCodeIn('(#5.7.26)')).toBe('5.7.26');
  expect(basicCodeIn('smtp; 550 no')).toBe(550);
  expect(basicCodeIn('host mx.example.org[192.0.2.1] said: 451 4.3.0 later')).toBe(451);
  expect(basicCodeIn('192.0.2.250')).toBeNull();
});

test('long and hostile texts are read in no time', async () => {
  const units = ['a', '@', '5.', ' ', '<', "'", '５', 'x.y ', '550 '];
  const ms = await threadMsOf(() => {
    for (const unit of units) classOf(unit.repeat(1_000_000));
  });
  expect(ms).toBeLessThan(5_000);
});
