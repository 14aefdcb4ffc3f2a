import { expect, test } from 'vitest';
import { type CheckPorts, check, checkRequest } from '../../../functions/collector/health/check.ts';
import { healthOf } from '../../../functions/collector/health/health.ts';
import { noCounts, RUN_DIED, type Run, type RunPart } from '../../../functions/ledger/model/run.ts';
import { parseSchedule } from '../../../functions/platform/schedule/schedule.ts';
import { lowestIdAt } from '../../../functions/restore/object-id.ts';

const MINUTE_MS = 60_000;
const NOW = Date.parse('2026-11-23T12:00:00Z');
const ago = (minutes: number) => new Date(NOW - minutes * MINUTE_MS);

/** A run over everything that took two minutes. */
const runAgo = (minutes: number, more: Partial<Run> = {}): Run => ({
  runId: lowestIdAt(ago(minutes)),
  trigger: 'schedule',
  scope: {},
  full: false,
  status: 'complete',
  startedAt: ago(minutes).toISOString(),
  finishedAt: ago(minutes - 2).toISOString(),
  counts: noCounts(),
  failures: [],
  ...more,
});
const incomplete = (minutes: number, counts: Partial<Run['counts']> = {}) =>
  runAgo(minutes, { status: 'incomplete', counts: { ...noCounts(), ...counts } });
const died = (minutes: number) =>
  runAgo(minutes, {
    status: 'incomplete',
    finishedAt: ago(0).toISOString(),
    failures: [{ what: 'run', code: RUN_DIED, message: '' }],
  });

const frequent = { schedule: parseSchedule('rate(15 minutes)'), runsToAlarm: 2 };
const daily = { schedule: parseSchedule('cron(0 6 * * ? *)'), runsToAlarm: 1 };
const health = (runs: Run[], expected = frequent, parts: RunPart[] = [], knownSince = NOW) =>
  healthOf({ runs, parts, knownSince }, expected, NOW);

test('well is zero', () => {
  expect(new Set(Object.values(health([runAgo(10), runAgo(25), runAgo(40)])))).toEqual(new Set([0]));
});

test('a run is overdue from the slot after the last one that ended', () => {
  const overdue = (...args: Parameters<typeof health>) => health(...args).RunOverdueMinutes;
  expect(overdue([runAgo(15)])).toBe(0);
  expect(overdue([runAgo(50)])).toBe(35);
  expect(overdue([runAgo(60 * 5)], daily)).toBe(0); // 07:00, by hand
  expect(overdue([runAgo(60 * 7)], daily)).toBe(60 * 6); // 05:00, and then none at 06:00
  expect(overdue([], daily, [], ago(60 * 24).getTime())).toBe(60 * 6);
  expect(overdue([], daily, [], ago(60).getTime())).toBe(0);
});

test('a run that a later one declared dead did not end', () => {
  expect(health([died(15), died(30), runAgo(60)])).toMatchObject({ RunOverdueMinutes: 45, RunsIncomplete: 2 });
});

test('runs that are not complete count up to the last that is', () => {
  const count = (...runs: Run[]) => health(runs).RunsIncomplete;
  expect(count(incomplete(10), runAgo(25))).toBe(1);
  expect(count(incomplete(10), incomplete(25), runAgo(40))).toBe(2);
  expect(count(runAgo(10), incomplete(25), incomplete(40))).toBe(0);
});

test('clusters count once they failed in two of three runs; of a daily schedule, at once', () => {
  const failing = [
    incomplete(10, { clustersFailed: 5, eventsFailed: 1 }),
    runAgo(25),
    incomplete(40, { clustersFailed: 2 }),
  ];
  expect(health(failing)).toMatchObject({ ClustersFailing: 2, EventsUnread: 0 });
  expect(health(failing.slice(0, 2)).ClustersFailing).toBe(0);
  expect(health(failing, daily)).toMatchObject({ ClustersFailing: 5, EventsUnread: 1 });
  expect(health(failing.slice(1), daily).ClustersFailing).toBe(0);
});

test('refusals of the last run count, in its plan and in its parts; its scope in its plan', () => {
  const failure = (code: string) => ({ what: 'projects', code, message: '' });
  const failures = ['ATLAS_UNAUTHORIZED', 'PROJECT_NOT_VISIBLE', 'PROJECT_NOT_VISIBLE', 'NO_PROJECTS'].map(failure);
  const part = { failures: [failure('ATLAS_FORBIDDEN'), failure('ATLAS_UNAVAILABLE')] } as RunPart;
  const last = runAgo(10, { status: 'incomplete', failures });
  expect(health([last, runAgo(25)], frequent, [part])).toMatchObject({
    CredentialsRefused: 2,
    ProjectsNotVisible: 2,
    EmptyScopes: 1,
  });
  expect(health([runAgo(10), last])).toMatchObject({ CredentialsRefused: 0, ProjectsNotVisible: 0, EmptyScopes: 0 });
});

/** Pages of two. */
function ledgerOf(runs: Run[], parts: RunPart[] = []): CheckPorts {
  return {
    now: () => NOW,
    createdAt: async () => ago(20).getTime(),
    ledger: {
      async runs({ cursor = '0' }) {
        const next = Number(cursor) + 2;
        return { items: runs.slice(Number(cursor), next), ...(next < runs.length ? { cursor: String(next) } : {}) };
      },
      async run(runId) {
        const run = runs.find((each) => each.runId === runId);
        return run && { run, parts };
      },
    },
  };
}

test('runs of one project and runs under way are passed over, on as many pages as it takes', async () => {
  const running = runAgo(1, { status: 'running' });
  delete running.finishedAt;
  const ofOne = [2, 3, 4, 5].map((minutes) => runAgo(minutes, { scope: { projectId: 'p' } }));
  const runs = [running, ...ofOne, incomplete(15), incomplete(30), runAgo(45)];
  const part = { failures: [{ what: 'dedicated', code: 'ATLAS_FORBIDDEN', message: '' }] } as RunPart;
  expect(await check(frequent, ledgerOf(runs, [part]), 90)).toMatchObject({
    RunOverdueMinutes: 0,
    RunsIncomplete: 2,
    CredentialsRefused: 1,
  });
});

test('where no run is on record, one is awaited from when the ledger was made, or from when runs expire', async () => {
  expect((await check(frequent, ledgerOf([]), 90)).RunOverdueMinutes).toBe(5);
  const old = { ...ledgerOf([]), createdAt: async () => 0 };
  expect((await check(daily, old, 1)).RunOverdueMinutes).toBe(6 * 60);
  const yearly = { schedule: parseSchedule('cron(0 6 1 1 ? *)'), runsToAlarm: 1 };
  expect((await check(yearly, old, 90)).RunOverdueMinutes).toBe(0);
});

test('an event that is wrong is refused with the field', () => {
  const event = { trigger: 'check', schedule: 'rate(1 hour)', timeZone: 'UTC', runsToAlarm: 1 };
  expect(checkRequest(event)).toEqual({ schedule: { everyMinutes: 60 }, runsToAlarm: 1 });
  expect(() => checkRequest({ ...event, timeZone: undefined })).toThrow('invalid check event: timeZone');
  expect(() => checkRequest({ ...event, schedule: 'rate(1 day' })).toThrow('expected rate(...) or cron(...)');
});
