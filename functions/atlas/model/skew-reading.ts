// functions/atlas/model/skew-reading.ts: a measurement of our clock against Atlas's.

/** What the answers of a while show of our clock. */
export interface SkewReading {
  /** Our clock less Atlas's, in ms; the most that any answer shows, so that no moment is put later than it was. */
  skewMs: number;
  /** False where no one difference fits all answers: our clock was set meanwhile, or one was a copy, or a Date is wrong. */
  agrees: boolean;
}
