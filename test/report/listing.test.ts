// A report of few projects counts their jobs in the table, and says of them no less than one of all projects, which reads the index over all.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { fill, projectsOf } from '../../bench/big/made-ledger.ts';
import { projectIdOf } from '../../bench/dynamo/made-jobs.ts';
import type { ProjectCoverage } from '../../functions/ledger/model/coverage.ts';
import { NO_IDS, toggled } from '../../functions/ledger/model/id-set.ts';
import type { Ledger } from '../../functions/ledger/model/ledger.ts';
import { coverageKey, jobKey, type Key, projectKey } from '../../functions/ledger/table/keys.ts';
import { listOf } from '../../functions/platform/lists/list-of.ts';
import { NO_PROGRESS } from '../../functions/proof/verify/verify-all.ts';
import type { GatherOptions } from '../../functions/report/gather/gather.ts';
import { type EngineTable, testEngine } from '../ledger/engines.ts';
import { NOW } from '../ledger/table.ts';
import { wholeEvidence } from './whole.ts';

const untilMs = Date.parse(NOW);
const DAY_MS = 86_400_000;
const load = { jobs: 525, clusters: 525, runs: 3, untilMs };
const [CHOSEN, OTHER] = [projectIdOf(0), projectIdOf(1)];
const PERIOD = { since: new Date(untilMs - 90 * DAY_MS).toISOString(), until: NOW, ended: false };
const engine = testEngine();

