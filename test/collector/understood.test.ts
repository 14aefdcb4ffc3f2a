// What Atlas says and nobody expected, from its answer over HTTP to what the ledger, the API and the events say of it.

import { expect, test } from 'vitest';
import { openapi } from '../../functions/api/openapi/openapi.ts';
import { jobEvents } from '../../functions/events/from/job-events.ts';
import { NO_IDS } from '../../functions/ledger/model/id-set.ts';
import { ledgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import { silentLog } from '../../functions/platform/log.ts';
import { drillState, NO_VERDICTS } from '../../functions/proof/drill-state.ts';
import { evidenceOf } from '../../functions/proof/evidence-grade.ts';
import { expectedOf } from '../../functions/proof/expected.ts';
import { isDrill } from '../../functions/report/gather/drill-proof.ts';
import { gatherProject } from '../../functions/report/gather/gather-project.ts';
import { NumbersTally } from '../../functions/report/gather/numbers.ts';
import { NO_OBJECTIVES } from '../../functions/restore/objectives/objective.ts';
import { DEFAULT_RULES } from '../../functions/restore/rules/rules.ts';
import { HOUR, MINUTE } from '../../local/atlas/base/time.ts';
import { serveApi } from '../../local/serve.ts';
import { violations } from '../api/json-schema.ts';
import { CommandLine } from '../cli/command-line.ts';
import { wrongs } from '../events/schemas.ts';
import { testEngine } from '../ledger/engines.ts';
import { verified } from '../ledger/jobs.ts';
import { keptProjects } from '../report/whole.ts';
import { rewritten } from './rewriting.ts';
import { System } from './system.ts';

const engine = testEngine();

/** One cluster of a tier, whose list of restore jobs, or of collection-level ones, has these elements more, as text. */
async function world(tier: 'replicaSet' | 'flex', list: RegExp) {
  const system = await System.start(engine, { projects: 1, clusters: 0, jobs: 0 });
  const projectId = system.atlas.world.projects[0]?.id ?? '';
  system.atlas.world.addCluster({ projectId, clusterName: 'odd', tier });
  system.clock.advance(500 * 24 * HOUR);
  const { table } = await engine.newTable();
  const ledger = ledgerReader({ table, now: () => system.clock.now() });
  let more: string[] = [];
  const proxy = await rewritten(system, (path, text) =>
    list.test(path)
      ? text.replace(
          /"results"\s*:\s*\[\s*(?=([\]{]))/,
          (_, next: string) => `"results":[${more.join()}${next === '{' ? ',' : ''}`,
        )
      : text,
  );
  const idAt = (hoursAgo: number, nth = 0) =>
    `${Math.floor((system.clock.now() - hoursAgo * HOUR) / 1000).toString(16)}${nth.toString(16).padStart(16, '0')}`;
  const at = (hoursAgo: number) => new Date(system.clock.now() - hoursAgo * HOUR).toISOString().replace(/\.\d+/, '');
  const collect = async (elements: string[], full = false) => {
    more = elements;
    const rules = { rules: { ...DEFAULT_RULES, drillDays: 30 } };
    const { run } = await system.run({ full }, { ledger, accounts: [{ name: 'test', atlas: proxy.client }] }, rules);
    return run;
  };
  const cluster = async () => (await ledger.coverage(projectId))?.clusters.odd;
  return Object.assign(system, {
    ledger,
    projectId,
    idAt,
    at,
    collect,
    cluster,
    close: () => proxy[Symbol.asyncDispose](),
  });
}

const DEDICATED = /\/backup\/restoreJobs$/;
const FLEX = /\/flexClusters\/odd\/backup\/restoreJobs$/;

test('jobs with odd fields are recorded, marked, found, reported, and no drill; the run is as if they were not odd', async () => {
  await using system = await world('replicaSet', DEDICATED);
  const { idAt, at } = system;
  const done = `"finishedAt":"${at(1)}","failed":false,"cancelled":false,"expired":false`;
  const odd = [
    `"deliveryType":"liveMount",${done}`,
    `"deliveryType":"constructor",${done}`,
    `"deliveryType":"automated","finishedAt":"${at(1)}","failed":"false"`,
    `"deliveryType":"automated","finishedAt":"${at(-24 * 365)}"`,
    `"deliveryType":"pointInTime","oplogTs":"2026-08-01T20:02:07Z",${done}`,
    `"deliveryType":"pointInTime","pointInTimeUTCSeconds":1e400,"note":1e400,${done}`,
    `"deliveryType":"automated","snapshotId":"snap-0001","targetGroupId":"external",${done}`,
    `"deliveryType":"automated","__proto__":{"a":1},"constructor":"x","":"\\ud800","hasOwnProperty":[[[]]],"timestamp":[],${done}`,
  ];
  const elements = odd.map((fields, nth) => `{"id":"${idAt(2, nth)}",${fields}}`);
  const run = await system.collect(elements);
  expect(run).toMatchObject({ status: 'complete', counts: { jobsNew: odd.length, problems: 0 } });

  const jobs = await Promise.all(odd.map((_, nth) => system.ledger.job(idAt(2, nth))));
  const marked = jobs.map((job) => job?.problems?.map(({ field }) => field));
  expect(marked).toEqual([
    ...[['deliveryType'], ['deliveryType'], ['failed'], ['finishedAt'], ['oplogTs'], ['pointInTimeUTCSeconds']],
    ...[['snapshotId', 'targetGroupId'], ['timestamp']],
  ]);
  expect(jobs.map((job) => [job?.status, job?.delivery])).toEqual([
    ...[
      ['COMPLETED', 'unknown'],
      ['COMPLETED', 'unknown'],
      ['UNKNOWN', 'automated'],
      ['RUNNING', 'automated'],
    ],
    ...[
      ['COMPLETED', 'pointInTime'],
      ['COMPLETED', 'pointInTime'],
      ['COMPLETED', 'automated'],
      ['COMPLETED', 'automated'],
    ],
  ]);
  for (const job of jobs) {
    expect(job?.findings?.map(({ rule }) => rule)).toContain('unknown-job-shape');
    expect(job?.findings?.map(({ rule }) => rule)).not.toContain('cross-project');
  }
  // Only what is certain is a drill: the last four, whose odd fields decide nothing of it.
  expect(jobs.map((job) => job !== undefined && isDrill(job))).toEqual([
    ...Array(4).fill(false),
    ...Array(4).fill(true),
  ]);
  const list = (await system.cluster())?.lists.dedicated;
  expect(list).toMatchObject({ jobs: odd.length, notUnderstood: 4, lastCompleted: { jobId: idAt(2, 4) } });
  expect(list).not.toHaveProperty('problems');
  expect(list?.durations).toHaveLength(4);

  for (const job of jobs) {
    const events = job?.changes.flatMap((change) => jobEvents(job, change)) ?? [];
    expect(events.map(wrongs)).toEqual(events.map(() => []));
    expect(events.map(({ detail }) => ('finding' in detail ? detail.finding.rule : ''))).toContain('unknown-job-shape');
  }
  expect(await system.collect(elements)).toMatchObject({ status: 'complete', counts: { jobsChanged: 0 } });
  expect(await verified(system.ledger, system.projectId)).toMatchObject({ jobs: odd.length, breakCount: 0 });
  await system.close();
});

test('a cluster whose only restores are not understood was not restored, as far as anyone can tell', async () => {
  await using system = await world('replicaSet', DEDICATED);
  const id = system.idAt(2);
  const job = `{"id":"${id}","deliveryType":"liveMount","finishedAt":"${system.at(1)}"}`;
  await system.collect([job]);
  const cluster = await system.cluster();
  expect(cluster && drillState(cluster, new Date(system.clock.now()))).toMatchObject({ state: 'not-covered' });
  expect(cluster?.lists.dedicated).toMatchObject({ notUnderstood: 1 });
  expect(cluster?.lists.dedicated).not.toHaveProperty('lastCompleted');
  // The evidence says the same.
  const coverage = await system.ledger.coverage(system.projectId);
  const [since, until] = [system.at(3), system.at(0)];
  const expected = await expectedOf(system.ledger, { projectId: system.projectId, projectName: 'odd', coverage });
  const { projects, body } = keptProjects();
  const asking = { period: { since, until }, now: until };
  const nothing = { listed: new Map(), projectNames: new Map(), objectives: NO_OBJECTIVES };
  const gaps = await gatherProject(expected, { ledger: system.ledger, asking, ...nothing, body });
  const [evidence] = projects;
  expect(gaps).toContainEqual(expect.objectContaining({ reason: 'not-understood', text: expect.stringContaining(id) }));
  expect(evidence?.clusters).toMatchObject([
    { drill: { state: 'not-covered' }, restores: [{ jobId: id, problems: [{ field: 'deliveryType' }] }] },
  ]);
  expect(evidence?.clusters[0]?.drill).not.toHaveProperty('lastCompletedAt');
  const tally = new NumbersTally();
  for (const cluster of evidence?.clusters ?? []) tally.addCluster(cluster);
  expect(tally.numbers).not.toHaveProperty('recovery');
  // A later version of Atlas, or of this, says what it was.
  system.clock.advance(MINUTE);
  await system.collect([job.replace('liveMount', 'automated')], true);
  expect((await system.cluster())?.lists.dedicated).toMatchObject({ lastCompleted: { jobId: id } });
  expect((await system.cluster())?.lists.dedicated).not.toHaveProperty('notUnderstood');
  expect(await system.ledger.job(id)).not.toHaveProperty('problems');
  await system.close();
});

test('where the last completed restore is taken back after older ones were let go, none is said to be overdue', async () => {
  await using system = await world('replicaSet', DEDICATED);
  const { idAt, at } = system;
  const id = idAt(3);
  const element = (failed: boolean) =>
    `{"id":"${id}","deliveryType":"automated","finishedAt":"${at(2)}","failed":${failed},"cancelled":false,"expired":false}`;
  await system.collect([element(false)]);
  const cluster = await system.cluster();
  const projectId = (await system.ledger.job(id))?.projectId ?? '';
  const [stored, ended] = [await system.ledger.coverage(projectId), at(5 * 24)];
  if (!stored || !cluster) throw new Error('no coverage');
  const letGo = { before: at(4 * 24), kept: [], jobs: 1, ids: NO_IDS, heads: '', endedBy: ended, days: 30 };
  const next = { ...stored, letGo: { ...letGo, since: at(1), at: at(1), deletedAt: at(1) } };
  await system.ledger.saveCoverage(projectId, () => next, stored);
  system.clock.advance(MINUTE);
  await system.collect([element(true)], true);
  const after = await system.cluster();
  expect(after?.lists.dedicated).toMatchObject({ letGoUntil: ended });
  expect(after?.lists.dedicated).not.toHaveProperty('lastCompleted');
  expect(after?.drill).not.toHaveProperty('overdueAt');
  const now = new Date(system.clock.now());
  expect(after && evidenceOf(after, now, { verdicts: NO_VERDICTS })).toEqual({ grade: 'not known' });
  await system.close();
});

test.each([false, true])(
  'a restore that Atlas calls failed after it had called it completed is no evidence any more: an older one is again (full: %s)',
  async (full) => {
    await using system = await world('replicaSet', DEDICATED);
    const { idAt, at } = system;
    const [first, failed, last] = [idAt(20 * 24), idAt(5 * 24), idAt(3)];
    const element = (id: string, hoursAgo: number, more = '') =>
      `{"id":"${id}","deliveryType":"automated","finishedAt":"${at(hoursAgo)}","failed":false,"cancelled":false,"expired":false${more}}`;
    const elsewhere = `,"targetGroupId":"${'b'.repeat(24)}","targetClusterName":"copy"`;
    const older = [
      element(failed, 5 * 24 - 1, elsewhere).replace('"failed":false', '"failed":true'),
      element(first, 20 * 24 - 1, elsewhere),
    ];
    await system.collect([element(last, 2, elsewhere), ...older]);
    expect((await system.cluster())?.lists.dedicated).toMatchObject({
      lastCompleted: { jobId: last },
      lastElsewhere: { jobId: last },
    });
    system.clock.advance(MINUTE);
    const takenBack = element(last, 2, elsewhere).replace('"failed":false', '"failed":true');
    await system.collect([takenBack, ...older], full);
    expect(await system.ledger.job(last)).toMatchObject({ status: 'FAILED' });
    const cluster = await system.cluster();
    expect(cluster?.lists.dedicated).toMatchObject({
      lastCompleted: { jobId: first },
      lastElsewhere: { jobId: first },
    });
    expect(cluster && evidenceOf(cluster, new Date(system.clock.now()), { verdicts: NO_VERDICTS })).toMatchObject({
      ...{ grade: 'restored elsewhere', jobId: first },
    });
    // It finished, after all, and earlier than was said.
    system.clock.advance(MINUTE);
    await system.collect([element(last, 2.5, elsewhere), ...older], full);
    expect((await system.cluster())?.lists.dedicated?.lastCompleted).toMatchObject({ jobId: last });
    system.clock.advance(MINUTE);
    const sooner = at(2.75);
    await system.collect([element(last, 2.75, elsewhere), ...older], full);
    expect((await system.cluster())?.lists.dedicated?.lastCompleted).toMatchObject({
      ...{ jobId: last, finishedAt: new Date(sooner).toISOString() },
    });
    await system.collect(
      [takenBack, ...older.slice(0, 1), element(first, 20 * 24 - 1).replace('"failed":false', '"failed":true')],
      true,
    );
    expect((await system.cluster())?.lists.dedicated).not.toHaveProperty('lastCompleted');
    expect((await system.cluster())?.lists.dedicated).not.toHaveProperty('lastElsewhere');
    expect((await system.cluster())?.drill).toMatchObject({ overdueAt: expect.any(String) });
    await system.close();
  },
);

test('flex jobs that end under a word of another API are settled, and none of them is stuck', async () => {
  await using system = await world('flex', FLEX);
  const words = ['CLOSED', 'CANCELLED', 'SUCCEEDED', 'RUNNING', 'toString', 'expired', 'VERIFYING'];
  const elements = words.map(
    (word, nth) =>
      `{"id":"${system.idAt(20 * 24, nth)}","deliveryType":"RESTORE","status":"${word}"${word === 'VERIFYING' ? '' : `,"restoreFinishedDate":"${system.at(20 * 24 - 1)}"`}}`,
  );
  expect(await system.collect(elements)).toMatchObject({ counts: { jobsNew: words.length, problems: 0 } });
  const jobs = await Promise.all(words.map((_, nth) => system.ledger.job(system.idAt(20 * 24, nth))));
  expect(jobs.map((job) => job?.status)).toEqual([
    ...['UNKNOWN', 'CANCELLED', 'COMPLETED', 'UNKNOWN', 'UNKNOWN', 'EXPIRED', 'RUNNING'],
  ]);
  const stuck = jobs.filter((job) => job?.findings?.some(({ rule }) => rule === 'stuck'));
  expect(stuck.map((job) => job?.sourceStatus)).toEqual(['VERIFYING']);
  expect((await system.cluster())?.lists.flex).toMatchObject({ open: 1, notUnderstood: words.length });
  expect((await system.cluster())?.lists.flex).not.toHaveProperty('lastCompleted');
  await system.close();
});

test('what has no id of a job is a problem of its list, by its name, and the others are recorded', async () => {
  await using system = await world('replicaSet', DEDICATED);
  const good = `{"id":"${system.idAt(1)}","deliveryType":"automated"}`;
  const bad = ['null', '7', '{}', '{"id":null}', `{"id":"${system.idAt(2).slice(0, 20)}WXYZ"}`, '{"id":"constructor"}'];
  const run = await system.collect([good, ...bad]);
  expect(run.status).toBe('incomplete');
  expect(run.counts).toMatchObject({ jobsNew: 1, problems: bad.length });
  const { problems = [], problemCount } = (await system.cluster())?.lists.dedicated ?? {};
  expect(problemCount).toBe(bad.length);
  expect(problems[0]).toEqual({ field: 'results[]', expected: 'an object', got: 'null' });
  expect(problems.at(-1)).toEqual({
    ...{ jobId: 'constructor', field: 'id', expected: '24 hex digits in lower case', got: '"constructor"' },
  });
  await system.close();
});

test('the API shows, filters and counts what is not understood, in JSON and CSV', async () => {
  await using system = await world('flex', FLEX);
  const elements = [
    `{"id":"${system.idAt(2)}","deliveryType":"LIVE,\\"MOUNT","status":"CLOSED","restoreFinishedDate":"${system.at(1)}"}`,
    `{"id":"${system.idAt(3)}","deliveryType":"RESTORE","status":"COMPLETED","restoreFinishedDate":"${system.at(2)}"}`,
  ];
  await system.collect(elements);
  const now = () => system.clock.now();
  await using api = await serveApi({
    ledger: system.ledger,
    log: silentLog,
    now,
  });
  const json = async (path: string) => (await (await fetch(`${api.url}${path}`)).json()) as Record<string, unknown>;
  for (const filter of ['status=UNKNOWN', 'delivery=unknown', 'finding=unknown-job-shape']) {
    const { jobs } = (await json(`/restore-jobs?${filter}`)) as { jobs: { jobId: string }[] };
    expect(jobs.map(({ jobId }) => jobId)).toEqual([system.idAt(2)]);
  }
  const all = await json('/restore-jobs');
  const schema = { $ref: '#/components/schemas/JobList' };
  expect(violations(openapi(), schema, all)).toEqual([]);
  expect(await json('/summary?period=30d')).toMatchObject({
    byStatus: { UNKNOWN: 1, COMPLETED: 1 },
    byDelivery: { unknown: 1, automated: 1 },
    findings: { byRule: { 'unknown-job-shape': 1 } },
  });
  const csv = (await (await fetch(`${api.url}/restore-jobs?format=csv`)).text()).split('\r\n');
  expect(csv[0]?.split(',')).toContain('problems');
  expect(csv[1]).toContain(
    '"deliveryType: expected RESTORE, DOWNLOAD, got ""LIVE,""MOUNT""; status: expected PENDING, QUEUED, RUNNING, COMPLETED, FAILED, got ""CLOSED"""',
  );
  await using shell = await CommandLine.open();
  const there = ['--api', api.url];
  const one = await shell.run(['job', system.idAt(2), ...there]);
  expect(one).toMatchObject({ code: 0 });
  expect(one.stdout).toMatch(/status +UNKNOWN \(Atlas: CLOSED\)/);
  expect(one.stdout).toMatch(/not understood +deliveryType: expected RESTORE, DOWNLOAD, got "LIVE,"MOUNT"; status: /);
  const cells = (await shell.run(['jobs', '--format', 'csv', '--finding', 'unknown-job-shape', ...there])).stdout;
  expect(cells.split(/\r?\n/)).toEqual([
    expect.stringContaining(',problems,'),
    expect.stringContaining(`,UNKNOWN,CLOSED,unknown,`),
    '',
  ]);
  expect(await shell.run(['watch', system.idAt(2), ...there])).toMatchObject({ code: 7 });
  const page = await (await fetch(`${api.url}/jobs/${system.idAt(2)}`, { headers: { accept: 'text/html' } })).text();
  expect(page).toContain('Not understood');
  expect(page).toContain('Unknown');
  await system.close();
});
