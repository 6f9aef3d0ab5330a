import { expect, test } from 'vitest';
import { parseSmtpUrl } from './smtp-url.ts';

function server(text: string) {
  const url = parseSmtpUrl(text);
  if (url.kind === 'fault') throw new Error(url.message);
  return url.server;
}

test('a URL says host, port, encryption and who we are', () => {
  expect(server('smtp://mail.example.com')).toEqual({
    host: 'mail.example.com',
    port: 587,
    isTls: false,
    startTls: 'auto',
    verifiesCertificate: true,
    auth: null,
    name: null,
  });
  expect(server('smtps://us%40er:p%3Ass%2F@[::1]:2465/?tls_verify=no&name=mx.example.com')).toEqual(
    {
      host: '::1',
      port: 2465,
      isTls: true,
      startTls: 'auto',
      verifiesCertificate: false,
      auth: { user: 'us@er', pass: 'p:ss/' },
      name: 'mx.example.com',
    },
  );
  expect(server('smtps://mail.example.com').port).toBe(465);
});

test('a password does not leave this host in the clear unless the operator says so', () => {
  expect(server('smtp://u:p@mail.example.com').startTls).toBe('required');
  expect(server('smtp://u:p@mail.example.com?tls=off').startTls).toBe('off');
  expect(server('smtp://u:p@localhost:1025').startTls).toBe('auto');
  expect(server('smtp://u:p@127.0.0.1:1025').startTls).toBe('auto');
  expect(server('smtp://u:p@127.evil.example.com').startTls).toBe('required');
  expect(server('smtp://mail.example.com?tls=required').startTls).toBe('required');
});

test.each([
  ['mail.example.com:587', 'must begin with smtp:// or smtps://'],
  ['nonsense', 'is not a URL'],
  ['http://mail.example.com', 'must begin with smtp:// or smtps://'],
  ['smtp://', 'names no host'],
  ['smtp://mail.example.com/path', 'must not have a path'],
  ['smtp://mail.example.com?tsl=off', 'has the unknown option "tsl"'],
  ['smtp://mail.example.com?tls=maybe', 'tls must be auto, required or off'],
  ['smtp://mail.example.com?tls_verify=false', 'tls_verify must be yes or no'],
  ['smtp://mail.example.com?name=a%0D%0Ab', 'name must be a host name'],
  ['smtp://user@mail.example.com', 'must have both a user and a password, or neither'],
  ['smtp://:secret@mail.example.com', 'must have both a user and a password, or neither'],
  ['smtp://user:se%ZZcret@mail.example.com', 'has a user or password that is not percent-encoded'],
])('%s is refused, and the fault does not show the password', (text, message) => {
  const url = parseSmtpUrl(text);
  expect(url).toEqual({ kind: 'fault', message });
  expect(message).not.toContain('secret');
});
