// Points the exports of package.json at what is packed, and back at the source.
//
// Inside the repository everything imports the source, without a build between; an npm package has to
// be JavaScript with declarations. npm knows no other manifest for packing than the one in the folder,
// so `prepack` turns it and `postpack` turns it back. Turning twice does nothing.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import process from 'node:process';

const FILE = fileURLToPath(new URL('../package.json', import.meta.url));

const published = (target) => {
  const [, name] = /^\.\/src\/(.+)\.ts$/.exec(target) ?? [];
  return name === undefined
    ? target
    : { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` };
};

const source = (target) =>
  typeof target === 'string'
    ? target
    : target.default.replace(/^\.\/dist\/(.+)\.js$/, './src/$1.ts');

const turn = { published, source }[process.argv[2] ?? ''];
if (turn === undefined) throw new Error('Say published or source.');

const manifest = JSON.parse(readFileSync(FILE, 'utf8'));
const turned = Object.entries(manifest.exports).map(([name, target]) => [name, turn(target)]);
const text = JSON.stringify({ ...manifest, exports: Object.fromEntries(turned) }, null, 2);
writeFileSync(`${FILE}.next`, `${text}\n`);
renameSync(`${FILE}.next`, FILE);
