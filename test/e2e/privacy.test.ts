import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compose } from '../../src/compose.ts';
import { textFromReport } from '../../src/reports/render.ts';
import { breakdown } from '../../src/reports/usage/breakdown.ts';

const SECRET = 'do-not-leak-8f3a';

/** A record with the secret in every place that can hold prompt or answer text, and in places that no record should have. */
function recordWithSecrets(requestId: string, outputBodyJson: unknown) {
  return JSON.stringify({
    schemaType: 'ModelInvocationLog',
    timestamp: '2026-10-01T00:00:00Z',
    accountId: '111122223333',
    region: 'us-east-1',
    requestId,
    operation: 'Converse',
    modelId: 'amazon.nova-lite-v1:0',
    prompt: SECRET,
    input: {
      inputTokenCount: 5,
      inputBodyJson: { system: SECRET, messages: [{ content: [{ text: SECRET, [SECRET]: 1 }] }] },
    },
    output: { outputTokenCount: 7, outputBodyJson },
  });
}

const BODIES = [
  { output: { message: { content: [{ text: SECRET }] } }, usage: { inputTokens: 5, outputTokens: 7, note: SECRET } },
  { content: [{ type: 'text', text: SECRET }], stop_reason: 'end_turn', usage: { input_tokens: 5, output_tokens: 7 } },
  [
    { type: 'content_block_delta', delta: { text: SECRET }, usage: { output_tokens: 7 } },
    SECRET,
    { chunk: { bytes: SECRET } },
  ],
  { results: [{ outputText: SECRET, tokenCount: 7 }] },
  SECRET,
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bedrock-spend-privacy-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('prompt and answer text', () => {
  it('is in no report, no note and no byte of the ledger', async () => {
    const logs = join(folder, 'logs.jsonl');
    const damaged = `${recordWithSecrets('cut', BODIES[0]).slice(0, -20)}\n`;
    await writeFile(logs, damaged + BODIES.map((body, index) => `${recordWithSecrets(`r${index}`, body)}\n`).join(''));
    const ledger = join(folder, 'ledger', 'l.duckdb');
    const said: string[] = [];
    const { close, ...context } = await compose({ source: logs, ledger, log: (message) => said.push(message) });
    const report = await breakdown(
      { by: ['model', 'status', 'operation', 'session', 'metadata.team'] },
      context,
    ).finally(close);
    const files = await readdir(join(folder, 'ledger'));
    const bytes = await Promise.all(files.map((file) => readFile(join(folder, 'ledger', file))));
    expect(report.totals).toMatchObject({ invocations: 5, output_tokens: 35 });
    expect(report.coverage.malformed).toBe(1);
    expect(files.length).toBeGreaterThan(0);
    expect(
      [textFromReport(report), JSON.stringify(report), ...said, ...bytes.map((file) => file.toString('latin1'))].filter(
        (text) => text.includes(SECRET),
      ),
    ).toEqual([]);
  });
});
