/** The package's version. A test compares it with package.json, which a bundle does not hold. */
export const VERSION = '0.1.0';
