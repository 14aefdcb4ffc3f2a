// bench/cold/floors/collect.ts is the least that the collect function could be: one secret, the lists of one project, and the same
// requests of the table, by the two clients that it takes.
import { everyJob } from './atlas.ts';
import { tableCalls } from './table.ts';

export const handler = async () => {
  const ids = await everyJob();
  await tableCalls();
  return { batchItemFailures: [], ids };
};
