#!/usr/bin/env node
// npx milepost …: the command line, of a package and of a fresh clone.
import { existsSync } from 'node:fs';
import process from 'node:process';

const [inPackage, inClone] = ['../scripts/lib/launch.mjs', '../../scripts/lib/launch.mjs'].map(
  (path) => new URL(path, import.meta.url),
);
const { launch } = await import(existsSync(inPackage) ? inPackage : inClone);
await launch(process.argv.slice(2));
