// The lake in DuckDB: types, rows, and the six questions, held against what the ledger itself answers. Athena runs nowhere but in AWS; its SQL
// is Trino's, and these questions are written so that both take them as they are.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COLUMNS } from '../../functions/lake/columns.ts';
import { annotateJob } from '../../functions/ledger/annotations/annotate.ts';
import type { LedgerJob } from '../../functions/ledger/model/ledger.ts';
import { tableLedger } from '../../functions/ledger/repositories/table-ledger.ts';
import { percentile } from '../../functions/platform/percentile.ts';
import { destinationOf } from '../../functions/restore/destination.ts';
import { isFound, type Requester } from '../../functions/restore/requesters/requester.ts';
import { isCompletedRestore } from '../../functions/restore/understood.ts';
import { LAKE_QUERIES } from '../../lib/data/lake-queries.ts';
import { SqliteTable } from '../../local/sqlite/sqlite-table.ts';
import { CommandLine } from '../cli/command-line.ts';
import { commandsRunBy } from '../docs/documented-commands.ts';
import { codeBlocks, readDocument } from '../docs/markdown.ts';
import { completed, idAt, job, PROJECT, RUN } from '../ledger/jobs.ts';

const DAY_MS = 86_400_000;
const OTHER = 'b'.repeat(24);
/** As JSON would break it, SQL would end at it, or a path would go up by it. */
const HOSTILE = `'; DROP TABLE changes; -- "\u0000\\ ../🦆\n=cmd()`;
const now = Date.now();
let shell: CommandLine;
let duckdb: DuckDBConnection;
let jobs: LedgerJob[] = [];

/** 200 synthetic restores of the last 100 days, each recorded at its request, and most of them again when they ended. */
async function fill(dataDir: string) {
  await using table = await SqliteTable.open({ dataDir, create: true, write: true });
  const ledger = tableLedger({ table });
  await ledger.recordPlan(RUN, []);
  const by = { kind: 'user' as const, name: 'auditor@here' };
  for (let n = 0; n < 200; n++) {
    const requestedMs = Math.floor((now - 2 * DAY_MS - (n / 2) * DAY_MS) / 1_000) * 1_000;
    const jobId = idAt(new Date(requestedMs).toISOString(), n);
    const observedAt = (minutes: number) => new Date(requestedMs + minutes * 60_000).toISOString();
    const running = job({
      ...{ jobId, requestedAt: new Date(requestedMs).toISOString(), clusterName: `cluster-${n % 4}` },
      ...{ projectId: n % 5 ? PROJECT : OTHER, targetProjectId: n % 3 ? (n % 5 ? PROJECT : OTHER) : 'd'.repeat(24) },
      targetClusterName: n === 7 ? HOSTILE : 'restored',
      snapshotAt: new Date(requestedMs - 6 * 3_600_000).toISOString(),
      delivery: n % 11 ? 'automated' : 'download',
    });
    const requester: Requester =
      n % 4
        ? {
            actor: { kind: 'user', name: n === 9 ? HOSTILE : `person-${n % 3}` },
            grade: n % 2 ? 'strong' : 'exact',
            points: 95,
            rivals: 0,
            eventType: 'X',
          }
        : { reason: 'none' };
    await ledger.record(running, { runId: RUN, observedAt: observedAt(1) }, false, { requester });
    if (n % 7 === 6) continue;
    const ended =
      n % 10 === 3 ? { ...running, status: 'FAILED' as const } : completed(running, observedAt(3 + ((n * 17) % 90)));
    await ledger.record(ended, { runId: RUN, observedAt: observedAt(100) }, true);
    const status = n % 8 === 1 ? 'SUCCESSFUL' : n % 8 === 2 ? 'FAILED' : undefined;
    const at = observedAt(200);
    if (status)
      await annotateJob(table, running, { validation: { status }, ticket: `OPS-${n}` }, { by, at, runId: RUN });
  }
  await ledger.markDaysAgain();
  const found: LedgerJob[] = [];
  for await (const { job: each } of ledger.recordedJobs()) found.push(each);
  jobs = found;
}

