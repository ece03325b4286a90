/** The tools, asked by a real client in this process. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { mcp } from '../src/mcp.ts';
import { connect } from './client.ts';

let client: Awaited<ReturnType<typeof connect>>;
before(async () => {
  client = await connect('http://localhost/mcp', { fetch: async (url, init) => mcp.fetch(new Request(url, init)) });
});
after(() => client.client.close());

test('greet greets', async () => {
  assert.equal(await client.call('greet', { name: 'Ada' }), 'Hello, Ada!');
});

test('count tells how far it is', async () => {
  const seen: number[] = [];
  const text = await client.call('count', { to: 3 }, (progress) => seen.push(progress));
  assert.deepEqual([text, seen], ['Counted to 3.', [1, 2, 3]]);
});

test('paint asks for a color', async () => {
  assert.equal(await client.call('paint', { thing: 'door' }), 'The door is green now.');
});
