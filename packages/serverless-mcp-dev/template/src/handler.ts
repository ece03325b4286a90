import { createLambdaHandler } from 'serverless-mcp/lambda';
import { mcp } from './mcp.ts';

/** What Lambda calls. */
export const handler = createLambdaHandler(mcp.fetch, {
  transfer: process.env['TRANSFER'] === 'buffered' ? 'buffered' : 'stream',
  onError: (error) => console.error(error.message),
});