beforeAll(async () => {
  shell = await CommandLine.open({});
  await fill(join(shell.dir, '.ledger'));
  for (const { text } of commandsRunBy('test/duckdb/lake.duckdb.ts')) {
    for (const line of text.trim().split('\n')) {
      const words = line.split(' ');
      expect(words.shift()).toBe('bin/restore-ledger');
      expect(await shell.run(words)).toMatchObject({ code: 0 });
    }
  }
  duckdb = await (await DuckDBInstance.create(':memory:')).connect();
  // As docs/lake.md says it.
  const [view = expect.unreachable()] = sqlOf('docs/lake.md').filter((sql) => sql.includes('CREATE VIEW'));
  for (const statement of view.split(';'))
    if (statement.trim()) await duckdb.run(statement.replace("'lake/", `'${shell.dir}/lake/`));
});
afterAll(async () => {
  duckdb?.closeSync();
  await shell?.[Symbol.asyncDispose]();
});

const sqlOf = (path: string) =>
  codeBlocks(readDocument(path)).flatMap(({ language, text }) => (language === 'sql' ? [text.trim()] : []));

async function ask(sql: string, values?: string[]): Promise<Record<string, unknown>[]> {
  return (await duckdb.runAndReadAll(sql, values)).getRowObjectsJson();
}
const question = (name: string, values?: string[]) =>
  ask(LAKE_QUERIES.find((query) => query.name === name)?.sql ?? expect.unreachable(), values);
const iso = (shown: unknown) =>
  shown === null ? null : new Date(String(shown).replace(' ', 'T').replace(/\+00$/, 'Z')).toISOString();
const nameOf = ({ requester }: LedgerJob) => (isFound(requester) ? requester.actor.name : null);
const gradeOf = ({ requester }: LedgerJob) => (isFound(requester) ? requester.grade : null);

test('every change of every job is there, on its day, and no file has anything else', async () => {
  const wanted = jobs.flatMap(({ jobId, changes }) =>
    changes.map(({ revision, at }) => `${at.slice(0, 10)} ${jobId} ${revision}`),
  );
  const rows = await ask('SELECT day, job_id, revision FROM changes');
  expect(rows.map(({ day, job_id, revision }) => `${day} ${job_id} ${revision}`).sort()).toEqual(wanted.sort());
  expect(wanted.length).toBeGreaterThan(400);
  expect(
    await ask("SELECT count(*) AS other FROM changes WHERE day <> strftime(changed_at, '%Y-%m-%d') OR NOT state_known"),
  ).toEqual([{ other: '0' }]);
  const days = readdirSync(join(shell.dir, 'lake'));
  expect(days.length).toBeGreaterThanOrEqual(100);
});

test('the columns have the types that the table of Glue says', async () => {
  const TYPES = {
    ...{ string: 'VARCHAR', int: 'INTEGER', boolean: 'BOOLEAN' },
    ...{ timestamp: 'TIMESTAMP WITH TIME ZONE', 'array<string>': 'VARCHAR[]' },
  };
  const described = await ask('SELECT column_name, column_type FROM (DESCRIBE changes)');
  expect(described).toEqual([
    ...COLUMNS.map(({ name, type }) => ({ column_name: name, column_type: TYPES[type] })),
    { column_name: 'day', column_type: 'VARCHAR' },
  ]);
});

test('texts of others arrive as they are', async () => {
  const rows = await ask(
    'SELECT DISTINCT target_cluster_name AS text FROM changes UNION SELECT DISTINCT requester_name FROM changes',
  );
  expect(rows.map(({ text }) => text)).toContain(HOSTILE);
});

