// The grade of a cluster at the end of a period, where the restores that it rests on are of another time.
import { afterEach, describe, expect, test } from 'vitest';
import type { ListCoverage } from '../../functions/ledger/model/coverage.ts';
import type { KnownProject } from '../../functions/ledger/model/known-project.ts';
import { ledgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import type { GatherOptions } from '../../functions/report/gather/gather.ts';
import type { RestoreJob } from '../../functions/restore/job.ts';
import { fill } from '../api/web/world.ts';
import { type EngineTable, testEngine } from '../ledger/engines.ts';
import { completed, idAt, job } from '../ledger/jobs.ts';
import { cluster, coverage, known, list, NOW, PROJECT_ID } from '../proof/facts.ts';
import { wholeEvidence } from './whole.ts';

const engine = testEngine();
const OTHER = 'b'.repeat(24);
let own: EngineTable | undefined;
afterEach(async () => {
  await own?.[Symbol.asyncDispose]();
  own = undefined;
});

const MADE = idAt('2026-01-02T00:00:00Z');
const finishOf = (at: string) => new Date(Date.parse(at) + 600_000).toISOString();
const restore = (at: string, parts: Partial<RestoreJob> = {}): RestoreJob =>
  completed(
    job({
      ...{ jobId: idAt(at), projectId: PROJECT_ID, clusterName: 'orders', targetProjectId: PROJECT_ID },
      ...parts,
    }),
    finishOf(at),
  );

/** As coverage has it. */
const last = (at: string) => ({ jobId: idAt(at), requestedAt: new Date(at).toISOString(), finishedAt: finishOf(at) });

/** The grade of the only cluster at the end of September and October. */
async function gradeThen(jobs: readonly RestoreJob[], lists: Partial<ListCoverage>, more: Partial<KnownProject> = {}) {
  own = await engine.newTable(() => Date.parse(NOW));
  const ledger = ledgerReader({ table: own.table, now: () => Date.parse(NOW) });
  const of = { dedicated: list({ jobs: jobs.length, ...lists }), collection: list({ jobs: 0 }) };
  const orders = cluster(of, { clusterId: MADE });
  await fill(ledger, [...jobs], [{ ...coverage({ clusters: { orders } }), recorded: jobs.length }]);
  await ledger.saveKnownProject(PROJECT_ID, () => known(more));
  const options: GatherOptions = {
    period: { since: '2026-09-01T00:00:00.000Z', until: '2026-11-01T00:00:00.000Z', ended: true },
    ...{ madeAt: NOW, version: '0', ledgerName: 'ledger', verify: false },
    progress: { show: () => {}, clear: () => {} } as unknown as GatherOptions['progress'],
  };
  const { projects } = await wholeEvidence(ledger, options);
  return projects[0]?.clusters[0]?.evidence;
}

describe('the grade at the end of a period', () => {
  const [before, within, after] = ['2026-05-03T10:00:00Z', '2026-10-02T10:00:00Z', '2026-11-15T10:00:00Z'];

  test('rests on a restore from before it, though the last one was made after it', async () => {
    const evidence = await gradeThen([restore(before), restore(after)], { lastCompleted: last(after) });
    expect(evidence).toEqual({
      ...{ grade: 'restored', jobId: idAt(before), finishedAt: finishOf(before) },
      ...{ fallsBackAt: '2027-05-03T10:10:00.000Z', fallsBackTo: 'lapsed' },
    });
  });

  test('is never where no restore of any time before is on record', async () => {
    const failed = { ...restore(before), status: 'FAILED' as const };
    expect(await gradeThen([failed, restore(after)], { lastCompleted: last(after) })).toEqual({ grade: 'never' });
  });

  test('has the project that a restore from before it went to', async () => {
    const jobs = [restore(before, { targetProjectId: OTHER }), restore(after)];
    const evidence = await gradeThen(jobs, { lastCompleted: last(after), lastElsewhere: last(before) });
    expect(evidence).toMatchObject({ grade: 'restored elsewhere', jobId: idAt(before) });
  });

  test('may be higher where coverage has a later restore into another project alone, which hides those from before', async () => {
    const jobs = [restore('2026-04-01T10:00:00Z', { targetProjectId: OTHER }), restore(before), restore(within)];
    const elsewhere = restore(after, { targetProjectId: OTHER });
    const evidence = await gradeThen([...jobs, elsewhere], { lastCompleted: last(after), lastElsewhere: last(after) });
    expect(evidence).toMatchObject({ grade: 'restored', jobId: idAt(within), orHigher: true });
  });

  test('rests on the one that finished last, which an earlier request may have', async () => {
    const long = '2026-05-01T10:00:00Z';
    const slow = completed(
      job({ jobId: idAt(long), projectId: PROJECT_ID, clusterName: 'orders', targetProjectId: PROJECT_ID }),
      '2026-05-04T09:00:00.000Z',
    );
    const evidence = await gradeThen([slow, restore(before), restore(after)], { lastCompleted: last(after) });
    expect(evidence).toMatchObject({ grade: 'restored', jobId: idAt(long), finishedAt: '2026-05-04T09:00:00.000Z' });
  });

  test('is not known once no credentials see the project', async () => {
    const notVisibleSince = '2026-10-31T12:00:00.000Z';
    const read = { readAt: '2026-10-31T11:00:00.000Z', fullReadAt: '2026-10-31T11:00:00.000Z' };
    expect(await gradeThen([], read, { notVisibleSince })).toEqual({ grade: 'not known' });
  });
});
