import { describe } from 'vitest';
import { ensureRic } from '../../rigs/lambda/ric.ts';
import { testLambdaFunction } from '../contracts/lambda-function.ts';

const ric = await ensureRic(console.log);

describe('a function under aws-lambda-ric', () => testLambdaFunction(ric));
