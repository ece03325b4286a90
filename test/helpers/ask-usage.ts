/**
 * Asks a files engine in a process of its own: node ask-usage.ts SOURCE LEDGER. Prints `busy` when work on the ledger begins
 * and, at the end, the answer on a line of JSON.
 */
import { createFilesEngine } from '../../src/engines/files/index.ts';
import { answerOf } from './answer.ts';

const [source = '', ledger = ''] = process.argv.slice(2);
const engine = await createFilesEngine({ source, ledger });
let begun = false;
const answer = await answerOf(engine, {
  onProgress() {
    if (!begun) process.stdout.write('busy\n');
    begun = true;
  },
});
process.stdout.write(`${JSON.stringify(answer)}\n`);
await engine.close();
