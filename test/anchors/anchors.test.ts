import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { anchorGaps, type Compared } from '../../bin/output/anchor-lines.ts';
import { Anchored } from '../../functions/anchors/anchored.ts';
import type { Archive } from '../../functions/anchors/archive.ts';
import { AnchorComparison } from '../../functions/anchors/check.ts';
import { anchorNames } from '../../functions/anchors/read-anchors.ts';
import { eraseEverywhere } from '../../functions/ledger/erasure/erase-everywhere.ts';
import { sha256 } from '../../functions/ledger/model/fingerprint.ts';
import type { Change } from '../../functions/ledger/model/ledger.ts';
import { jobKey } from '../../functions/ledger/table/keys.ts';
import { completed, idAt, job, PROJECT, RUN, seen } from '../ledger/jobs.ts';
import { anchoredLedgers, newSigner, OTHER } from './anchored-ledger.ts';

const anchoredLedger = anchoredLedgers();

test('a day has what changed; a day without an anchor is a gap with a name; what is newer is not covered', async () => {
  const { ledger, jobs, take, compare } = await anchoredLedger('days');
  const [first, second] = jobs as [(typeof jobs)[0], (typeof jobs)[0]];
  expect(await take('2026-11-24')).toMatchObject({ state: 'taken', totals: { projects: 2, jobs: 3, changed: 3 } });
  expect(await take('2026-11-24')).toMatchObject({ state: 'there' });
  await ledger.record(completed(first), seen(5));
  expect(await take('2026-11-25')).toMatchObject({ state: 'taken', totals: { jobs: 3, changed: 1 }, findings: [] });
  await ledger.record(completed(second), seen(6));
  await ledger.record(job({ jobId: idAt('2026-11-22T10:00:00Z') }), seen(6));
  expect(await compare('2026-11-26')).toMatchObject({
    archive: { anchors: 2, firstDay: '2026-11-24', lastDay: '2026-11-25', missingDays: [], keys: [{ trust: 'given' }] },
    check: { asAnchored: 3, wentOn: 1, newer: 1, differingCount: 0 },
  });
  expect(await take('2026-11-28')).toMatchObject({ state: 'taken', totals: { changed: 2 } });
  expect(await take('2026-12-01')).toMatchObject({ state: 'taken', totals: { jobs: 4, changed: 0 } });
  const { archive, check } = await compare('2026-12-03');
  expect(archive.missingDays).toEqual(['2026-11-26', '2026-11-27', '2026-11-29', '2026-11-30', '2026-12-02']);
  expect(check).toMatchObject({ asAnchored: 4, wentOn: 0, newer: 0, differingCount: 0 });
});

test('one that is stopped states nothing, and the next is whole', async () => {
  const { take, store } = await anchoredLedger('stopped');
  const stop = new AbortController();
  const onProject = () => stop.abort(new Error('stopped'));
  await expect(take('2026-11-24', { signal: stop.signal, onProject })).rejects.toThrow('stopped');
  expect(await anchorNames(store)).toEqual([]);
  expect(await take('2026-11-24')).toMatchObject({ state: 'taken', totals: { projects: 2, jobs: 3 } });
});

test('a day goes on where its first part ended, and counts only as a whole', async () => {
  const { take, compare, store } = await anchoredLedger('parts');
  expect(await take('2026-11-24', { isOutOfTime: () => true })).toMatchObject({
    ...{ state: 'partly', totals: { projects: 1, jobs: 2 } },
  });
  expect((await compare('2026-11-25')).archive.missingDays).toEqual(['2026-11-24']);
  expect(await take('2026-11-24', { isOutOfTime: () => true })).toMatchObject({
    ...{ state: 'taken', totals: { projects: 1, jobs: 1 } },
  });
  expect(await take('2026-11-24')).toMatchObject({ state: 'there' });
  expect(await anchorNames(store)).toEqual(['anchors/2026-11-24/0001.dsse.json', 'anchors/2026-11-24/0002.dsse.json']);
  expect(await compare('2026-11-25')).toMatchObject({
    ...{ archive: { missingDays: [] }, check: { asAnchored: 3, newer: 0 } },
  });
});

test('of two that take the same anchor at once, one stands, and both end well', async () => {
  const { take, compare } = await anchoredLedger('race');
  const states = (await Promise.all([take('2026-11-24'), take('2026-11-24')])).map(({ state }) => state);
  expect(states).toContain('taken');
  expect(await compare('2026-11-24')).toMatchObject({ archive: { anchors: 1 }, check: { asAnchored: 3 } });
});

test('a key that somebody is still writing is none yet', async () => {
  const { take, compare, store, signer } = await anchoredLedger('half-a-key');
  await take('2026-11-24');
  await writeFile(join(store.place, 'keys', `${(await signer.publicKey()).id}.pem.0a1b.part`), '');
  expect(await take('2026-11-25')).toMatchObject({ state: 'taken' });
  expect(await compare('2026-11-25', [])).toMatchObject({ archive: { anchors: 2, keys: [{ trust: 'found' }] } });
});

