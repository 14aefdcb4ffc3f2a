import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jobEvents } from '../../../functions/events/from/job-events.ts';
import { MAX_DETAIL_BYTES } from '../../../functions/events/model/truncate.ts';
import { isBackfilled } from '../../../functions/ledger/model/backfill.ts';
import type { RestoreJob } from '../../../functions/restore/job.ts';
import { RULES } from '../../../functions/schema/words.ts';
import { completed, idAt, job, PROJECT, seen } from '../../ledger/jobs.ts';
import { finding, ledgerJobAfter, requester } from '../samples.ts';
import { wrongs } from '../schemas.ts';

const JOB = idAt('2026-11-20T10:48:00Z');
const running = job({ jobId: JOB });
const failed: RestoreJob = {
  ...running,
  status: 'FAILED',
  sourceStatus: 'failed',
  finishedAt: '2026-11-20T11:00:00.000Z',
  durationSeconds: 720,
  errorMessage: 'no disk space left on the target',
};

test('each revision is published once, with the status before and after, and fits its schema', () => {
  const { job: now, change } = ledgerJobAfter([running, failed]);
  const [first] = jobEvents(...sighted(running));
  const [event, ...more] = jobEvents(now, change);
  expect(more).toEqual([]);
  expect(first?.detail).toMatchObject({ id: `${JOB}:1`, revision: 1, newStatus: 'RUNNING', severity: 'info' });
  expect(first?.detail).not.toHaveProperty('oldStatus');
  expect(event).toMatchObject({
    source: 'atlas-restore-ledger',
    'detail-type': 'Restore Job State Change',
    time: seen(1).observedAt,
    detail: { schemaVersion: 1, id: `${JOB}:2`, oldStatus: 'RUNNING', newStatus: 'FAILED', at: seen(1).observedAt },
  });
  expect(event?.detail).toMatchObject({ change: { previous: change.previous, state: change.state } });
  expect([first, event].flatMap(wrongs)).toEqual([]);
});

/** The first sight of a job. */
function sighted(answer: RestoreJob, annotating = {}, minute = 0) {
  const { job: now, change } = ledgerJobAfter([answer], annotating, minute);
  return [now, change] as const;
}

test('neither what Atlas sent nor the history goes with it', () => {
  const [event] = jobEvents(...sighted({ ...running, atlas: { ...running.atlas, note: 'kept-by-atlas' } }));
  expect(JSON.stringify(event)).not.toMatch(/kept-by-atlas|"changes"|"fingerprint"/);
});

test('a finding is published after the change that added it, and not again with the next', () => {
  const findings = [finding(), finding({ rule: 'download', severity: 'info', why: 'It is a download.' })];
  const events = jobEvents(...sighted(running, { assess: () => findings }));
  expect(events.map(({ detail }) => [detail.id, detail.severity])).toEqual([
    [`${JOB}:1`, 'info'],
    [`${JOB}:1:cross-project`, 'warning'],
    [`${JOB}:1:download`, 'info'],
  ]);
  expect(events.flatMap(wrongs)).toEqual([]);

  const more = [...findings, finding({ rule: 'failed', severity: 'critical', why: 'No disk space.' })];
  const after = ledgerJobAfter([running, failed], { assess: ({ status }) => (status === 'FAILED' ? more : findings) });
  expect(jobEvents(after.job, after.change).map(({ detail }) => detail.id)).toEqual([`${JOB}:2`, `${JOB}:2:failed`]);
});

describe('messages', () => {
  const message = (answer: RestoreJob, annotating = {}) =>
    jobEvents(...sighted(answer, annotating)).map(({ detail }) => detail.message);

  test('say what ended how, after how long, where to and who requested it', () => {
    const target = { targetProjectId: PROJECT, targetClusterName: 'orders-test' };
    expect(message({ ...failed, ...target }, { requester: requester() })).toEqual([
      [
        'payments/orders: restore FAILED after 12 min 00 s (automated, to payments/orders-test), requested by ci-bot (exact).',
        'no disk space left on the target.',
        `Job ${JOB}, requested 2026-11-20 10:48:00 UTC.`,
      ].join('\n'),
    ]);
  });

  test('of a finding begin with it', () => {
    const target = { targetProjectId: 'f'.repeat(24), targetClusterName: 'Cluster1' };
    const [, text] = message({ ...running, ...target }, { assess: () => [finding()] });
    expect(text?.split('\n')).toEqual([
      'payments/orders: cross-project (warning): The cluster orders is restored to project staging-eu, while the backup is of project payments.',
      `Restore RUNNING (automated, to project ${'f'.repeat(24)}/Cluster1).`,
      `Job ${JOB}, requested 2026-11-20 10:48:00 UTC.`,
    ]);
  });

  test.each([
    [requester({ grade: 'weak', points: 10 }), 'perhaps requested by ci-bot (weak)'],
    [requester({ actor: { kind: 'staff' } }), 'requested by MongoDB staff (exact)'],
    [requester({ actor: { kind: 'delegated', name: 'jo', via: 'portal' } }), 'requested by jo through portal (exact)'],
    [{ reason: 'none' as const }, 'requester not known: no event fits'],
    [{ reason: 'pending' as const }, 'requester not known yet'],
  ])('name a requester by how sure that is: %j', (who, words) => {
    expect(message(running, { requester: who })[0]).toContain(words);
  });

  test('say what else changed where the status did not', () => {
    const { job: now, change } = ledgerJobAfter([running, { ...running, targetClusterName: 'other' }]);
    expect(jobEvents(now, change)[0]?.detail).toMatchObject({
      oldStatus: 'RUNNING',
      newStatus: 'RUNNING',
      message: expect.stringContaining('\nChanged: targetClusterName.\n'),
    });
  });

  test('hold no control character, no reversed text and no URL, whatever names are made of', () => {
    const hostile = 'a\u001b[31m\n\u202eb https://evil.example/x?sig=1';
    const [text = ''] = message(
      { ...failed, projectName: hostile, clusterName: hostile, errorMessage: hostile },
      { requester: requester({ actor: { kind: 'user', name: hostile } }) },
    );
    expect(text.split('\n')).toHaveLength(3);
    expect(text).not.toMatch(/[^\P{C}\n]|evil\.example/u);
  });
});

