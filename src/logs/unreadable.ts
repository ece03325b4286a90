/** Why a file cannot be read to its end, in words for the report: what it is and what to do. None of its records may be used. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}
