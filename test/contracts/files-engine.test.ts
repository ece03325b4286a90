import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFilesEngine } from '../../src/engines/files/index.ts';
import { writeDeliveries } from '../helpers/log-files.ts';
import { testEngine } from './engine.ts';

testEngine('files', async (deliveries) => {
  const source = await mkdtemp(join(tmpdir(), 'bedrock-spend-test-'));
  await writeDeliveries(source, deliveries);
  const engine = await createFilesEngine({ source, ledger: false });
  return {
    ...engine,
    async close() {
      await engine.close();
      await rm(source, { recursive: true, force: true });
    },
  };
});
