import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Ask for no more than to be named. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BSD',
  'CC0-1.0',
  'CC-BY-4.0',
  'ISC',
  'MIT',
  'MIT-0',
  'MIT/X11',
  'PostgreSQL',
  'PSF-2.0',
  'Python-2.0',
  'Unlicense',
  'Zlib',
]);

/** Licences that we may use as we use them, and how. Nothing here is changed by us. */
const EXCEPTIONS = {
  'axe-core': ['MPL-2.0', 'looks at pages in tests'],
  dompurify: ['(MPL-2.0 OR Apache-2.0)', 'Apache-2.0 is chosen'],
  lightningcss: ['MPL-2.0', 'builds the dashboard and the documentation'],
  slick: ['MIT (http://mootools.net/license.txt)', 'that is MIT'],
  'date-holidays': ['(ISC AND CC-BY-3.0)', 'the data of Wikipedia is named in its README'],
  'date-holidays-parser': ['(ISC AND CC-BY-3.0)', 'as date-holidays'],
};
/** Of packages that come as one for each system. */
const FAMILIES = [
  [/^lightningcss-/, /^MPL-2\.0$/, 'as lightningcss'],
  [
    /^@img\/sharp-/,
    /^(Apache-2\.0 AND )?LGPL-3\.0-or-later( AND MIT)?$/,
    'shrinks pictures when the documentation is built; a library of its own, not shipped',
  ],
];

const isException = (name, licence) =>
  EXCEPTIONS[name]?.[0] === licence ||
  FAMILIES.some(([names, licences]) => names.test(name) && licences.test(licence));

/**
 * Packages of a lock file whose licence is neither allowed nor a documented exception.
 *
 * @param packages of package-lock.json
 * @param readManifest the package.json of an installed package, or null; asked where the lock file is silent
 * @returns lines for a person
 * @public for its test
 */
export function licenceFaults(packages, readManifest = () => null) {
  return Object.entries(packages).flatMap(([path, entry]) => {
    if (!path.includes('node_modules/') || entry.link === true) return [];
    const name = entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 13);
    const manifest = readManifest(path);
    const licence = licenceOf(entry) ?? licenceOf(manifest ?? {});
    if (licence !== null && isAllowed(licence)) return [];
    if (licence !== null && isException(name, licence)) return [];
    // For another system, and nowhere near: what it belongs to is looked at in its place.
    if (licence === null && entry.optional === true && manifest === null) return [];
    return [`${name} ${entry.version}: ${licence ?? 'says nothing of a licence'}`];
  });
}

function licenceOf({ license, licenses }) {
  const one = license ?? licenses?.[0];
  return typeof one === 'string' ? one : (one?.type ?? null);
}

/** Of SPDX: names with `OR` and `AND` between, `AND` first. */
function isAllowed(expression) {
  const text = expression.replaceAll(/[()]/g, '');
  return text
    .split(/ OR /i)
    .some((part) => part.split(/ AND /i).every((id) => ALLOWED.has(id.trim())));
}

/** The same for a folder with a lock file; nothing where there is none. */
export function licenceFaultsIn(dir) {
  const lock = join(dir, 'package-lock.json');
  if (!existsSync(lock)) return [];
  return licenceFaults(JSON.parse(readFileSync(lock, 'utf8')).packages, (path) => {
    const file = join(dir, path, 'package.json');
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
  });
}
