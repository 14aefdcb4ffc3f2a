import { expect, test } from 'vitest';
import { jobEvents } from '../../../functions/events/from/job-events.ts';
import { mergeAnnotation } from '../../../functions/ledger/annotations/merge.ts';
import type { AnnotationPatch } from '../../../functions/ledger/annotations/patch.ts';
import type { Annotated } from '../../../functions/restore/annotations.ts';
import { completed, idAt, job } from '../../ledger/jobs.ts';
import { ledgerJobAfter } from '../samples.ts';
import { wrongs } from '../schemas.ts';

const by = { kind: 'iam', name: 'arn:aws:sts::123456789012:assumed-role/dba/ada' } as const;
/** Long after the restore ended. */
const signature = { by, at: '2027-03-01T10:00:00.000Z', runId: idAt('2027-03-01T10:00:00Z') };
const { job: restored } = ledgerJobAfter([completed(job())]);

function eventsOf(patch: AnnotationPatch) {
  const next = mergeAnnotation(restored, patch, signature) ?? expect.unreachable();
  return jobEvents(next, next.changes.at(-1) ?? expect.unreachable());
}

test('an annotation has its event, however old the restore is, which says what was said and by whom', () => {
  const [event, ...more] = eventsOf({
    validation: { status: 'FAILED', message: 'rows are missing\u0007' },
    purpose: 'drill',
    checks: [{ name: 'rows', expected: '2', got: '1' }],
  });
  expect(more).toEqual([]);
  expect(event?.detail).toMatchObject({
    ...{ oldStatus: 'COMPLETED', newStatus: 'COMPLETED', revision: 2, severity: 'info' },
    job: { validation: { status: 'FAILED', by }, annotation: { purpose: 'drill', by }, annotationCount: 1 },
    change: { fields: { validation: { to: { status: 'FAILED', by } }, annotation: { to: { purpose: 'drill', by } } } },
  });
  expect(event?.detail.message.split('\n')[1]).toBe(
    `Annotated by ${by.name}: validation failed: rows are missing\ufffd; purpose drill, 0 of 1 check as expected.`,
  );
  expect(event && wrongs(event)).toEqual([]);
});

test('a large annotation fits into an event: whole in the job, cut in the change', () => {
  const [event] = eventsOf({
    validation: { status: 'SUCCESSFUL', message: 'x'.repeat(1_000) },
    links: Array.from({ length: 8 }, (_, n) => `https://example.com/${n}${'x'.repeat(300)}`),
    checks: Array.from({ length: 10 }, (_, n) => ({ name: `${n}`, expected: 'e'.repeat(150), got: 'g'.repeat(150) })),
  });
  expect(event && wrongs(event)).toEqual([]);
  const { job: shown, cut = [] } = (event?.detail ?? {}) as { job?: Annotated; cut?: { field: string }[] };
  expect(shown?.annotation?.checks).toHaveLength(10);
  expect(shown?.annotation?.links?.[7]).toHaveLength(321);
  expect(cut.map(({ field }) => field)).toEqual(['change.fields.annotation.to']);
});
