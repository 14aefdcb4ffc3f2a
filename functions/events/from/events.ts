// functions/events/from/events.ts is the core of the change feed: what is told of a change. Pure, and the same with AWS and without.
export { isBackfilled as isOldNews } from '../../ledger/model/backfill.ts';
export { coverageEvents } from './coverage-events.ts';
export { type EventOptions, jobEvents } from './job-events.ts';
export { projectEvents } from './project-events.ts';
export { runEvents } from './run-events.ts';
