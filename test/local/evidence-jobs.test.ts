// test/local/evidence-jobs.test.ts: reports that are made beside a server on this machine, many at once.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { silentLog } from '../../functions/platform/log.ts';
import type { MadeReport } from '../../functions/report/make.ts';
import { TooManyEvidenceJobs } from '../../functions/report/model/jobs.ts';
import type { EvidenceRequest } from '../../functions/report/model/request.ts';
import { LocalEvidenceJobs } from '../../local/evidence-jobs.ts';

const NOW = Date.parse('2026-11-29T12:00:00Z');
const requestOf = (day: number): EvidenceRequest => {
  const since = new Date(NOW - (day + 1) * 86_400_000).toISOString();
  return { period: { since, until: new Date(NOW).toISOString() }, format: 'html' } as EvidenceRequest;
};
const head = { numbers: { restores: 1, clusters: 1 }, gaps: [], verdict: { state: 'complete' } } as never;
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'evidence-jobs-'));
  vi.stubEnv('TMPDIR', directory);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

/** Reports that end once they are let. */
function reports() {
  const running = new Set<() => void>();
  let most = 0;
  const make = async (_: EvidenceRequest, { signal }: { signal: AbortSignal }): Promise<MadeReport> => {
    await new Promise<void>((resolve, reject) => {
      running.add(resolve);
      most = Math.max(most, running.size);
      signal.addEventListener('abort', () => reject(signal.reason));
    });
    const parts = async function* () {
      yield '<p>a report</p>';
    };
    return { head, parts, [Symbol.asyncDispose]: async () => {} };
  };
  const jobs = new LocalEvidenceJobs({ make, log: silentLog, now: () => NOW });
  const ended = async (id: string) => {
    while ((await jobs.job(id))?.state === 'running') {
      for (const end of running) end();
      running.clear();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { jobs, ended, most: () => most };
}

test('of a thousand that are asked for at once two are made, and the others are told to ask again', async () => {
  const { jobs, ended, most } = reports();
  await using _ = jobs;
  // As many as are kept: each of the next lets one of these go first.
  const kept: string[] = [];
  for (let n = 0; n < 8; n++) {
    const { id } = await jobs.start(requestOf(n));
    await ended(id);
    kept.push(id);
  }
  const all = await Promise.allSettled(Array.from({ length: 1_000 }, (_, n) => jobs.start(requestOf(100 + n))));
  const started = all.flatMap((each) => (each.status === 'fulfilled' ? [each.value.id] : []));
  expect(started).toHaveLength(2);
  for (const each of all) if (each.status === 'rejected') expect(each.reason).toBeInstanceOf(TooManyEvidenceJobs);
  for (const id of started) await ended(id);
  expect(most()).toBe(2);
  const states = await Promise.all([...kept, ...started].map(async (id) => (await jobs.job(id))?.state ?? 'let go'));
  expect(states).toEqual(['let go', 'let go', ...Array.from({ length: 8 }, () => 'done')]);
  expect(await jobs.report(kept[0] ?? '')).toBeUndefined();
  // Nothing has a name that somebody else could open, or that would be left if the process were killed.
  expect(readdirSync(directory)).toEqual([]);
});

test('the same report, asked for again while it is made, is the same job; of an id that is none there is nothing', async () => {
  const { jobs, ended } = reports();
  await using _ = jobs;
  const [one, same] = [await jobs.start(requestOf(1)), await jobs.start(requestOf(1))];
  expect(same.id).toBe(one.id);
  await ended(one.id);
  const { parts } = ((await jobs.report(one.id)) ?? expect.unreachable()) as { parts: AsyncIterable<string> };
  let text = '';
  for await (const part of parts) text += part;
  expect(text).toBe('<p>a report</p>');
  for (const id of ['', '__proto__', 'constructor', '../1', `${one.id} `, one.id.toUpperCase().replace(/.$/, 'x')])
    expect([await jobs.job(id), await jobs.report(id)]).toEqual([undefined, undefined]);
});
