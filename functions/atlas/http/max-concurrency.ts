// functions/atlas/http/max-concurrency.ts: the requests to Atlas that may be under way at once.

/** Of one client. A first reading of 200 lists uses nearly as many. */
export const MAX_CONCURRENCY = 256;
