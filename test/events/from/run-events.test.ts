import { expect, test } from 'vitest';
import { runEvents } from '../../../functions/events/from/run-events.ts';
import { MAX_DETAIL_BYTES } from '../../../functions/events/model/truncate.ts';
import { noCounts } from '../../../functions/ledger/model/run.ts';
import { RUN } from '../../ledger/jobs.ts';
import { run } from '../samples.ts';
import { wrongs } from '../schemas.ts';

const { finishedAt: _, counts: __, ...started } = run();
const running = { ...started, status: 'running' as const };

test('a run is published when it ends, and only then', () => {
  expect(runEvents(undefined, running)).toEqual([]);
  expect(runEvents(running, { ...running, projects: 3 })).toEqual([]);
  const [event, ...more] = runEvents(running, run());
  expect(more).toEqual([]);
  expect(event).toMatchObject({
    'detail-type': 'Collector Run Completed',
    time: '2026-11-23T12:00:00.000Z',
    detail: {
      id: `${RUN}:finished`,
      severity: 'info',
      message: `Collector run ${RUN} completed. 12 projects, 40 clusters, 400 restore jobs seen, 3 new, 1 changed.`,
    },
  });
  expect(wrongs(event)).toEqual([]);
  expect(runEvents(run(), run())).toEqual([]);
});

test.each([
  ['incomplete', 'warning'],
  ['failed', 'critical'],
] as const)('one that was %s is a %s, with the first failures', (status, severity) => {
  const failures = Array.from({ length: 5 }, (_, index) => ({
    what: 'projects',
    code: 'ATLAS_UNAUTHORIZED',
    message: `secret number ${index} was refused: https://cloud.example/x`,
  }));
  const counts = { ...noCounts(), clusters: 4, clustersFailed: 2 };
  const [event] = runEvents(running, run({ status, counts, failures }));
  expect(event).toMatchObject({ 'detail-type': 'Collector Run Incomplete', detail: { severity } });
  const { message = '' } = event?.detail ?? {};
  expect(message).toContain('4 clusters, 2 not read');
  expect(message).toContain('projects: ATLAS_UNAUTHORIZED: secret number 2 was refused');
  expect(message).toMatch(/ and 2 more\.$/);
  expect(message).not.toContain('cloud.example');
  expect(wrongs(event)).toEqual([]);
});

test('it is the one summary of what was too old to be published', () => {
  const counts = { ...noCounts(), jobsBackfilled: 38, findings: 2 };
  const [event] = runEvents(running, run({ counts }));
  expect(event?.detail.message).toMatch(
    /2 findings\.\nRecorded without an event each: 38 restores that had ended long before\.$/,
  );
});

test('it is the one summary of what first readings found, which is worth a message', () => {
  const counts = { ...noCounts(), findings: 21, firstLists: 78, firstFindings: 21, firstOverdue: 3 };
  const [event] = runEvents(running, run({ counts }));
  expect(event?.detail.severity).toBe('warning');
  expect(event?.detail.message.split('\n')[1]).toBe(
    'Read for the first time, so without a message each unless critical: 78 lists, 21 findings, 3 clusters overdue for a restore drill.',
  );
  const [quiet] = runEvents(running, run({ counts: { ...noCounts(), firstLists: 78 } }));
  expect(quiet?.detail).toMatchObject({ severity: 'info', message: expect.not.stringContaining('first time') });
});

test('a hundred long failures fit', () => {
  const failures = Array.from({ length: 100 }, () => ({ what: 'flex', code: 'X', message: '\u0001'.repeat(1_000) }));
  const [event] = runEvents(running, run({ status: 'incomplete', failures }));
  expect(Buffer.byteLength(JSON.stringify(event?.detail))).toBeLessThanOrEqual(MAX_DETAIL_BYTES);
  expect(event?.detail).toHaveProperty('cut');
  expect(wrongs(event)).toEqual([]);
});