describe('old news', () => {
  const ended = completed(job({ jobId: idAt('2026-11-18T10:00:00Z') }), '2026-11-18T10:30:00.000Z');

  test('a restore that ended long before its first sight is published neither way', () => {
    const [now, change] = sighted(ended, { assess: () => [finding()] });
    expect(isBackfilled(now, change, 24)).toBe(true);
    expect(jobEvents(now, change)).toEqual([]);
    expect(jobEvents(now, change, { maxEventAgeHours: 72 })).toHaveLength(2);
  });

  test('its status changing is news, however late; its requester becoming known is not', () => {
    const open: RestoreJob = { ...ended, status: 'RUNNING', sourceStatus: 'IN_PROGRESS' };
    const after = ledgerJobAfter([open, ended]);
    expect(jobEvents(after.job, after.change)).toHaveLength(1);
    const late = ledgerJobAfter([ended, { ...ended, snapshotId: 'a'.repeat(24) }]);
    expect(jobEvents(late.job, late.change)).toEqual([]);
  });

  test('an open job is never old', () => {
    const open = job({ jobId: idAt('2026-01-01T00:00:00Z'), status: 'READY', delivery: 'download' });
    expect(jobEvents(...sighted(open))).toHaveLength(1);
  });
});

test('an event stays far under what EventBridge takes, and says what was cut', () => {
  const huge = 'é"\u0001'.repeat(100_000);
  const findings = Array.from({ length: 100 }, (_, i) =>
    finding({ rule: RULES[i % 11] ?? 'slow', why: huge.slice(0, 10_000) }),
  );
  const names = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`someField${i}`, i]));
  const before = { ...running, atlas: {} };
  const { job: now, change } = ledgerJobAfter(
    [before, { ...failed, errorMessage: huge, sourceStatus: huge, atlas: names }],
    { assess: () => findings, requester: requester({ actor: { kind: 'user', name: huge } }) },
  );
  const events = jobEvents(now, change);
  for (const { detail } of events) {
    expect(Buffer.byteLength(JSON.stringify(detail))).toBeLessThanOrEqual(MAX_DETAIL_BYTES);
    const { cut = [] } = detail as { cut?: { field: string }[] };
    expect(cut.map(({ field }) => field)).toContain('job.errorMessage');
  }
  expect(events.flatMap(wrongs)).toEqual([]);
});

test('whatever a job holds, its events are small, valid and of one to three lines', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 50 }),
    fc.string({ unit: 'grapheme', maxLength: 5_000, size: 'max' }),
  );
  const texts = fc.record({
    projectName: text,
    clusterName: text,
    sourceStatus: text,
    errorMessage: text,
    targetClusterName: text,
  });
  fc.assert(
    fc.property(texts, text, fc.array(text, { maxLength: 11 }), (parts, name, whys) => {
      const found = whys.map((why, index) => finding({ rule: RULES[index] ?? 'slow', why }));
      const annotating = { assess: () => found, requester: requester({ actor: { kind: 'user', name, via: name } }) };
      const events = jobEvents(...sighted({ ...failed, ...parts }, annotating));
      expect(events).toHaveLength(1 + found.length);
      for (const event of events) {
        expect(wrongs(event)).toEqual([]);
        expect(Buffer.byteLength(JSON.stringify(event.detail))).toBeLessThanOrEqual(MAX_DETAIL_BYTES);
        expect(event.detail.message.split('\n').length).toBeLessThanOrEqual(3);
        expect([...event.detail.message].length).toBeLessThan(1_500);
        expect(event.detail.message).not.toMatch(/[^\P{C}\n]/u);
      }
    }),
    { numRuns: 60, endOnFailure: true }, // such texts take very long to shrink
  );
});
