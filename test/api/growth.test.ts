// What an answer reads grows with what it shows or counts, and not with the ledger. The routes are the app's own, so that a new one
// has to have a request in bench/big/requests.ts.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answered, readAll } from '../../bench/big/api.ts';
import { CountingTable } from '../../bench/big/counting-table.ts';
import { fill, projectsOf } from '../../bench/big/made-ledger.ts';
import { mayRead, requestsOf } from '../../bench/big/requests.ts';
import { projectIdOf } from '../../bench/dynamo/made-jobs.ts';
import { reevaluateAll } from '../../bin/actions/reevaluate.ts';
import { namesFor } from '../../bin/output/job-table.ts';
import { Progress } from '../../bin/process/progress.ts';
import type { Terminal } from '../../bin/process/terminal.ts';
import { readable } from '../../bin/remote/ledger-port.ts';
import { openapi } from '../../functions/api/openapi/openapi.ts';
import { LISTED_PROJECTS } from '../../functions/api/web/parts/project-names.ts';
import { ledgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import { PAGE_ITEMS } from '../../functions/ledger/repositories/queries.ts';
import { tableLedger } from '../../functions/ledger/repositories/table-ledger.ts';
import { listOf } from '../../functions/platform/lists/list-of.ts';
import { verifyAll } from '../../functions/proof/verify/verify-all.ts';
import { gather } from '../../functions/report/gather/gather.ts';
import { DEFAULT_RULES } from '../../functions/restore/rules/rules.ts';
import { type EngineTable, testEngine } from '../ledger/engines.ts';
import { NOW } from '../ledger/table.ts';
import { keptProjects } from '../report/whole.ts';

const untilMs = Date.parse(NOW);
/** The larger one has more jobs than a page may look at. */
const SIZES = [
  { jobs: 1_000, clusters: 100, runs: 60, untilMs },
  { jobs: 5_000, clusters: 500, runs: 60, untilMs },
];
const [SMALL, LARGE] = SIZES;
const progress = { show: () => {} };

const engine = testEngine();

describe.each(SIZES)('of $jobs jobs of $clusters clusters', (load) => {
  let own: EngineTable;
  let answers: Answered[];
  beforeAll(async () => {
    own = await engine.newTable(() => untilMs);
    await fill(own.ledger, load);
    answers = await readAll(own.table, load);
  });
  afterAll(() => own[Symbol.asyncDispose]());

  test('each route reads no more than its answer is about, twice, and a little', () => {
    const wrong = answers.flatMap(({ request, about, items }) => {
      const limit = mayRead(request, about);
      return items <= limit ? [] : [`GET ${request.target} read ${items} items for ${about}: at most ${limit}`];
    });
    expect(wrong).toEqual([]);
  });

  test('second pages of every list are among them', () => {
    const next = answers.filter(({ request }) => request.target.includes('cursor='));
    const routes = [...new Set(next.map(({ request }) => request.route))].sort();
    expect(routes).toEqual(['GET /', 'GET /coverage', 'GET /restore-jobs', 'GET /runs']);
  });

  test('a single thing is read by itself', () => {
    const single = answers.filter(({ request: { target } }) => /^\/(jobs|restore-jobs)\/\w(?!.*project=)/.test(target));
    expect(single).toHaveLength(4);
    // Of the index, itself, and the name of the project that it went to.
    for (const { items } of single) expect(items).toBeLessThanOrEqual(3);
  });

  const reading = () => {
    const counting = new CountingTable(own.table);
    return { counting, ledger: tableLedger({ table: counting, now: () => untilMs }) };
  };
  /** In a scan of the table and of its index, by itself, and as a part of three runs. */
  const PER_PROJECT = 12;

  test('verify reads each item once, and what the index over all projects shows once', async () => {
    const { counting, ledger } = reading();
    const results = await listOf(verifyAll(ledger, { progress }));
    expect(results.reduce((sum, { jobs }) => sum + jobs, 0)).toBe(load.jobs);
    expect(results.filter(({ breakCount, unverified }) => breakCount + unverified.length > 0)).toEqual([]);
    const { items } = counting.taken();
    const days = 1_200; // the counts of a year's days, their jobs, and their marks, in a scan
    expect(items).toBeLessThanOrEqual(2 * load.jobs + PER_PROJECT * projectsOf(load) + 3 * load.runs + days);
  });

  test('verify of one project finds the same of it, and reads nothing of the others', async () => {
    const { counting, ledger } = reading();
    const projectId = projectIdOf(1);
    const all = await listOf(verifyAll(ledger, { progress }));
    counting.taken();
    const some = await listOf(verifyAll(ledger, { projectIds: [projectId], progress }));
    expect(some).toEqual(all.filter((result) => result.projectId === projectId));
    const { items } = counting.taken();
    const jobs = some[0]?.jobs ?? 0;
    expect(jobs).toBeGreaterThan(0);
    // Each job and its entry in the index of clusters; the scope, the project and its coverage.
    expect(items).toBeLessThanOrEqual(2 * jobs + 3);
  });

  test('evidence reads the restores of its period, and of all others their entries in one index', async () => {
    const { counting, ledger } = reading();
    const [since, until] = [new Date(untilMs - 30 * 86_400_000).toISOString(), NOW];
    const about = { period: { since, until, ended: false }, madeAt: NOW, version: '0', ledgerName: 'made' };
    const quiet = new Progress({ isTerminal: false } as Terminal, { on: false });
    const { projects, body } = keptProjects();
    const { numbers, gaps } = await gather(ledger, { ...about, verify: false, progress: quiet }, body);
    const shown = projects.flatMap(({ clusters }) => clusters.flatMap(({ restores }) => restores)).length;
    expect([numbers.restores, numbers.clusters]).toEqual([shown, load.clusters]);
    expect(gaps.filter(({ reason }) => reason === 'record-differs')).toEqual([]);
    const perCluster = 10; // some restores before the period, to find a completed one
    const { items } = counting.taken();
    expect(items).toBeLessThanOrEqual(
      load.jobs + shown + perCluster * load.clusters + PER_PROJECT * projectsOf(load) + 3 * load.runs,
    );
  });

  test('reevaluate reads a project, and of others the coverage of those that its restores go to', async () => {
    const { counting, ledger } = reading();
    const result = { projects: 0, jobs: 0, changed: 0, findings: {} };
    const quiet = new Progress({ isTerminal: false } as Terminal, { on: false });
    const how = { period: {}, dryRun: true, runId: 'f'.repeat(24), at: NOW, progress: quiet };
    const options = {
      ...how,
      rules: DEFAULT_RULES,
      projectIds: [projectIdOf(0)],
      signal: new AbortController().signal,
    };
    await reevaluateAll(ledger, options, result);
    expect(result).toMatchObject({ projects: 1, jobs: expect.any(Number) });
    expect(result.jobs).toBeGreaterThan(0);
    expect(counting.taken().items).toBeLessThanOrEqual(result.jobs + 2);
  });

  test('the command line reads a project by itself, and names without the coverage', async () => {
    const counting = new CountingTable(own.table);
    const ledger = readable(ledgerReader({ table: counting, now: () => untilMs }), () => untilMs);
    const [projectId, targetProjectId] = [projectIdOf(0), projectIdOf(1)];
    expect(await listOf(ledger.coverageRows([projectId, 'f'.repeat(24)]))).toHaveLength(25);
    expect(counting.taken().items).toBe(2);
    expect(await namesFor([{ projectId, targetProjectId }], ledger)).toEqual(new Map([[targetProjectId, 'team-1']]));
    expect(counting.taken().items).toBe(1);
  });
});

test('the sizes tell the law from one that is broken', () => {
  expect(LARGE && LARGE.jobs > PAGE_ITEMS + mayRead({}, 0)).toBe(true);
  // The projects of the larger one, by which a page that read them all for one name would show.
  expect(LARGE && 3 * projectsOf(LARGE)).toBeGreaterThan(mayRead({}, 1));
  expect(LARGE && projectsOf(LARGE)).toBeLessThan(LISTED_PROJECTS);
});

test('every query parameter that the OpenAPI document has is in some request, but for cursors, of which those to the next page are followed', () => {
  const paths = openapi().paths as Record<string, Record<string, { parameters?: { name: string; in: string }[] }>>;
  const requests = SMALL ? requestsOf(SMALL, []) : [];
  const missing = Object.entries(paths).flatMap(([path, operations]) => {
    const route = `GET ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
    const asked = requests.filter((request) => request.route === route).map(({ target }) => target);
    const names = (operations.get?.parameters ?? []).flatMap((each) => (each.in === 'query' ? [each.name] : []));
    return names
      .filter((name) => name !== 'cursor' && name !== 'before' && !asked.some((target) => target.includes(`${name}=`)))
      .map((name) => `${route} ${name}`);
  });
  expect(missing).toEqual([]);
});
