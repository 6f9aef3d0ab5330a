import { expect, test } from 'vitest';
import { builtIndexOf, parseMigration } from './migration-file.ts';

test('number, name and kind come from the file name and the first line', () => {
  expect(parseMigration('0012_add_lease.sql', '-- compatible\nselect 1;\n')).toMatchObject({
    number: 12,
    name: '0012_add_lease',
    breaking: null,
    transaction: true,
  });
  const breaking = parseMigration('0013_drop.sql', '-- breaking: old code reads it\nselect 1;');
  expect(breaking.breaking).toBe('old code reads it');
});

test('the first line is compulsory, and a breaking one says why', () => {
  for (const first of ['select 1;', '-- compatible: yes', '-- breaking', '-- breaking: ', '']) {
    expect(() => parseMigration('0001_first.sql', `${first}\n`)).toThrow('must begin with');
  }
});

test('a misnamed file is refused', () => {
  for (const name of [
    '1_first.sql',
    '0001-first.sql',
    '0001_First.sql',
    '0001_.sql',
    'first.sql',
  ]) {
    expect(() => parseMigration(name, '-- compatible\n')).toThrow('misnamed');
  }
});

test('no transaction permits one concurrent index statement and nothing else', () => {
  const parse = (sql: string) =>
    parseMigration('0001_i.sql', `-- compatible\n-- no transaction\n${sql}`);
  const build = parse('create unique index concurrently\n  users_name on users (name);\n');
  expect(build.transaction).toBe(false);
  expect(builtIndexOf(build)).toBe('users_name');
  expect(builtIndexOf(parse('drop index concurrently users_name;'))).toBeNull();
  for (const sql of [
    'create index users_name on users (name);',
    'create index concurrently a on users (name); drop table users;',
    'update users set name = null;',
    '',
  ]) {
    expect(() => parse(sql)).toThrow('permits one concurrent index statement');
  }
});

test('the checksum does not depend on line ends', () => {
  const unix = parseMigration('0001_a.sql', '-- compatible\nselect 1;\n');
  const dos = parseMigration('0001_a.sql', '-- compatible\r\nselect 1;\r\n');
  expect(dos.checksum).toBe(unix.checksum);
});
