import { expect, test } from 'vitest';
import { noCounts, type PartStatus, type Run, type RunPart } from '../../../functions/ledger/model/run.ts';
import { runOutcome } from '../../../functions/ledger/model/run-outcome.ts';

const at = '2026-11-23T12:00:00.000Z';
const run = (parts: Partial<Run> = {}): Run => ({
  ...{ runId: '6b04a8acd61c40b6e56f8470', trigger: 'schedule', scope: {}, full: false, startedAt: at },
  ...{ status: 'running', failures: [], projects: 2 },
  ...parts,
});
const part = (projectId: string, status: PartStatus = 'complete'): RunPart => ({
  ...{ projectId, projectName: `project ${projectId}`, status, startedAt: at, finishedAt: at },
  ...{ counts: noCounts(), failures: [] },
});
const planned = ['a', 'b'].map((projectId) => ({ projectId, projectName: `project ${projectId}` }));
const [a, b] = planned;
const failures = [{ what: 'projects', code: 'ATLAS_UNAUTHORIZED', message: 'no' }];

test.each<[string, Partial<Run>, RunPart[], PartStatus, unknown[]]>([
  ['every project has a complete part', {}, [part('a'), part('b')], 'complete', []],
  ['one was never read', {}, [part('a')], 'incomplete', [b]],
  ['none was ever read', {}, [], 'failed', [a, b]],
  ['one failed, the other was never read', {}, [part('a', 'failed')], 'failed', [b]],
  ['a part of another project came', {}, [part('a'), part('c')], 'incomplete', [b]],
  ['one is incomplete', {}, [part('a'), part('b', 'incomplete')], 'incomplete', []],
  ['both failed', {}, [part('a', 'failed'), part('b', 'failed')], 'failed', []],
  ['the run has a failure of its own', { failures }, [part('a'), part('b')], 'incomplete', []],
])('%s', (_, of, parts, status, unread) => {
  expect(runOutcome({ run: run(of), parts, planned })).toEqual({ status, unread, unreadCount: unread.length });
});

test('a run of no project proves nothing, nor does one that was not planned to the end', () => {
  expect(runOutcome({ run: run({ projects: 0 }), parts: [] }).status).toBe('failed');
  const { projects: _, ...unplanned } = run();
  expect(runOutcome({ run: unplanned, parts: [part('a')] }).status).toBe('incomplete');
});

test('a run of an earlier version, which did not record what it was to read, is evaluated by the number', () => {
  expect(runOutcome({ run: run(), parts: [part('a')] })).toEqual({ status: 'incomplete', unread: [], unreadCount: 1 });
  expect(runOutcome({ run: run(), parts: [part('a'), part('b')] }).status).toBe('complete');
});
