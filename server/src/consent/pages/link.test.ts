import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLinkSigner } from '../../platform/link-token.ts';
import { confirmLink, consentLinks, consentToken, isSentTo } from './link.ts';
import { openConfirmToken, openConsentToken, type ConsentLink } from './link.ts';

const signer = createLinkSigner(Buffer.alloc(32, 5));
const id = fc.uuid({ version: [5, 7] });
const hash = fc.stringMatching(/^[\da-f]{64}$/);
const link: fc.Arbitrary<ConsentLink> = fc.record({
  workspaceId: id,
  userId: id,
  listId: fc.option(id),
  messageId: fc.option(id),
});

test('a token gives back what it was made of, and is short enough for one header line', () => {
  fc.assert(
    fc.property(link, (made) => {
      const token = consentToken(signer, 'unsubscribe', made);
      expect(openConsentToken(signer, 'unsubscribe', token)).toEqual(made);
      expect(token).toHaveLength(107);
    }),
  );
});

test('a token for one purpose opens nothing else', () => {
  const [made] = fc.sample(link, 1);
  if (made === undefined) throw new Error('no sample');
  const token = consentToken(signer, 'unsubscribe', made);
  expect(openConsentToken(signer, 'preferences', token)).toBeNull();
  expect(openConfirmToken(signer, token)).toBeNull();
});

test('a signed payload of another length is no link', () => {
  for (const length of [1, 63, 65, 128]) {
    const token = signer.sign('unsubscribe', Buffer.alloc(length, 1));
    expect(openConsentToken(signer, 'unsubscribe', token)).toBeNull();
  }
});

test('a confirmation is for one address', () => {
  fc.assert(
    fc.property(id, id, id, fc.tuple(hash, hash), (workspaceId, userId, listId, [one, other]) => {
      const made = { workspaceId, userId, listId, addressHash: one };
      const url = confirmLink({ signer, publicUrl: 'https://m.example' }, made);
      const opened = openConfirmToken(signer, url.replace('https://m.example/confirm/', ''));
      expect(opened).toMatchObject({ workspaceId, userId, listId });
      expect(opened !== null && isSentTo(opened, one)).toBe(true);
      expect(opened !== null && isSentTo(opened, other)).toBe(false);
    }),
  );
});

test('the links of an email lead below the public address, which may have a path', () => {
  const [made] = fc.sample(link, 1);
  if (made === undefined) throw new Error('no sample');
  const links = consentLinks({ signer, publicUrl: 'https://m.example/mail' }, made);
  expect(links.unsubscribeUrl).toMatch(/^https:\/\/m\.example\/mail\/u\/[\w-]{107}$/);
  expect(links.preferencesUrl).toMatch(/^https:\/\/m\.example\/mail\/p\/[\w-]{107}$/);
});
