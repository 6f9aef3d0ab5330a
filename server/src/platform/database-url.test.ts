import { expect, test } from 'vitest';
import { parseDatabaseUrl, socketUrl, urlOfDatabase } from './database-url.ts';

test('the usual form is read with its parts decoded', () => {
  expect(parseDatabaseUrl('postgres://ada:p%40ss@db.example.com:6432/mile%20post')).toEqual({
    host: 'db.example.com',
    port: 6432,
    user: 'ada',
    password: 'p@ss',
    database: 'mile post',
    ssl: false,
  });
  expect(parseDatabaseUrl('postgresql://ada@[::1]')).toMatchObject({
    host: '::1',
    database: 'ada',
  });
});

test('a Unix socket may be given as libpq takes it', () => {
  const socket = { host: '/run/pg', port: 5432, user: 'ada', database: 'app', ssl: false };
  expect(parseDatabaseUrl('postgres:///app?host=/run/pg&user=ada')).toMatchObject(socket);
  expect(parseDatabaseUrl('postgres://ada@%2Frun%2Fpg/app')).toMatchObject(socket);
  const odd = socketUrl({ directory: '/a b/é+,"', user: 'ada', database: 'app' });
  expect(parseDatabaseUrl(odd).host).toBe('/a b/é+,"');
  expect(odd).not.toContain('+');
  const url = socketUrl({ directory: '/run/pg', user: 'ada', database: 'app' });
  expect(parseDatabaseUrl(url)).toMatchObject(socket);
  expect(parseDatabaseUrl(urlOfDatabase(url, 'other'))).toMatchObject({
    ...socket,
    database: 'other',
  });
});

test('each sslmode checks what libpq checks', () => {
  const ssl = (mode: string) => parseDatabaseUrl(`postgres://a@h/d?sslmode=${mode}`).ssl;
  expect(ssl('disable')).toBe(false);
  expect(ssl('prefer')).toBe('prefer');
  expect(ssl('require')).toBe('require');
  expect(ssl('verify-full')).toEqual({});
  expect(ssl('verify-ca')).toHaveProperty('checkServerIdentity');
  expect(() => ssl('maybe')).toThrow('sslmode=maybe');
});

test('a fault is told without repeating the password', () => {
  for (const url of ['', 'db.example.com', 'mysql://a:secret@h/d', 'postgres://a:sec%ret@h/d']) {
    expect(() => parseDatabaseUrl(url)).toThrow(/database URL/);
    expect(() => parseDatabaseUrl(url)).not.toThrow(/sec/);
  }
  expect(() => parseDatabaseUrl('postgres://h/d')).toThrow('names no user');
});
