/** The same server as it runs on AWS: in instances that come and go. */
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { startLocalLambda } from 'serverless-mcp-dev';
import { connect } from './client.ts';

test('a session survives its instances', { timeout: 60_000 }, async () => {
  const lambda = await startLocalLambda({ entry: resolve('src/handler.ts') });
  try {
    const { call, transport, client } = await connect(lambda.url, { headers: { 'x-api-key': lambda.apiKey ?? '' } });
    const { sessionId } = transport;
    assert.equal(await call('greet', { name: 'Ada' }), 'Hello, Ada!');
    lambda.killAll();
    assert.equal(await call('paint', { thing: 'door' }), 'The door is green now.');
    assert.equal(transport.sessionId, sessionId);
    await client.close();
  } finally {
    await lambda.close();
  }
});