describe('the six questions', () => {
  const ninetyDays = new Date(now - (now % DAY_MS) - 90 * DAY_MS).toISOString();
  const byRequest = (a: LedgerJob, b: LedgerJob) => (a.requestedAt + a.jobId < b.requestedAt + b.jobId ? -1 : 1);

  test('are six, and docs/lake.md has each, as the stack has it', () => {
    expect(LAKE_QUERIES).toHaveLength(6);
    const shown = sqlOf('docs/lake.md');
    for (const { name, sql } of LAKE_QUERIES) expect(shown, name).toContain(sql);
  });

  test('who restored data into another project last month', async () => {
    const today = new Date(now);
    const month = (back: number) =>
      new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - back)).toISOString();
    const wanted = jobs
      .filter(
        (each) =>
          destinationOf(each).place === 'elsewhere' && each.requestedAt >= month(1) && each.requestedAt < month(0),
      )
      .sort(byRequest)
      .map((each) => [each.jobId, each.status, nameOf(each), gradeOf(each)]);
    expect(wanted.length).toBeGreaterThan(5);
    const rows = await question('restored-elsewhere-last-month');
    expect(rows.map((row) => [row.job_id, row.status, row.requester_name, row.requester_grade])).toEqual(wanted);
  });

  test('how long restores take, month by month', async () => {
    const durations = new Map<string, number[]>();
    for (const each of jobs.filter(isCompletedRestore)) {
      const key = `${each.projectId} ${each.clusterName} ${each.requestedAt.slice(0, 7)}`;
      durations.set(key, [...(durations.get(key) ?? []), each.durationSeconds ?? expect.unreachable()]);
    }
    const wanted = [...durations].map(([key, all]) => [key, all.length, percentile(all, 0.5), percentile(all, 0.95)]);
    const rows = await question('duration-trend');
    const got = rows.map((row) => [
      `${row.project_id} ${row.cluster_name} ${String(row.month).slice(0, 7)}`,
      ...[Number(row.restores), row.p50_seconds, row.p95_seconds],
    ]);
    expect(got.sort()).toEqual(wanted.sort());
    expect(got.length).toBeGreaterThan(10);
  });

  test('what nobody has validated', async () => {
    const wanted = jobs
      .filter(
        (each) =>
          isCompletedRestore(each) && each.validation?.status !== 'SUCCESSFUL' && each.requestedAt >= ninetyDays,
      )
      .sort(byRequest)
      .map(({ jobId, validation }) => [jobId, validation?.status ?? null]);
    expect(wanted.length).toBeGreaterThan(50);
    const rows = await question('completed-not-validated');
    expect(rows.map(({ job_id, validation_status }) => [job_id, validation_status])).toEqual(wanted);
  });

  test('the last restore of each cluster, and the last one that was validated', async () => {
    const last = (of: LedgerJob[]) =>
      of
        .map(({ finishedAt }) => finishedAt ?? '')
        .sort()
        .at(-1) ?? null;
    const clusters = [...new Set(jobs.map((each) => `${each.projectId} ${each.clusterName}`))].sort();
    const wanted = clusters.map((key) => {
      const done = jobs.filter((each) => `${each.projectId} ${each.clusterName}` === key && isCompletedRestore(each));
      const elsewhere = done.filter((each) => destinationOf(each).place === 'elsewhere');
      return [
        key,
        last(done),
        last(elsewhere),
        last(done.filter(({ validation }) => validation?.status === 'SUCCESSFUL')),
      ];
    });
    const rows = await question('last-restore-of-each-cluster');
    const got = rows.map((row) => [
      `${row.project_id} ${row.cluster_name}`,
      ...[iso(row.last_completed), iso(row.last_completed_elsewhere), iso(row.last_validated)],
    ]);
    expect(got.sort()).toEqual(wanted);
  });

  test('what happened to a restore', async () => {
    const one = jobs.find(({ changes }) => changes.length === 3) ?? expect.unreachable();
    const rows = await question('history-of-a-restore', [one.jobId]);
    expect(
      rows.map(({ revision, status, changed_at, changed_fields }) => [
        revision,
        status,
        iso(changed_at),
        changed_fields,
      ]),
    ).toEqual(one.changes.map(({ revision, status, at, fields }) => [revision, status, at, Object.keys(fields)]));
    expect(await question('history-of-a-restore', ["' OR 1 = 1 --"])).toEqual([]);
  });

  test('who requested how many', async () => {
    const recent = jobs.filter(({ requestedAt }) => requestedAt >= ninetyDays);
    const groups = new Map<string, LedgerJob[]>();
    for (const each of recent) {
      const { requester } = each;
      const key = JSON.stringify([nameOf(each), gradeOf(each), isFound(requester) ? null : requester?.reason]);
      groups.set(key, [...(groups.get(key) ?? []), each]);
    }
    const wanted = [...groups].map(([key, all]) => [
      key,
      ...[all.length, all.filter(isCompletedRestore).length, all.filter(({ status }) => status === 'FAILED').length],
      ...['elsewhere', 'download'].map((place) => all.filter((each) => destinationOf(each).place === place).length),
    ]);
    const rows = await question('restores-by-requester');
    const got = rows.map((row) => [
      JSON.stringify([row.requester_name, row.requester_grade, row.reason]),
      ...[row.restores, row.completed, row.failed, row.elsewhere, row.downloads].map(Number),
    ]);
    expect(got.sort()).toEqual(wanted.sort());
  });
});
