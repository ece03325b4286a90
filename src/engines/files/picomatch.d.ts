/** The part of picomatch 4 that is used here; it comes without types. */
declare module 'picomatch' {
  interface Scanned {
    isGlob: boolean;
    negated: boolean;
    parts?: string[];
  }
  const picomatch: {
    (pattern: string): (text: string) => boolean;
    scan(pattern: string, options?: { parts?: boolean }): Scanned;
  };
  export default picomatch;
}
