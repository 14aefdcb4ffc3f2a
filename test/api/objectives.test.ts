// Restores measured by their clusters' objectives, over HTTP.
import { describe, expect, test } from 'vitest';
import type { Measures } from '../../functions/restore/objectives/measure.ts';
import { objectivesOf } from '../../functions/restore/objectives/objective.ts';
import { testEngine } from '../ledger/engines.ts';
import { completed, idAt, job, PROJECT, RUN, seen } from '../ledger/jobs.ts';
import { NOW } from '../ledger/table.ts';
import { startService } from './service.ts';
import { textOf } from './web/site.ts';

const engine = testEngine();
const objectives = objectivesOf(['payments/scratch = none', 'pay*/* = rto 4m, rpo 24h']);
const SERVED = { objectives };

/** Took 5 minutes, of a snapshot 6 hours old. */
const slow = completed(job());
const day = (date: string, parts = {}) => {
  const jobId = idAt(`${date}T10:00:00Z`);
  return completed(job({ jobId, snapshotAt: `${date}T08:00:00.000Z`, ...parts }), `${date}T10:02:00.000Z`);
};
const RTO = { objectiveSeconds: 240 };
const RPO = { objectiveSeconds: 86_400 };
const MEASURED = { rto: { state: 'missed', seconds: 300, ...RTO }, rpo: { state: 'met', seconds: 21_600, ...RPO } };

describe('a restore job', () => {
  test('has what it is measured by, in lists, alone and as CSV', async () => {
    await using service = await startService(engine, SERVED);
    await service.add(slow);
    const { jobs } = await service.json<{ jobs: Measures[] }>('/restore-jobs');
    expect(jobs).toEqual([expect.objectContaining(MEASURED)]);
    expect(await service.json(`/restore-jobs/${slow.jobId}`)).toMatchObject(MEASURED);
    const [head = '', row = ''] = (await (await service.get('/restore-jobs?format=csv')).text()).split('\r\n');
    const cells = new Map(head.split(',').map((name, at) => [name, row.split(',')[at - head.split(',').length]]));
    expect(head).toMatch(/,rtoState,rtoSeconds,rtoObjectiveSeconds,rpoState,rpoSeconds,rpoObjectiveSeconds$/);
    expect(row).toMatch(/,missed,300,240,met,21600,86400$/);
    expect(cells.size).toBe(head.split(',').length);
  });

  test('has none where no objective applies', async () => {
    await using none = await startService(engine);
    await none.add(slow);
    expect(await none.json(`/restore-jobs/${slow.jobId}`)).not.toHaveProperty('rto');
    await using service = await startService(engine, SERVED);
    const exempt = day('2026-11-19', { clusterName: 'scratch' });
    await service.add(exempt);
    expect(await service.json(`/restore-jobs/${exempt.jobId}`)).not.toHaveProperty('rto');
  });

  test('that is open has missed it once a reading saw it open after it, and not by the time of the request', async () => {
    await using service = await startService(engine, SERVED);
    const open = job({ jobId: idAt('2026-11-20T10:59:00Z') });
    await service.add(open); // seen a minute after the request; NOW is days later
    const read = () => service.json<Measures>(`/restore-jobs/${open.jobId}`);
    const etag = (await service.get(`/restore-jobs/${open.jobId}`)).headers.get('etag');
    expect((await read()).rto).toEqual({ state: 'not known', ...RTO });
    const finding = { rule: 'rto-missed', severity: 'warning', at: '2026-11-20T11:05:00.000Z', why: 'Late.' } as const;
    await service.ledger.annotate(PROJECT, open.jobId, seen(5), () => ({ findings: [finding] }));
    expect((await read()).rto).toEqual({ state: 'missed', ...RTO });
    expect((await service.get(`/restore-jobs/${open.jobId}`, { 'if-none-match': etag ?? '' })).status).toBe(200);
  });

  test('shows it on its page', async () => {
    await using service = await startService(engine, SERVED);
    await service.add(slow);
    const page = textOf(await (await service.get(`/jobs/${slow.jobId}`, { accept: 'text/html' })).text());
    expect(page).toMatch(/Recovery time objective\s+Missed\s+5 min 00 s\s+of\s+4 min 00 s/);
    expect(page).toMatch(/Recovery point objective\s+Met\s+6 h 00 min\s+of\s+1 d 0 h/);
  });
});