test('the next anchor names a history that is another, and a job that is gone; so does each later comparison', async () => {
  const { ledger, jobs, remove, take, compare } = await anchoredLedger('forged');
  const [first, second, third] = jobs as [(typeof jobs)[0], (typeof jobs)[0], (typeof jobs)[0]];
  await take('2026-11-24');
  for (const { projectId, jobId } of [first, third]) await remove(jobKey(projectId, jobId));
  await ledger.record(completed(first), seen(9)); // one entry, under a chain of its own that fits
  const rewritten = { projectId: PROJECT, jobId: first.jobId, what: 'rewritten' };
  const { totals, findings } = await take('2026-11-25');
  expect(totals).toMatchObject({ jobs: 2, rewritten: 1, missing: 1, broken: 0 });
  expect(findings).toEqual([rewritten, { projectId: OTHER, jobId: third.jobId, what: 'missing' }]);
  expect((await take('2026-11-26')).findings).toEqual([]);
  const { check } = await compare('2026-11-26');
  expect(check).toMatchObject({ asAnchored: 1, differingCount: 2 });
  expect(check.differing).toMatchObject([
    { ...rewritten, day: '2026-11-24', revision: 1, projectName: 'name of aa' },
    { projectId: OTHER, jobId: third.jobId, what: 'vanished' },
  ]);
  expect(second.jobId).not.toBe(first.jobId);
});

test('a history whose anchored entry was pushed out of it is not called the anchored one, until it is anchored again', () => {
  const jobId = idAt('2026-11-20T10:00:00Z');
  const entry = (revision: number, runId: string): Change =>
    ({ revision, at: seen(revision).observedAt, runId, status: 'RUNNING', fields: {} }) as Change;
  // As the table keeps long ones: the first 20 entries, and the last.
  const kept = (runId: string) => [
    ...Array.from({ length: 20 }, (_, n) => entry(n + 1, RUN)),
    ...Array.from({ length: 180 }, (_, n) => entry(n + 221, runId)),
  ];
  const line = { projectId: PROJECT, jobs: 1, digest: 'd'.repeat(64) };
  const compared = (changes: Change[], ...heads: Change[]) => {
    const anchored = new Anchored();
    for (const [n, one] of heads.entries())
      anchored.add([line, { jobId, revision: one.revision, head: sha256(one) }], `2026-11-2${n}`);
    const comparison = new AnchorComparison(anchored, Date.now());
    comparison.add({ projectId: PROJECT, jobId, job: { ...job({ jobId }), changes } as never });
    return comparison.result();
  };
  const announcements = { asAnchored: 0, newer: 0, erased: 0, differing: [], differingCount: 0 };
  const archive = { keys: [], missingDays: [], announcements } as unknown as Archive & Pick<Compared, 'announcements'>;
  const forged = compared(kept('forged'), entry(20, RUN), entry(30, RUN));
  expect(forged).toMatchObject({ leftOut: 1, asAnchored: 0, differingCount: 0 });
  expect(anchorGaps({ ...archive, ...forged })).toEqual([expect.stringMatching(/^1 job not compared/)]);
  const again = compared(kept(RUN), entry(30, RUN), entry(400, RUN));
  expect(again).toMatchObject({ leftOut: 0, asAnchored: 1 });
  expect(anchorGaps({ ...archive, ...again })).toEqual([]);
  expect(compared(kept('forged'), entry(30, RUN), entry(400, RUN)).differingCount).toBe(1);
});

test('an erased name is told, with who decided it, and called neither a break nor proven', async () => {
  const { ledger, table, jobs, take, compare } = await anchoredLedger('erased');
  const [first] = jobs as [(typeof jobs)[0]];
  const requester = {
    ...{ actor: { kind: 'user', name: 'ada@example.com', id: 'id-1' }, grade: 'exact', points: 100 },
    ...{ eventType: 'CLUSTER_RESTORE', rivals: 0, eventId: 'e' },
  } as const;
  await ledger.annotate(PROJECT, first.jobId, seen(1), () => ({ requester }) as never);
  await take('2026-11-24');
  const at = '2026-11-24T10:00:00.000Z';
  const decision = { by: 'dpo@example.com', reason: 'request 4711', pseudonym: 'erased-1', at, runId: idAt(at) };
  expect(await eraseEverywhere(table, { identities: new Set(['ada@example.com', 'id-1']), ...decision })).toMatchObject(
    { erased: 1 },
  );
  const { findings } = await take('2026-11-25');
  expect(findings).toEqual([]);
  expect((await compare('2026-11-25')).check).toMatchObject({
    ...{ asAnchored: 2, differingCount: 0, erasedCount: 1 },
    erased: [{ jobId: first.jobId, day: '2026-11-25', by: 'dpo@example.com', reason: 'request 4711' }],
  });
});

test('an anchor that is missing between two, moved, or of another key is refused, by name', async () => {
  const { take, compare, store, signer } = await anchoredLedger('refused');
  for (const day of ['2026-11-24', '2026-11-25', '2026-11-26']) await take(day);
  const path = (name: string) => join(store.place, name);
  const [one = '', two = '', three = ''] = await anchorNames(store);
  const text = await readFile(path(two), 'utf8');
  await rm(path(two));
  await expect(compare('2026-11-26')).rejects.toThrow(`${three}: it follows on ${two}, and ${one} is before it`);
  await writeFile(path(two), text);
  await writeFile(path(two.replace('0001', '0002')), text);
  await expect(compare('2026-11-26')).rejects.toThrow(`it is the anchor ${two}, put elsewhere`);
  await rm(path(two.replace('0001', '0002')));
  await expect(compare('2026-11-26', [newSigner()])).rejects.toMatchObject({ code: 'SIGNATURE_UNTRUSTED' });
  // Another key goes on with the chain, without relying on what it did not sign, and both have to be trusted.
  const other = newSigner();
  expect(await take('2026-11-27', { signer: other })).toMatchObject({ state: 'taken', totals: { changed: 3 } });
  expect(await take('2026-11-28', { signer: other })).toMatchObject({ state: 'taken', totals: { changed: 0 } });
  await expect(compare('2026-11-28')).rejects.toMatchObject({ code: 'SIGNATURE_UNTRUSTED' });
  expect(await compare('2026-11-28', [signer, other])).toMatchObject({ check: { asAnchored: 3, differingCount: 0 } });
});
