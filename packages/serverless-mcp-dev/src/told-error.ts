/** What went wrong is the user's to mend, and its message says all that there is to say. */
export class ToldError extends Error {
  override name = 'ToldError';
}
