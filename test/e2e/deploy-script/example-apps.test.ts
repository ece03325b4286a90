/** What examples/ has beside the greeter, to AWS: the code that was built or uploaded answers its smoke test as it was deployed. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type DeployRig, startDeployRig } from '../../helpers/deploy-script.ts';
import { serveWhatIsDeployed } from '../../helpers/deployed-code.ts';

vi.setConfig({ testTimeout: 120_000 });

let rig: DeployRig;
beforeAll(async () => {
  rig = await startDeployRig();
  return () => rig.close();
});

/** As the README of examples/notes has it. */
const NOTES = {
  TableName: 'notes',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: ['owner', 'id'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
  KeySchema: [
    { AttributeName: 'owner', KeyType: 'HASH' },
    { AttributeName: 'id', KeyType: 'RANGE' },
  ],
};

async function serve(stack: string, beside?: (task: string) => void): Promise<void> {
  const deployed = await serveWhatIsDeployed(rig, stack, beside);
  onTestFinished(() => deployed.close());
}

const tables = async (): Promise<string[]> => (await rig.cloud.call('dynamodb', 'list_tables')).TableNames;

describe('notes', () => {
  it('says what its smoke test lacks, and passes once the table is there', async () => {
    await serve('notes');
    const without = await rig.run(['deploy', '--app', 'examples/notes', '--yes']);
    expect([without.code, without.last]).toEqual([
      1,
      expect.stringMatching(
        /It is deployed, but not all is well: list-notes: .*(not found|non-existent)[^.]*\. See: deploy\.py logs/i,
      ),
    ]);
    await rig.cloud.call('dynamodb', 'create_table', NOTES);
    const ran = await rig.run(['deploy', '--app', 'examples/notes']);
    expect([ran.code, ran.last]).toEqual([0, expect.stringContaining('notes 1.0.0 answers with 3 tools.')]);
    await rig.run(['destroy', '--app', 'examples/notes', '--yes']);
    expect(await tables()).toEqual(['notes']); // A person's own.
  });

  it('has its table in its stack, where a template of its own makes one', async () => {
    const folder = mkdtempSync(join(process.cwd(), 'node_modules/.cache-own-table-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    cpSync('examples/notes', folder, { recursive: true });
    const { TableName: _, ...table } = NOTES;
    const toml = readFileSync(join(folder, 'app.toml'), 'utf8').replace(/\[parameters.*(?=\[smoke_test)/s, '');
    writeFileSync(join(folder, 'app.toml'), `template = "own.yaml"\n${toml}`);
    const own = `
Environment:
  SESSION_TABLE: !Ref SessionTable
  SESSION_IDLE_MINUTES: !Ref SessionIdleMinutes
  TRANSFER: !If [Streams, stream, buffered]
  NOTES_TABLE: !Ref NotesTable
Statements:
  - Effect: Allow
    Action: [dynamodb:PutItem, dynamodb:Query, dynamodb:DeleteItem]
    Resource: !GetAtt NotesTable.Arn
Resources:
  NotesTable:
    Type: AWS::DynamoDB::Table
    Properties: ${JSON.stringify(table)}
`;
    writeFileSync(join(folder, 'own.yaml'), own);
    await serve('notes');
    const ran = await rig.run(['deploy', '--app', folder, '--yes']);
    expect([ran.code, ran.last]).toEqual([0, expect.stringContaining('notes 1.0.0 answers with 3 tools.')]);
    expect(await tables()).toContainEqual(expect.stringMatching(/^notes-NotesTable-/));
    await rig.run(['destroy', '--app', folder, '--yes']);
    expect(await tables()).toEqual(['notes']);
  });
});

describe('stdio', () => {
  it('answers from its image, with the packages beside it', async () => {
    // In the place of the package that it wraps, which is not installed here.
    await serve('stdio', (task) => {
      const wrapped = join(task, 'node_modules/@modelcontextprotocol/server-everything/dist');
      mkdirSync(wrapped, { recursive: true });
      writeFileSync(join(wrapped, 'index.js'), `import(${JSON.stringify(resolve('test/fixtures/stdio-server.ts'))})`);
    });
    const ran = await rig.run(['deploy', '--app', 'examples/stdio', '--yes']);
    expect([ran.code, ran.last]).toEqual([0, expect.stringContaining('existing 1.2.3 answers with 3 tools.')]);
    const { Environment } = await rig.cloud.call('lambda', 'get_function_configuration', {
      FunctionName: 'stdio-server',
    });
    expect(Environment.Variables['STDIO_COMMAND']).toMatch(
      /^node node_modules\/@modelcontextprotocol\/server-everything/,
    );
  });
});
