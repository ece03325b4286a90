/** Counts what each principal has open here, so that one of them cannot take it all. */
export function createStreamCount(most: number) {
  const open = new Map<string | undefined, number>();
  return {
    /** What frees it again, once; undefined where the principal has as many as may be. */
    take(principal: string | undefined): (() => void) | undefined {
      const count = open.get(principal) ?? 0;
      if (count >= most) return undefined;
      open.set(principal, count + 1);
      let isFreed = false;
      return () => {
        if (isFreed) return;
        isFreed = true;
        const left = (open.get(principal) ?? 1) - 1;
        if (left > 0) open.set(principal, left);
        else open.delete(principal);
      };
    },
  };
}
