// The days of a run are counted at its end, those of a project that failed included.
import { expect, test } from 'vitest';
import { countDays } from '../../../functions/collector/evaluate/count-days.ts';
import { silentLog } from '../../../functions/platform/log.ts';
import { testEngine } from '../../ledger/engines.ts';
import { idAt, job, RUN, seen } from '../../ledger/jobs.ts';

const engine = testEngine();

test('what a project wrote that failed, and never said that it was done, is counted at the end of the run', async () => {
  await using own = await engine.newTable();
  await own.ledger.record(job({ jobId: idAt('2026-11-20T10:00:00Z') }), seen(0));
  await countDays(own.ledger, () => false, { log: silentLog, runId: RUN });
  expect((await own.ledger.dayCounts(['2026-11-20'])).get('2026-11-20')?.status).toEqual({ RUNNING: 1 });
});
