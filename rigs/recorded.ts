/**
 * Answers to the lines of scripts/try-on-aws.py: recorded/assumed.json has what is assumed, recorded/aws.json what AWS said, once
 * somebody has asked it. test/e2e/deploy-script/try-on-aws.test.ts holds the doubles to them.
 */
import { existsSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';

/** By check and line of scripts/try_on_aws/lines.json; or why a check has none. */
export type Answers = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const FOLDER = 'rigs/recorded';
const AWS = `${FOLDER}/aws.json`;

/** Which check of the script asks a line of assumptions.ts, and why some are asked by none. */
export function askedOfAws(): { checks: Record<string, string[]>; unasked: Record<string, string> } {
  return JSON.parse(readFileSync('scripts/try_on_aws/lines.json', 'utf8'));
}

/** AWS's own answers where there are some, else what is assumed. */
export function wantedAnswers(): Answers {
  const assumed = answersIn(`${FOLDER}/assumed.json`);
  return existsSync(AWS) ? { ...assumed, ...answeredIn(answersIn(AWS)) } : assumed;
}

function answersIn(file: string): Answers {
  return JSON.parse(readFileSync(file, 'utf8')).answers;
}

/** Without the checks that failed: these settle nothing. */
function answeredIn(answers: Answers): Answers {
  return Object.fromEntries(Object.entries(answers).filter(([, lines]) => !('failed' in lines)));
}

/** A line for each that the doubles answer otherwise, or not at all; what they were not asked is not looked at. */
export function differences(wanted: Answers, doubles: Answers): string[] {
  return Object.entries(doubles).flatMap(([check, lines]) =>
    Object.entries(wanted[check] ?? {})
      .filter(([line, answer]) => !isDeepStrictEqual(lines[line], answer))
      .map(
        ([line, answer]) =>
          `${check}, ${line}: ${JSON.stringify(answer)} is wanted, the double answers ${JSON.stringify(lines[line])}`,
      ),
  );
}
