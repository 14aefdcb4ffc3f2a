import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Cut, MAX_DETAIL_BYTES, truncated } from '../../../functions/events/model/truncate.ts';

test('a small detail stays as it is', () => {
  const detail = { id: 'a:1', job: { clusterName: 'orders', gone: undefined }, list: [1, 'two', null] };
  expect(truncated(detail)).toEqual({ id: 'a:1', job: { clusterName: 'orders' }, list: [1, 'two', null] });
});

test('a long text is cut between characters, and named with what was kept', () => {
  const { job, cut } = truncated({ job: { errorMessage: '😀'.repeat(5_000) } });
  expect(job.errorMessage).toBe(`${'😀'.repeat(999)}…`);
  expect(cut).toEqual([{ field: 'job.errorMessage', kept: 1_998, of: 10_000 }]);
});

test('a long list keeps its beginning, as much as there is room for', () => {
  const failures = Array.from({ length: 100 }, (_, index) => ({ what: `list ${index}`, message: 'x'.repeat(1_500) }));
  const { run, cut } = truncated({ run: { failures } });
  expect(run.failures[0]).toMatchObject({ what: 'list 0' });
  expect(run.failures.length).toBeGreaterThan(30);
  expect(cut?.[0]?.field).toMatch(/^run\.failures/);
});

test('some value of unknown shape becomes a text where it is long', () => {
  const value = { actor: { name: 'x'.repeat(9_000) } };
  const { change } = truncated({ change: { fields: { requester: { from: { reason: 'pending' }, to: value } } } });
  const { from, to } = change.fields.requester as unknown as { from: unknown; to: unknown };
  expect(from).toEqual({ reason: 'pending' });
  expect(to).toMatch(/^\{"actor":\{"name":"x+…$/);
});

test('whatever comes, the size holds, ids, times and hashes stay whole, and every cut is named', () => {
  const anything = fc.anything({ withNullPrototype: false, maxDepth: 4, key: fc.string({ maxLength: 10 }) });
  const long = fc.string({ unit: 'binary', minLength: 2_500, maxLength: 6_000, size: 'max' });
  const input = fc.record({
    id: fc.string({ maxLength: 200 }),
    job: fc.record({ errorMessage: long, sourceStatus: long, jobId: fc.constant('a'.repeat(24)) }),
    hash: fc.string({ maxLength: 99 }),
    values: fc.array(fc.oneof(long, anything), { maxLength: 60, size: 'max' }),
  });
  fc.assert(
    fc.property(input, (detail) => {
      const json = JSON.stringify(truncated(detail));
      const fit = JSON.parse(json) as typeof detail & { cut: Cut[] };
      expect(Buffer.byteLength(json)).toBeLessThanOrEqual(MAX_DETAIL_BYTES);
      expect([fit.id, fit.job.jobId, fit.hash]).toEqual([
        detail.id.toWellFormed(),
        'a'.repeat(24),
        detail.hash.toWellFormed(),
      ]);
      expect(fit.cut.map(({ field }) => field)).toContain('job.errorMessage');
    }),
    { numRuns: 20 },
  );
});