describe('the evidence of one project of twenty-one', () => {
  let own: EngineTable;
  beforeAll(async () => {
    own = await engine.newTable(() => untilMs);
    await fill(own.ledger, load);
  });
  afterAll(() => own[Symbol.asyncDispose]());

  /** What puts the table back as it was. */
  const undo: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const back of undo.splice(0).reverse()) await back();
  });
  /** @param item absent: taken away */
  async function set(key: Key, item?: object) {
    const before = await own.table.get(key);
    undo.push(() => (before ? own.table.put({ ...before, ...key }) : own.remove(key)));
    await (item ? own.table.put({ ...item, ...key }) : own.remove(key));
  }

  const evidence = (ledger: Ledger, projectIds?: readonly string[], more: Partial<GatherOptions> = {}) =>
    wholeEvidence(ledger, {
      ...{ period: PERIOD, madeAt: NOW, version: '0', ledgerName: 'made', verify: false, progress: NO_PROGRESS },
      only: projectIds && { projectIds },
      ...more,
    });
  const withoutIndex = (): Ledger => ({
    ...own.ledger,
    listedJobs: () => {
      throw new Error('the index over all projects was read');
    },
  });
  const jobsOf = async (projectId: string, period = {}) => listOf(own.ledger.projectJobs(projectId, period));
  const itemOf = async (jobId: string) => (await own.table.get(jobKey(CHOSEN, jobId))) ?? {};
  const newest = async () => (await jobsOf(CHOSEN, PERIOD)).at(-1)?.jobId ?? '';
  const oldest = async () => (await jobsOf(CHOSEN))[0]?.jobId ?? '';
  const forget = (jobId: string) => set(jobKey(CHOSEN, jobId));

  const CHANGES: Record<string, { change(): Promise<unknown>; differs: boolean }> = {
    'nothing was changed': { change: async () => undefined, differs: false },
    'a job of the period is gone': { change: async () => forget(await newest()), differs: true },
    'a job from before the period is gone': { change: async () => forget(await oldest()), differs: true },
    'the index leaves one out': {
      change: async () => {
        const { feed: _, feedKey: __, ...item } = await itemOf(await oldest());
        await set(jobKey(CHOSEN, await oldest()), item);
      },
      differs: true,
    },
    'one was exchanged for another': {
      change: async () => {
        const jobId = await oldest();
        const other = jobId.slice(0, -6).concat('fffffe');
        const job = { ...(await itemOf(jobId)), jobId: other, feedKey: other };
        await forget(jobId);
        await set(jobKey(CHOSEN, other), job);
      },
      differs: true,
    },
    'something else is among them': {
      change: async () => set(jobKey(CHOSEN, '0junk'), await itemOf(await oldest())),
      differs: true,
    },
    'nothing but its jobs is on record': {
      change: async () => {
        await set(projectKey(CHOSEN));
        await set(coverageKey(CHOSEN));
      },
      differs: true,
    },
  };

  test.each(Object.entries(CHANGES))(
    '%s: it says the same, and reads no index of all',
    async (_, { change, differs }) => {
      await change();
      const all = await evidence(own.ledger);
      const one = await evidence(withoutIndex(), [CHOSEN]);
      const ofChosen = ({ projectId }: { projectId?: string }) => projectId === CHOSEN;
      expect(one.projects).toEqual(all.projects.filter(ofChosen));
      expect(one.gaps).toEqual(all.gaps.filter(({ projectId }) => projectId === undefined || projectId === CHOSEN));
      const differing = one.gaps.filter((gap) => ofChosen(gap) && gap.reason === 'record-differs');
      expect([differing.length > 0, one.verdict.complete]).toEqual([differs, all.verdict.complete]);
    },
  );

  test('a job that was put where nothing else is on record is in the report of its project', async () => {
    const unknown = `5${'0'.repeat(22)}1`;
    const [job] = await jobsOf(CHOSEN, PERIOD);
    const item = await itemOf(job?.jobId ?? '');
    await set(jobKey(unknown, job?.jobId ?? ''), { ...item, projectId: unknown });
    const [all, one] = [await evidence(own.ledger), await evidence(withoutIndex(), [unknown])];
    expect(all.projects.map(({ projectId }) => projectId)).toContain(unknown);
    expect(one.projects).toEqual(all.projects.filter(({ projectId }) => projectId === unknown));
    expect((await evidence(withoutIndex(), [`5${'0'.repeat(22)}2`])).projects).toEqual([]);
  });

  const JUNK = 'z'.repeat(24);

  test('what something else put among the jobs is a gap, whatever its key, and where nothing else is on record', async () => {
    const unknown = `5${'0'.repeat(22)}3`;
    const item = await itemOf(await oldest());
    await set(jobKey(unknown, JUNK), { ...item, projectId: unknown });
    const one = await evidence(withoutIndex(), [CHOSEN, unknown]);
    expect(one.projects.map(({ projectId }) => projectId).sort()).toEqual([unknown, CHOSEN].sort());
    expect(one.gaps).toContainEqual(expect.objectContaining({ projectId: unknown }));
  });

  test('so is it in a project of which jobs were let go', async () => {
    const before = (await jobsOf(CHOSEN))[1]?.requestedAt ?? '';
    const { jobId = '' } = (await jobsOf(CHOSEN))[0] ?? {};
    const item = await itemOf(jobId);
    const coverage = (await own.table.get(coverageKey(CHOSEN))) ?? {};
    await set(coverageKey(CHOSEN), coverage);
    const letGo = {
      before,
      kept: [],
      jobs: 1,
      ids: toggled(NO_IDS, [jobId]),
      heads: 'x',
      days: 300,
      since: NOW,
      at: NOW,
    };
    await own.ledger.saveCoverage(CHOSEN, (latest) => ({
      ...(latest as ProjectCoverage),
      ...{ recorded: (latest?.recorded ?? 0) - 1, recordedIds: toggled(latest?.recordedIds ?? NO_IDS, [jobId]), letGo },
    }));
    const gaps = async () =>
      (await evidence(withoutIndex(), [CHOSEN])).gaps.filter(({ reason }) => reason === 'record-differs');
    expect(await gaps()).toEqual([]);
    await set(jobKey(CHOSEN, '0junk'), item);
    expect(await gaps()).toMatchObject([{ projectId: CHOSEN }]);
  });

  test('ends where its caller has left', async () => {
    const abort = new AbortController();
    let censuses = 0;
    const ledger: Ledger = {
      ...withoutIndex(),
      census: async (...args) => {
        censuses += 1;
        abort.abort(new Error('left'));
        return own.ledger.census(...args);
      },
    };
    const unknown = Array.from({ length: 4 }, (_, n) => `5${'0'.repeat(21)}1${n}`);
    await expect(evidence(ledger, unknown, { signal: abort.signal })).rejects.toThrow('left');
    expect(censuses).toBe(1);
  });

  test('of most projects it reads the index, which takes less', async () => {
    const most = Array.from({ length: projectsOf(load) - 1 }, (_, nth) => projectIdOf(nth));
    await expect(evidence(withoutIndex(), most)).rejects.toThrow('the index over all projects was read');
    expect((await evidence(own.ledger, most)).projects.map(({ projectId }) => projectId)).toContain(OTHER);
  });
});
