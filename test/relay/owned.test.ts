// The jobs of one AWS account, or organization, out of a hub of many: all of them, and found where they are.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JobsQuery, LedgerJob } from '../../functions/ledger/model/ledger.ts';
import { checkHub } from '../../functions/relay/check.ts';
import { receive } from '../../functions/relay/hub.ts';
import type { Status } from '../../functions/schema/words.ts';
import { type EngineTable, testEngine } from '../ledger/engines.ts';
import { completed, idAt, job, seen } from '../ledger/jobs.ts';
import { list } from '../ledger/table.ts';
import { log, now, ORGANIZATION } from './history.ts';
import { spokeOf } from './spoke.ts';

const engine = testEngine();
const ACCOUNTS = ['111111111111', '222222222222', '333333333333'] as const;
const projectIdOf = (account: string, nth: number) => `${account}${nth.toString(16).padStart(12, '0')}`;

/** How many projects each account has, and how many jobs each of these: the last account has most. */
async function hubOf(
  projects: readonly number[],
  jobs: number,
  settings: { organizationId?: string } = { organizationId: ORGANIZATION },
) {
  const hub = await engine.newTable();
  for (const [index, account] of ACCOUNTS.entries()) {
    await using of = await engine.newTable();
    const spoke = spokeOf(of.table, account);
    for (let project = 0; project < (projects[index] ?? 0); project++)
      for (let nth = 0; nth < jobs; nth++) {
        const at = new Date(Date.parse('2026-11-20T10:00:00Z') - nth * 7 * 3_600_000).toISOString();
        const one = job({ projectId: projectIdOf(account, project), jobId: idAt(at, `${account}-${project}`) });
        await spoke.ledger.record(nth % 3 ? completed(one) : one, seen(0));
      }
    await receive(spoke.sent, { table: hub.table, log, now }, settings);
  }
  return hub;
}

async function every(hub: EngineTable, query: JobsQuery): Promise<{ ids: string[]; pages: number }> {
  const ids: string[] = [];
  let cursor: string | undefined;
  let pages = 0;
  do {
    const page = await hub.ledger.jobs({ ...query, ...(cursor !== undefined && { cursor }) });
    ids.push(...page.items.map(({ jobId }) => jobId));
    cursor = page.cursor;
    pages += 1;
    expect(pages).toBeLessThan(200);
  } while (cursor !== undefined);
  return { ids, pages };
}

/** The hub as it was before it kept whose its projects are. */
async function forgotten(hub: EngineTable) {
  for await (const { pk, sk } of hub.table.scan())
    if (String(pk).startsWith('OWNED')) await hub.remove({ pk: String(pk), sk: String(sk) });
}

test('all of them and no others, in order, whatever else is asked for, however small the pages; from before, too', async () => {
  await using hub = await hubOf([1, 4, 12], 9);
  const all: LedgerJob[] = [];
  for (const [index, count] of [1, 4, 12].entries())
    for (let project = 0; project < count; project++)
      all.push(...(await list(hub.ledger.projectJobs(projectIdOf(ACCOUNTS[index] ?? '', project)))));
  await checkHub(hub.table, { expected: [], organizationId: ORGANIZATION }, now);
  const query = fc.record({
    by: fc.constantFrom<Partial<JobsQuery>>(
      ...ACCOUNTS.map((accountId) => ({ accountId })),
      { accountId: '444444444444' },
      { organizationId: ORGANIZATION },
      { organizationId: 'o-otherother' },
      { accountId: ACCOUNTS[1], organizationId: ORGANIZATION },
    ),
    statuses: fc.constantFrom<Status[]>([], ['COMPLETED'], ['RUNNING', 'PENDING', 'COMPLETED', 'FAILED']),
    order: fc.constantFrom('asc' as const, 'desc' as const),
    limit: fc.constantFrom(1, 3, 10, 50),
    since: fc.constantFrom(undefined, '2026-11-19T00:00:00Z'),
  });
  const compare = async (numRuns: number) =>
    fc.assert(
      fc.asyncProperty(query, async ({ by, statuses, order, limit, since }) => {
        const wanted = all.filter(
          ({ accountId, organizationId, status, requestedAt }) =>
            (by.accountId === undefined || by.accountId === accountId) &&
            (by.organizationId === undefined || by.organizationId === organizationId) &&
            (statuses.length === 0 || statuses.includes(status)) &&
            (since === undefined || requestedAt >= since),
        );
        const ids = wanted.map(({ jobId }) => jobId).sort();
        const asked = { ...by, statuses, order, limit, ...(since !== undefined && { since }) };
        expect((await every(hub, asked)).ids).toEqual(order === 'asc' ? ids : ids.toReversed());
      }),
      { numRuns },
    );
  await compare(40);
  await forgotten(hub);
  await compare(15);
  await checkHub(hub.table, { expected: [], organizationId: ORGANIZATION }, now);
  await compare(15);
});

test('a page costs 1 read, 1 query and those of its projects, and no job of another account is read', async () => {
  await using hub = await hubOf([1, 3, 20], 25);
  await checkHub(hub.table, { expected: [], organizationId: ORGANIZATION }, now);
  const cost = async (query: JobsQuery): Promise<Record<string, number>> => {
    hub.requests();
    const { items } = await hub.ledger.jobs(query);
    return { jobs: items.length, ...hub.requests() };
  };
  expect(await cost({ accountId: ACCOUNTS[0] })).toEqual({ jobs: 25, GetItem: 1, Query: 2 });
  expect(await cost({ accountId: ACCOUNTS[1], limit: 20 })).toEqual({ jobs: 20, GetItem: 1, Query: 4 });
  expect(await cost({ accountId: '444444444444' })).toEqual({ jobs: 0, GetItem: 1, Query: 1 });
  expect(await cost({ organizationId: 'o-otherother' })).toEqual({ jobs: 0, GetItem: 1, Query: 1 });
  await forgotten(hub);
  expect((await cost({ accountId: ACCOUNTS[0] })).BatchGetItem).toBeGreaterThan(3);
});

test('of an account of more than a hundred projects the list over all projects is read', async () => {
  await using hub = await hubOf([1, 0, 101], 2);
  await checkHub(hub.table, { expected: [], organizationId: ORGANIZATION }, now);
  hub.requests();
  expect((await hub.ledger.jobs({ accountId: ACCOUNTS[2], limit: 20 })).items).toHaveLength(20);
  expect(hub.requests().Query).toBeLessThan(10);
});

test('a project whose hub is in another organization by now is found by both, as its jobs are', async () => {
  await using hub = await hubOf([1, 0, 0], 1, {});
  await checkHub(hub.table, { expected: [] }, now);
  const newer = job({ projectId: projectIdOf(ACCOUNTS[0], 0), jobId: idAt('2026-11-21T10:00:00Z') });
  await using of = await engine.newTable();
  const spoke = spokeOf(of.table, ACCOUNTS[0]);
  await spoke.ledger.record(newer, seen(0));
  await receive(spoke.sent, { table: hub.table, log, now }, { organizationId: ORGANIZATION });
  expect((await every(hub, { organizationId: ORGANIZATION })).ids).toEqual([newer.jobId]);
  expect((await every(hub, { accountId: ACCOUNTS[0] })).ids).toHaveLength(2);
});
