import { expect, test } from 'vitest';
import type { Change, LedgerJob } from '../../functions/ledger/model/ledger.ts';
import type { Item } from '../../functions/ledger/table/job-item.ts';
import { jobKey, type Key } from '../../functions/ledger/table/keys.ts';
import type { Requester } from '../../functions/restore/requesters/requester.ts';
import type { Finding } from '../../functions/restore/rules/finding.ts';
import { testTable } from '../ledger/engines.ts';
import { completed, idAt, job, seen, verified } from '../ledger/jobs.ts';

const table = testTable();
let projects = 0;

const REQUESTER: Requester = {
  actor: { kind: 'apiKey', id: 'e'.repeat(24), name: 'abcdefgh' },
  ...{ grade: 'exact', points: 100, eventType: 'TENANT_RESTORE_REQUESTED_AUDIT', rivals: 0 },
};
const FINDING: Finding = { rule: 'failed', severity: 'warning', at: seen(3).observedAt, why: 'It failed.' };

/** A project of three jobs with a history each. */
async function recordedProject() {
  projects += 1;
  const projectId = projects.toString(16).padStart(24, '0');
  const { ledger } = table;
  const jobs = [0, 1, 2].map((n) => job({ projectId, jobId: idAt('2026-11-20T10:00:00Z', `${projectId}${n}`) }));
  for (const one of jobs) {
    await ledger.record(one, seen(0), false, { requester: { reason: 'pending' } });
    await ledger.record(completed(one), seen(1), true);
    await ledger.annotate(projectId, one.jobId, seen(2), () => ({ requester: REQUESTER, findings: [FINDING] }));
    await ledger.markVanished(projectId, one.jobId, seen(3));
  }
  await ledger.saveCoverage(projectId, () => ({
    ...{ projectId, projectName: 'payments', revision: 0, runId: 'run', discovery: {}, clusters: {}, recorded: 3 },
  }));
  const [first] = jobs;
  return { projectId, key: jobKey(projectId, first?.jobId ?? '') };
}

test('histories that this ledger wrote fit together, and all jobs are there', async () => {
  const { projectId } = await recordedProject();
  const expected = {
    projectName: 'payments',
    jobs: 3,
    entries: 12,
    folded: 0,
    recorded: 3,
    unverified: [],
    breaks: [],
    breakCount: 0,
  };
  expect(await verified(table.ledger, projectId)).toEqual({ projectId, ...expected });
});

type Stored = Item & LedgerJob;
const forgeries: [string, (item: Stored) => void, RegExp, number | undefined][] = [
  ['who requested it', (item) => Object.assign(item, { requester: { reason: 'none' } }), /differs/, undefined],
  ['its outcome', (item) => Object.assign(item, { status: 'FAILED' }), /differs/, undefined],
  ['its target', (item) => Object.assign(item, { targetClusterName: 'elsewhere' }), /differs/, undefined],
  ['what Atlas sent', (item) => Object.assign(item.atlas, { cancelled: true }), /differs/, undefined],
  ['a finding that is gone', (item) => void delete item.findings, /differs/, undefined],
  [
    'when it was first seen',
    (item) => Object.assign(item.changes[0] ?? {}, { at: seen(-9).observedAt }),
    /revision 1/,
    2,
  ],
  ['a status in the past', (item) => Object.assign(item.changes[1] ?? {}, { status: 'FAILED' }), /revision 2/, 3],
  ['an entry taken out', (item) => void item.changes.splice(1, 1), /revision 2 was expected/, 3],
  ['the last entries cut off', (item) => void item.changes.splice(2), /ends with 2/, undefined],
  [
    'an entry without the hash of the one before',
    (item) => void delete (item.changes[1] as Partial<Change>).previous,
    /revision 1/,
    2,
  ],
  [
    'no entry with any hash',
    (item) =>
      void item.changes.forEach((entry: Partial<Change>) => {
        delete entry.previous;
        delete entry.state;
      }),
    /ids of its job/,
    1,
  ],
  [
    'no word of what it was',
    (item) => void delete (item.changes.at(-1) as Partial<Change>).state,
    /differs/,
    undefined,
  ],
  ['its history taken away', (item) => void delete (item as Partial<Stored>).changes, /no history/, undefined],
  ['all that Atlas sent taken away', (item) => void delete (item as Partial<Stored>).atlas, /differs/, undefined],
  ['its whole history gone', (item) => void item.changes.splice(0), /no history/, undefined],
];

test.each(forgeries)('a break is named: %s', async (_, forge, problem, revision) => {
  const { projectId, key } = await recordedProject();
  const item = (await table.table.get(key)) as Stored & Key;
  forge(item);
  await table.table.put(item);
  const { breaks } = await verified(table.ledger, projectId);
  const { jobId } = item;
  expect(breaks).toContainEqual({ jobId, ...(revision ? { revision } : {}), problem: expect.stringMatching(problem) });
});

test('a history put under another job does not fit there', async () => {
  const [one, other] = [await recordedProject(), await recordedProject()];
  const [first, second] = await Promise.all([one, other].map(({ key }) => table.table.get(key)));
  await table.table.put({ ...first, ...one.key, changes: second?.changes });
  const { breaks } = await verified(table.ledger, one.projectId);
  expect(breaks[0]).toMatchObject({ revision: 1, problem: expect.stringContaining('the ids of its job') });
});

test('a job that was deleted is missed', async () => {
  const { projectId, key } = await recordedProject();
  await table.remove(key);
  const { jobs, breaks } = await verified(table.ledger, projectId);
  expect(jobs).toBe(2);
  expect(breaks).toEqual([{ problem: '1 of 3 restore jobs that were recorded are not in the table any more.' }]);
});
