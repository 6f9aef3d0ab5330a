import { domainToASCII } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addressKey,
  addressSpellings,
  formatAddress,
  isEmail,
  isEmailSender,
  parseAddress,
} from './email-address.ts';

test('an address is read with and without a name', () => {
  expect(parseAddress('ada@example.org')).toEqual({ address: 'ada@example.org' });
  expect(parseAddress('<ada@example.org>')).toEqual({ address: 'ada@example.org' });
  expect(parseAddress('Ada L. <ada@example.org>')).toEqual({
    address: 'ada@example.org',
    name: 'Ada L.',
  });
  expect(parseAddress('"Lovelace, \\"Ada\\"" <ada@example.org>')).toEqual({
    address: 'ada@example.org',
    name: 'Lovelace, "Ada"',
  });
  expect(parseAddress('Ädä <ada@example.org>')?.name).toBe('Ädä');
});

test('the domain is lowered and written in ASCII, the local part stays as it is', () => {
  expect(parseAddress('Ada+News@Müller.DE')?.address).toBe('Ada+News@xn--mller-kva.de');
  expect(parseAddress("o'neil/x=1@ex.com")?.address).toBe("o'neil/x=1@ex.com");
});

test.each([
  'ada',
  'ada@',
  '@example.org',
  'ada@localhost',
  'ada@1.2.3.4',
  'ada@[1.2.3.4]',
  'ada@example',
  'ada@.org',
  'ada@example..org',
  'ada@example.org.',
  'ada@-a.org',
  'ada@a_b.org',
  'ada@a-.org',
  'a..b@example.org',
  '.a@example.org',
  'a.@example.org',
  'ä@example.org',
  '"a b"@example.org',
  '"a@evil.org"@example.org',
  'a(x)@example.org',
  '(x)a@example.org',
  'a@b@example.org',
  'a@example.org,b@example.org',
  'a@example.org b@example.org',
  'group:a@example.org;',
  '@relay.org:a@example.org',
  'a@ex%41mple.org',
  'a@exam\u0000ple.org',
  'a@example.org\r\nBcc: b@example.org',
  'a@example.org\n',
  'a\u0000@example.org',
  `${'a'.repeat(65)}@example.org`,
  `a@${'b'.repeat(64)}.org`,
  `a@${'b.'.repeat(130)}org`,
  'Ada <a@example.org> x',
  'Ada <<a@example.org>>',
  'Ada <b@example.org> <a@example.org>',
  'Ada, L <a@example.org>',
  '"Ada <a@example.org>',
  '"Ada" L <a@example.org>',
  '"Ada\\" <a@example.org>',
  'Ada\r\nBcc: x <a@example.org>',
  'x <evil@a.org>, y <a@example.org>',
  '',
])('%j is not an address', (text) => {
  expect(parseAddress(text)).toBeNull();
  expect(isEmailSender(text)).toBe(false);
});

test('a bare email address has neither name nor brackets nor space around it', () => {
  expect(isEmail('ada@example.org')).toBe(true);
  for (const text of [' ada@example.org', 'ada@example.org ', '<ada@example.org>', 'A <a@b.co>']) {
    expect(isEmail(text), text).toBe(false);
  }
});

test('what is written is read back', () => {
  const name = fc.string({ unit: 'grapheme', maxLength: 60 }).filter((text) => {
    const isClean = !/[\p{Cc}\u2028\u2029]/u.test(text);
    return isClean && text.trim() === text;
  });
  fc.assert(
    fc.property(name, (text) => {
      const address = { address: 'ada@example.org', ...(text === '' ? {} : { name: text }) };
      expect(parseAddress(formatAddress(address))).toEqual(address);
    }),
  );
});

test('whatever the text, an address that is read is safe to put between angle brackets', () => {
  const pieces = fc.constantFrom(
    'a',
    '.',
    '@',
    'example',
    'org',
    '"',
    '<',
    '>',
    '(',
    ')',
    '\\',
    ',',
    ';',
    ':',
    ' ',
    '\r\n',
    '\u0000',
    '%40',
    'ä',
    '。',
    '＠',
    '\u00ad',
    '\ud800',
    '[',
    ']',
    '-',
    '_',
  );
  const texts = fc.array(pieces, { maxLength: 14 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(
      fc.oneof(
        texts,
        texts.map((text) => `a@${text}.org`),
      ),
      (text) => {
        const read = parseAddress(text);
        if (read !== null)
          expect(read.address).toMatch(/^[!-;=?A-~]+@[a-z0-9.-]+\.[a-z0-9-]*[a-z][a-z0-9-]*$/);
        expect(isEmail(text)).toBe(
          read !== null && read.name === undefined && !/[<>\s]/.test(text),
        );
      },
    ),
    { numRuns: 3_000 },
  );
});

test('a megabyte of anything is refused in no time', () => {
  const hostile = ['a', '.a', '@', '<', '"', '\\"', ' ', '(', 'a@', '<a@', '-', 'a.', 'ä'];
  const before = process.threadCpuUsage();
  for (const piece of hostile) {
    const text = piece.repeat(1_000_000 / piece.length);
    expect(parseAddress(text)).toBeNull();
    expect(parseAddress(`${text} <a@example.org>`)).toBeNull();
    expect(isEmail(`${text}@example.org`)).toBe(false);
    expect(isEmail(`a@${text}.org`)).toBe(false);
  }
  expect(process.threadCpuUsage(before).user).toBeLessThan(1_000_000);
});

test('an address is known by one key, however its domain is spelled', () => {
  expect(addressKey('X@MÜNCHEN.de')).toBe('x@xn--mnchen-3ya.de');
  expect(addressSpellings('X@xn--Mnchen-3ya.DE')).toEqual(['x@xn--mnchen-3ya.de', 'x@münchen.de']);
  expect(addressSpellings('Ada@Example.org')).toEqual(['ada@example.org']);
  const letters = fc.constantFrom(
    ...Array.from('abcxyz059-äöüßéñçøłŽИвДжλΩπ漢字かなカナاבंक한글ｍＡ'),
  );
  const label = fc.string({ unit: letters, minLength: 1, maxLength: 12 });
  const isDomain = (domain: string): boolean => parseAddress(`a@${domain}`) !== null;
  const domains = fc
    .tuple(label, fc.constantFrom('de', 'рф', 'com', 'みんな'))
    .map((labels) => labels.join('.'))
    .filter(isDomain);
  fc.assert(
    fc.property(domains, fc.boolean(), (domain, isUpper) => {
      const ascii = domainToASCII(domain);
      const spelled = `Ada@${isUpper ? domain.toUpperCase() : domain}`;
      if (!isDomain(spelled.slice(4)) || domainToASCII(spelled.slice(4)) !== ascii) return;
      const key = addressKey(spelled);
      expect(key).toBe(`ada@${ascii}`);
      expect(addressKey(`aDA@${ascii}`)).toBe(key);
      for (const other of addressSpellings(spelled)) expect(addressKey(other)).toBe(key);
      expect(addressSpellings(spelled)).toEqual(
        expect.arrayContaining([key, spelled.toLowerCase()]),
      );
    }),
  );
});
