#!/usr/bin/env node
// npx milepost …: the command line, from a fresh clone too.
import process from 'node:process';
import { launch } from '../../scripts/lib/launch.mjs';

await launch(process.argv.slice(2));
