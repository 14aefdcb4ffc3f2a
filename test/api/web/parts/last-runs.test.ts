// The last run on the page: of everything, however many runs of less came after it.
import { beforeEach, expect, test } from 'vitest';
import { lastRuns } from '../../../../functions/api/web/parts/last-runs.ts';
import { runsPart } from '../../../../functions/api/web/parts/run-part.ts';
import type { Run, RunScope } from '../../../../functions/ledger/model/run.ts';
import { MINUTE } from '../../../../local/atlas/base/time.ts';
import { testEngine } from '../../../ledger/engines.ts';
import { idAt } from '../../../ledger/jobs.ts';
import { type Site, startSite, textOf } from '../site.ts';
import { before, coverages, jobsOf, NOW, PROJECTS } from '../world.ts';

const engine = testEngine();
let site: Site;
beforeEach(async () => {
  site = await startSite(engine, { jobs: jobsOf(1), coverages: coverages(true) }); // with an incomplete run, 4 min ago
  return () => site[Symbol.asyncDispose]();
});

const ONE: RunScope = { projectId: PROJECTS[0].projectId };

async function add(
  minutesAgo: number,
  scope: RunScope,
  end: 'complete' | 'failed' | 'running',
  listedAgo = minutesAgo,
) {
  const runId = idAt(before(listedAgo * MINUTE), `${minutesAgo} ${JSON.stringify(scope)}`);
  const startedAt = before(minutesAgo * MINUTE);
  const run: Run = { runId, trigger: 'request', scope, full: false, startedAt, status: 'running', failures: [] };
  await site.ledger.startRun(run);
  const failures = end === 'failed' ? [{ what: 'projects', code: 'ATLAS_AUTH', message: 'refused' }] : [];
  if (end !== 'running') await site.ledger.planRun(runId, 0, failures);
  return runId;
}
const pages = async () => [textOf(await site.get('/')), textOf(await site.get('/clusters'))] as const;

test('a run of one project, or of a cluster, does not stand for everything, and is shown apart', async () => {
  await add(3, ONE, 'failed');
  await add(2, { ...ONE, clusterName: '<b>x' }, 'complete');
  const [overview, clusters] = await pages();
  expect(overview).toContain('Last run Incomplete 4 min ago 2 other runs since');
  expect(clusters).toMatch(/Last run Incomplete Began 4 min ago/);
  expect(clusters).toMatch(
    new RegExp(
      `Other runs since Failed cluster <b>x of project ${ONE.projectId} , began 2 min ago.*Failed project ${ONE.projectId} , began 3 min ago`,
    ),
  );
});

test('one that runs is shown as running, with the last that has ended beside it', async () => {
  await add(1, {}, 'running');
  const [overview, clusters] = await pages();
  expect(overview).toContain('Last run Running 1 min ago before: Incomplete 4 min ago');
  expect(clusters).toMatch(/Last run Running Began 1 min ago.*The run before Incomplete Began 4 min ago/);
});

test('a failed run of everything shows, though runs of one project came after it', async () => {
  await add(3, {}, 'failed');
  await add(1, ONE, 'complete');
  const [overview, clusters] = await pages();
  expect(overview).toContain('Last run Failed 3 min ago 1 other run since');
  expect(clusters).toContain('ATLAS_AUTH projects: refused');
});

test('a run that was started by key counts from when it began, not from the hour it is listed in', async () => {
  await add(1, {}, 'failed', 50);
  expect((await pages())[0]).toContain('Last run Failed 1 min ago');
});

test('where there are none but of one project, that is said', async () => {
  const run = { runId: idAt(before(MINUTE)), trigger: 'request', scope: ONE, full: false, failures: [] } as const;
  const items: Run[] = [{ ...run, failures: [], startedAt: before(MINUTE), status: 'complete' }];
  const found = await lastRuns({ runs: async () => ({ items }) });
  expect(found).toEqual({ others: items, complete: true });
  expect(textOf(String(runsPart(found, NOW)))).toMatch(/No run of everything .* Other runs Complete project/);
});

test('however many runs there are, the reading is bounded, and says where it ended', async () => {
  let read = 0;
  const run = (n: number): Run => ({
    ...{ runId: idAt(before(n * MINUTE)), trigger: 'request', scope: ONE, full: false },
    ...{ startedAt: before(n * MINUTE), status: 'complete', failures: [] },
  });
  const runs = async ({ limit = 50 }) => {
    const items = Array.from({ length: limit }, () => run(++read));
    return { items, cursor: 'more' };
  };
  const found = await lastRuns({ runs });
  expect(read).toBe(330);
  expect(found).toMatchObject({ complete: false });
  expect(found.newest).toBeUndefined();
});
