import { ERROR_CODES, type ErrorCode, SpendError } from '../domain/errors.ts';

/** What every command ends with. `docs/errors.md` is made from this table; a number is never given another meaning. */
export const EXIT_CODES = {
  ok: { code: 0, meaning: 'The answer covers all there is, or what was asked was done.' },
  failure: { code: 1, meaning: 'It failed: settings, files, permissions, or a service that did not answer.' },
  usage: { code: 2, meaning: 'The command or the question is wrong; another one will do.' },
  damaged: {
    code: 3,
    meaning: 'There is an answer, but without some files or folders that are damaged or cannot be read: it names them.',
  },
  warning: { code: 4, meaning: '`check-budget`: past a warning mark, or will be over by the forecast.' },
  over: { code: 5, meaning: '`check-budget`: a budget is over.' },
  noRecords: { code: 6, meaning: 'The source is there and holds no invocation record that can be read.' },
  stale: { code: 7, meaning: 'Kept for logs that are older than they should be; no command ends with it yet.' },
} as const satisfies Record<string, { code: number; meaning: string }>;

type ExitName = keyof typeof EXIT_CODES;

export const EXIT = Object.fromEntries(
  Object.entries(EXIT_CODES).map(([name, { code }]) => [name, code]),
) as unknown as { readonly [Name in ExitName]: (typeof EXIT_CODES)[Name]['code'] };

/** What a command ends with that failed of this. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof SpendError)) return EXIT.failure;
  if (error.code === 'NO_RECORDS' || toolCodeOf(error) === 'NO_RECORDS') return EXIT.noRecords;
  return ERROR_CODES[error.code].fixer === 'client' && error.code !== 'CANCELLED' ? EXIT.usage : EXIT.failure;
}

/** The code that a server's tool ends its words with. */
function toolCodeOf({ code, message }: SpendError): ErrorCode | undefined {
  return code === 'TOOL_FAILED' ? (/\[([A-Z_]+)\]\s*$/.exec(message)?.[1] as ErrorCode | undefined) : undefined;
}

/** The process ends when nobody can read what it prints. */
export function exitWithOutput(output: NodeJS.WritableStream): void {
  output.on('error', ({ code }: NodeJS.ErrnoException) => {
    // Whoever reads our output has read enough, as `head` does.
    if (code === 'EPIPE') process.exit(EXIT.ok);
    // Often a disk that is full: what is there of the answer is not all of it.
    console.error(`bedrock-spend: the output cannot be written (${code}). Nothing of it counts.`);
    process.exit(EXIT.failure);
  });
}
