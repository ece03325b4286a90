/** Keeps requests by their size in tokens; both ends are inclusive. The prompt is the input with what was read from and written to the cache. */
export interface RequestSize {
  promptAtLeast?: number;
  promptAtMost?: number;
  outputAtLeast?: number;
  outputAtMost?: number;
}

/** One end of a size, for engines that write it as a condition. */
export interface SizeLimit {
  of: 'prompt' | 'output';
  atLeast: boolean;
  tokens: number;
}

const ENDS: Readonly<Record<keyof RequestSize, Omit<SizeLimit, 'tokens'>>> = {
  promptAtLeast: { of: 'prompt', atLeast: true },
  promptAtMost: { of: 'prompt', atLeast: false },
  outputAtLeast: { of: 'output', atLeast: true },
  outputAtMost: { of: 'output', atLeast: false },
};

const NAMES = Object.keys(ENDS) as (keyof RequestSize)[];

/** The ends that are given. */
export function limitsOfSize(size: RequestSize = {}): SizeLimit[] {
  return NAMES.flatMap((name) => {
    const tokens = size[name];
    return tokens === undefined ? [] : [{ ...ENDS[name], tokens }];
  });
}

/** Whether a request is of that size. */
export function isOfSize(request: Readonly<Record<SizeLimit['of'], number>>, size: RequestSize | undefined): boolean {
  return limitsOfSize(size).every(({ of, atLeast, tokens }) =>
    atLeast ? request[of] >= tokens : request[of] <= tokens,
  );
}

export function isSameSize(a: RequestSize = {}, b: RequestSize = {}): boolean {
  return NAMES.every((name) => a[name] === b[name]);
}
