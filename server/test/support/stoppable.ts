// A process that stops as the server does: says what happens, and takes `workMs` to finish.
import { stopOnSignal } from '../../src/platform/shutdown.ts';

const [, , workMs = '0', graceMs = '10000'] = process.argv;
const stopping = stopOnSignal(Number(graceMs), (signal) => console.log(`stopping ${signal}`));
const alive = setInterval(() => {}, 1_000);
stopping.addEventListener('abort', () => {
  setTimeout(() => {
    clearInterval(alive);
    console.log('stopped');
  }, Number(workMs));
});
console.log('ready');
