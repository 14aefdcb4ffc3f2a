// bench/big/request.ts: a request to the API, and what its answer is made of.

export interface BigRequest {
  /** As the app has it: `GET /restore-jobs/:id`. */
  route: string;
  /** Path and query. */
  target: string;
  accept?: string;
  /** Of its answer. @default any that is a success */
  status?: number;
  /** What tells it from another to the same target. */
  note?: string;
  /** Items that the answer shows or counts. @default those in its list, or 1 */
  about?: number;
  /** How many of the items that a filter is given fit; 0 where there may be none. @default 1: all */
  share?: number;
}
