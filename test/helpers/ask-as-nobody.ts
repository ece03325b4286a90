/**
 * Prints what the engine of log files answers to somebody who may not read everything. Root would: it becomes nobody, when all that
 * is needed from this folder is loaded.
 *
 *   node test/helpers/ask-as-nobody.ts SOURCE LEDGER
 */
import { createFilesEngine } from '../../src/engines/files/index.ts';
import { answerOf } from './answer.ts';

const NOBODY = 65_534;

const [source = '', ledger = ''] = process.argv.slice(2);
if (process.getuid?.() === 0) process.setuid?.(NOBODY);
const engine = await createFilesEngine({ source, ledger });
console.log(JSON.stringify(await answerOf(engine)));
await engine.close();