describe('the recovery of a cluster', () => {
  const of = (clusterName = 'orders') => `/projects/${PROJECT}/clusters/${clusterName}/recovery`;

  test('adds up the last restores of a cluster', async () => {
    await using service = await startService(engine, SERVED);
    await service.ledger.saveCoverage(PROJECT, () => coverage());
    const failed = { ...day('2026-11-16'), status: 'FAILED', sourceStatus: 'failed' } as const;
    const download = day('2026-11-17', { delivery: 'download' });
    await service.add(slow, day('2026-11-18'), day('2026-11-19'), failed, download);
    expect(await service.json(of())).toMatchObject({
      ...{ projectId: PROJECT, projectName: 'payments', clusterName: 'orders', jobs: 5 },
      objective: { line: 'pay*/* = rto 4m, rpo 24h', rtoSeconds: 240, rpoSeconds: 86_400 },
      rto: { met: 2, missed: 1, notKnown: 1, measured: 3 },
      rpo: { met: 3, missed: 0, notKnown: 1, measured: 3 },
      restores: [
        { jobId: slow.jobId, durationSeconds: 300, dataAgeSeconds: 21_600, ...MEASURED },
        { status: 'COMPLETED', rto: { state: 'met' } },
        { status: 'COMPLETED' },
        { status: 'FAILED', rto: { state: 'not known' }, rpo: { state: 'not known' } },
      ],
    });
    expect(await service.json(`${of()}?limit=1`)).toMatchObject({ jobs: 1, rto: { measured: 1, met: 0, missed: 1 } });
  });

  test('has durations and ages without an objective, and nothing of a cluster without restores', async () => {
    await using service = await startService(engine);
    await service.ledger.saveCoverage(PROJECT, () => coverage());
    await service.add(slow);
    const answer = await service.json<object>(of());
    expect(answer).not.toHaveProperty('objective');
    expect(answer).toMatchObject({ rto: { met: 0, missed: 0, notKnown: 0, measured: 1 } });
    expect(answer).not.toHaveProperty('rto.p50Seconds');
    expect(await service.json(of('other'))).toMatchObject({ jobs: 0, restores: [], rpo: { measured: 0 } });
  });

  test('names what is wrong, and what it does not know', async () => {
    await using service = await startService(engine);
    const problem = async (path: string) => {
      const response = await service.get(path);
      return [response.status, ((await response.json()) as { field?: string }).field];
    };
    expect(await problem('/projects/x/clusters/orders/recovery')).toEqual([404, undefined]);
    expect(await problem(`${of()}?limit=0`)).toEqual([400, 'limit']);
    expect(await problem(of())).toEqual([404, undefined]);
  });
});

describe('the drill of a cluster', () => {
  test('says whether its last restore met the objectives, by the moment of the data', async () => {
    await using service = await startService(engine, SERVED);
    await service.ledger.saveCoverage(PROJECT, () => coverage());
    const { coverage: rows } = await service.json<{ coverage: { clusterName?: string; drill?: Measures }[] }>(
      '/coverage',
    );
    const measured = Object.fromEntries(
      rows.flatMap(({ clusterName, drill }) => (drill ? [[clusterName, { rto: drill.rto, rpo: drill.rpo }]] : [])),
    );
    expect(measured).toEqual({
      // Its snapshot was too old, the point in time was not.
      orders: { rto: { state: 'missed', seconds: 600, ...RTO }, rpo: { state: 'met', seconds: 60, ...RPO } },
      fresh: { rto: { state: 'not known', ...RTO }, rpo: { state: 'not known', ...RPO } },
      scratch: {},
    });
    const csv = await (await service.get('/coverage?format=csv')).text();
    expect(csv).toMatch(/,missed,600,240,met,60,86400,/);
    const page = textOf(await (await service.get('/clusters', { accept: 'text/html' })).text());
    expect(page).toMatch(/of\s+4 min 00 s/);
  });
});

function coverage() {
  const list = { attemptedAt: NOW, readAt: NOW, fullReadAt: NOW, jobs: 1, open: 0, moving: 0 };
  const lastCompleted = {
    ...{ jobId: slow.jobId, requestedAt: '2026-11-20T10:00:00.000Z', finishedAt: '2026-11-20T10:10:00.000Z' },
    ...{ durationSeconds: 600, snapshotAt: '2026-11-10T00:00:00.000Z', dataAt: '2026-11-20T09:59:00.000Z' },
  };
  const cluster = (clusterName: string, dedicated: object = list) => ({
    ...({ clusterName, tier: 'dedicated', firstSeenAt: NOW, seenAt: NOW } as const),
    lists: { dedicated: { ...list, ...dedicated } },
  });
  return {
    ...{ projectId: PROJECT, projectName: 'payments', revision: 0, runId: RUN, discovery: {} },
    clusters: {
      orders: cluster('orders', { lastCompleted }),
      fresh: cluster('fresh'),
      scratch: cluster('scratch', { lastCompleted }),
    },
  };
}
