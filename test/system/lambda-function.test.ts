import { ensureRic } from 'serverless-mcp-dev';
import { describe } from 'vitest';
import { testLambdaFunction } from '../contracts/lambda-function.ts';

const ric = await ensureRic(console.log);

describe('a function under aws-lambda-ric', () => testLambdaFunction(ric));
