import { describe } from 'vitest';
import { testLambdaFunction } from '../../test/contracts/lambda-function.ts';
import { ensureLoader } from './ric.ts';

const loader = await ensureLoader();

describe('a function under the loader', () => testLambdaFunction(loader));
