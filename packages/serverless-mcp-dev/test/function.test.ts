import { ensureLoader } from 'serverless-mcp-dev';
import { describe } from 'vitest';
import { testLambdaFunction } from '../../../test/contracts/lambda-function.ts';

const loader = await ensureLoader();

describe('a function under the loader', () => testLambdaFunction(loader));
