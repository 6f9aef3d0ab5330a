import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Goal: what goes into a release is what may, and is said. Method: the scripts' own rules. */
const ROOT = join(import.meta.dirname, '../..');
const load = <T>(name: string): Promise<T> => import(join(ROOT, 'scripts/lib', name)) as Promise<T>;

type Packages = Readonly<Record<string, object>>;
const { licenceFaults } = await load<{
  licenceFaults: (packages: Packages, readManifest?: (path: string) => object | null) => string[];
}>('licences.mjs');
const { withRelease, textOfChangeset } = await load<{
  withRelease: (
    changelog: string,
    release: { version: string; date: string; changes: string[] },
  ) => string;
  textOfChangeset: (file: string) => string;
}>('changelog.mjs');

const faultsOf = (license?: string | object, more: object = {}): string[] =>
  licenceFaults({
    '': { license: 'none of ours' },
    server: {},
    'node_modules/@a/b': {
      version: '1.0.0',
      ...(license === undefined ? {} : { license }),
      ...more,
    },
  });

test('a licence that asks for more than to be named is a fault, and so is none', () => {
  for (const license of ['MIT', 'ISC', '(MIT OR GPL-3.0)', 'Apache-2.0 AND BSD-3-Clause']) {
    expect(faultsOf(license)).toEqual([]);
  }
  expect(faultsOf('AGPL-3.0-only')).toEqual(['@a/b 1.0.0: AGPL-3.0-only']);
  expect(faultsOf('MIT AND GPL-3.0')).toEqual(['@a/b 1.0.0: MIT AND GPL-3.0']);
  expect(faultsOf('SEE LICENSE IN LICENSE.txt')).toHaveLength(1);
  expect(faultsOf()).toEqual(['@a/b 1.0.0: says nothing of a licence']);
});

test('an installed package answers where the lock file is silent; one for another system is left out', () => {
  const packages = { 'node_modules/a/node_modules/c': { version: '2.0.0', optional: true } };
  expect(licenceFaults(packages)).toEqual([]);
  expect(licenceFaults(packages, () => ({ licenses: [{ type: 'MIT' }] }))).toEqual([]);
  expect(licenceFaults(packages, () => ({}))).toHaveLength(1);
});

test('an exception is for one package and one licence', () => {
  const one = (name: string, license: string): string[] =>
    licenceFaults({ [`node_modules/${name}`]: { version: '1.0.0', license } });
  expect(one('axe-core', 'MPL-2.0')).toEqual([]);
  expect(one('axe-core', 'GPL-3.0')).toHaveLength(1);
  expect(one('other', 'MPL-2.0')).toHaveLength(1);
});

const LOG =
  '# Changelog\n\nWords.\n\n## 0.2.0 (unreleased)\n\n### Added\n\n- One.\n\n## 0.1.0\n\n- Zero.\n';

test('a release gives what was collected its number, with the words of the changesets', () => {
  const changes = [textOfChangeset('---\n"milepost": minor\n---\n\nTwo lines\nof text.\n')];
  expect(withRelease(LOG, { version: '0.2.0', date: '2026-12-01', changes })).toBe(
    '# Changelog\n\nWords.\n\n## 0.2.0 (2026-12-01)\n\n### Added\n\n- One.\n\n### Also\n\n' +
      '- Two lines\n  of text.\n\n## 0.1.0\n\n- Zero.\n',
  );
});

test('without anything collected a release is a section of its own on top', () => {
  const released = LOG.replace('## 0.2.0 (unreleased)', '## 0.2.0 (2026-12-01)');
  const next = withRelease(released, { version: '0.2.1', date: '2026-12-02', changes: ['Three.'] });
  expect(next).toContain('Words.\n\n## 0.2.1 (2026-12-02)\n\n- Three.\n\n## 0.2.0 (2026-12-01)\n');
});

test('packages that are published carry one version', () => {
  const versionOf = (path: string): string =>
    (JSON.parse(readFileSync(join(ROOT, path, 'package.json'), 'utf8')) as { version: string })
      .version;
  expect(versionOf('sdk')).toBe(versionOf('server'));
});
