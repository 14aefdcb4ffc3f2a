// The pictures of the evidence: what they claim is what the report claims.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ledgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import type { GatherOptions } from '../../functions/report/gather/gather.ts';
import { gather } from '../../functions/report/gather/gather.ts';
import { HtmlReport } from '../../functions/report/html/report.ts';
import type { Evidence } from '../../functions/report/model/report.ts';
import type { RestoreJob } from '../../functions/restore/job.ts';
import { textOf } from '../api/web/site.ts';
import { fill, jobsOf, NOW } from '../api/web/world.ts';
import { type EngineTable, testEngine } from '../ledger/engines.ts';
import { idAt } from '../ledger/jobs.ts';
import { cluster, coverage, discovery, FAILURE, list, PROJECT_ID } from '../proof/facts.ts';
import { wholeEvidence } from './whole.ts';

const engine = testEngine();
const OPTIONS: GatherOptions = {
  period: { since: '2026-10-01T00:00:00.000Z', until: '2026-11-22T00:00:00.000Z', ended: true },
  madeAt: new Date(NOW).toISOString(),
  ...{ version: '0', ledgerName: 'ledger', verify: false },
  progress: { show: () => {}, clear: () => {} } as unknown as GatherOptions['progress'],
};
const HOSTILE = '<script>alert(1)</script>"&\u202e';
const JOBS: RestoreJob[] = jobsOf(60).map((job, i) => ({
  ...job,
  ...{ projectId: PROJECT_ID, projectName: 'Payments', targetProjectId: PROJECT_ID },
  clusterName: i % 2 ? HOSTILE : 'orders',
}));
let own: EngineTable;
let evidence: Evidence;
let page: string;

beforeAll(async () => {
  own = await engine.newTable(() => NOW);
  const ledger = ledgerReader({ table: own.table, now: () => NOW });
  const read = { fullReadAt: '2026-11-10T12:00:00.000Z', error: FAILURE };
  const clusters = {
    orders: cluster(
      { dedicated: list({ jobs: 30 }), collection: list({ jobs: 0 }) },
      { clusterId: idAt('2026-01-02T00:00:00Z') },
    ),
    [HOSTILE]: cluster({ dedicated: list(read), collection: list({ jobs: 0 }) }, { clusterName: HOSTILE }),
  };
  const since = '2026-10-02T12:00:00.000Z';
  const lists = { dedicated: discovery({ since }), flex: discovery({ since }), serverless: discovery({ since }) };
  await fill(ledger, JOBS, [{ ...coverage({ clusters, discovery: lists }), recorded: 60 }]);
  evidence = await wholeEvidence(ledger, OPTIONS);
  await using report = new HtmlReport();
  const head = await gather(ledger, OPTIONS, report);
  page = '';
  for await (const part of report.parts(head)) page += part;
});
afterAll(() => own?.[Symbol.asyncDispose]());

const clusterOf = (name: string) => evidence.projects[0]?.clusters.find(({ clusterName }) => clusterName === name);

describe('a cluster of the report', () => {
  test('has its days, those alike together: never proven beyond what its list was read to', () => {
    const spans = clusterOf(HOSTILE)?.coverage?.map(({ since, until, state }) => [
      since.slice(0, 10),
      until.slice(0, 10),
      state,
    ]);
    expect(spans).toEqual([
      ['2026-10-01', '2026-10-03', 'before'],
      ['2026-10-03', '2026-11-10', 'proven'],
      ['2026-11-10', '2026-11-22', 'hole'],
    ]);
    expect(clusterOf(HOSTILE)?.coverage?.at(-1)?.why).toContain('restoreJobs answered 403');
    expect(clusterOf('orders')?.coverage?.some(({ state }) => state === 'hole')).toBe(false);
  });

  test('has no proven day where the table has fewer jobs than were recorded', async () => {
    const ledger = ledgerReader({ table: own.table, now: () => NOW });
    await ledger.saveCoverage(PROJECT_ID, (stored) => ({ ...(stored ?? coverage()), recorded: 61 }));
    const { projects, gaps } = await wholeEvidence(ledger, OPTIONS);
    await ledger.saveCoverage(PROJECT_ID, (stored) => ({ ...(stored ?? coverage()), recorded: 60 }));
    expect(gaps.map(({ reason }) => reason)).toContain('record-differs');
    const states = projects.flatMap(({ clusters }) =>
      clusters.flatMap((one) => one.coverage?.map(({ state }) => state)),
    );
    expect(states).not.toContain('proven');
    expect(states).toContain('hole');
  });

  test('has its months, with each restore of a whole backup', () => {
    const months = clusterOf('orders')?.drillMonths ?? [];
    expect(months.map(({ since }) => since.slice(0, 7))).toEqual(['2026-10', '2026-11']);
    const restored = months.reduce((sum, { restores }) => sum + restores, 0);
    expect(restored).toBe(
      clusterOf('orders')?.restores.filter(({ status, delivery }) => status === 'COMPLETED' && delivery !== 'download')
        .length,
    );
  });
});

describe('the pictures', () => {
  const pictures = () => /<section class="long" aria-labelledby="pictures">.*?<\/section>/s.exec(page)?.[0] ?? '';

  test('show holes first, and say how long they are', () => {
    const text = textOf(pictures());
    expect(text).toContain('12 days not proven : 2026-11-10 to 2026-11-21');
    expect(text.indexOf('alert(1)')).toBeLessThan(text.indexOf('orders'));
    expect(pictures()).toContain('class="cell cross"');
  });

  test('run nothing, load nothing and lead nowhere: names are text', () => {
    expect(pictures()).not.toContain('<script');
    expect(pictures()).not.toMatch(/ href=| src=| style=| on\w+=/);
    expect(pictures()).not.toContain('\u202e');
  });

  test('have each restore of the period in one column', () => {
    const rows = [...pictures().matchAll(/<th scope="row">2026-\d\d-\d\d<\/th>((?:<td class="r">[\d,]+<\/td>)+)/g)];
    const total = rows.reduce((sum, [, cells = '']) => sum + Number(/>(\d+)<\/td>$/.exec(cells)?.[1]), 0);
    expect(total).toBe(evidence.numbers.restores);
    expect(total).toBeGreaterThan(20);
  });
});
