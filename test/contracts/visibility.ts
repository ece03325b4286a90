/** What a source lets an engine see; the report says what it does not. */
export interface Visibility {
  /** Lines that are no records. */
  malformed: boolean;
  /** Which of several records of a request holds the rest, where they differ in more than their counters. */
  differingRepeats: boolean;
  /** Records without a request id. */
  missingRequestIds: boolean;
  /** Records of one request that are far apart in time, when only one of them is in the period. */
  distantRepeats: boolean;
  /** When the first and last invocation were, to the millisecond; else to the hour. */
  moments: boolean;
  /** Of single requests, the metadata under keys that nobody named. */
  unaskedMetadata: boolean;
}

export const EVERYTHING: Visibility = {
  malformed: true,
  differingRepeats: true,
  missingRequestIds: true,
  distantRepeats: true,
  moments: true,
  unaskedMetadata: true,
};
