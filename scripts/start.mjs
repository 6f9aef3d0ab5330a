// npm start: everything in one process, from a fresh clone.
import process from 'node:process';
import { launch } from './lib/launch.mjs';

await launch(['start', ...process.argv.slice(2)]);
