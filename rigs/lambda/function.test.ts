import { describe } from 'vitest';
import { testLambdaFunction } from '../../test/contracts/lambda-function.ts';
import { LOADER } from './ric.ts';

describe('a function under the loader', () => testLambdaFunction(LOADER));
