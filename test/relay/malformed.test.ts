import { describe, expect, test } from 'vitest';
import { apiApp } from '../../functions/api/app.ts';
import { Spokes } from '../../functions/ledger/hub/spokes.ts';
import { NO_IDS } from '../../functions/ledger/model/id-set.ts';
import { ledgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import type { Item } from '../../functions/ledger/table/job-item.ts';
import type { Key } from '../../functions/ledger/table/keys.ts';
import type { Table } from '../../functions/ledger/table/table-port.ts';
import { accepted } from '../../functions/relay/accepted.ts';
import { backfill } from '../../functions/relay/backfill.ts';
import { checkHub } from '../../functions/relay/check.ts';
import { receive } from '../../functions/relay/hub.ts';
import { SCHEMA_VERSION } from '../../functions/schema/words.ts';
import { AT, cluster, coverage } from '../ledger/coverages.ts';
import { testEngine } from '../ledger/engines.ts';
import { completed, idAt, job, PROJECT, RUN, seen } from '../ledger/jobs.ts';
import { NOW } from '../ledger/table.ts';
import { spokeOf, wrapped } from './spoke.ts';

const engine = testEngine();
const now = () => Date.parse(NOW);
const log = { debug() {}, info() {}, warn() {}, error() {} } as never;
const FORGER = '222222222222';
const OTHER = 'b'.repeat(24);
const JOB = idAt('2026-11-20T09:00:00Z', 'zz');

const apiOf = (table: Table) => apiApp({ ledger: ledgerReader({ table } as never), log, now } as never);
const receiving = (table: Table, bodies: readonly string[]) => receive(bodies, { table, log, now });
const sent = (item: Item & Key, account = FORGER) =>
  wrapped(
    {
      ...{ source: 'atlas-restore-ledger.record', 'detail-type': 'Ledger Record', time: NOW },
      detail: {
        ...{ schemaVersion: SCHEMA_VERSION, id: 'x', at: NOW, ledger: 'AtlasRestoreLedger' },
        ...{ key: { pk: item.pk, sk: item.sk }, item },
      },
    },
    account,
  );

async function itemOfJob(more: Item = {}): Promise<Item & Key> {
  await using of = await engine.newTable();
  const spoke = spokeOf(of.table, FORGER);
  await spoke.ledger.record(completed(job({ projectId: OTHER, jobId: JOB })), seen(0));
  return { ...JSON.parse(spoke.sent[0] ?? '').detail.item, ...more };
}

const orders = cluster('orders');
const list = orders.lists.dedicated;
const coverageWith = (more: Item = {}): Item & Key => ({
  ...{ pk: `PROJECT#${OTHER}`, sk: 'COVERAGE', coverageRevision: 1 },
  coverage: { ...coverage(OTHER, [orders]), revision: 1, recorded: 0, recordedIds: NO_IDS, ...more },
});
const clusterWith = (more: Item) => coverageWith({ clusters: { orders: { ...orders, ...more } } });
const listWith = (more: Item) => clusterWith({ lists: { dedicated: { ...list, ...more } } });
const discoveryWith = (more: Item) => coverageWith({ discovery: { dedicated: { attemptedAt: AT, ...more } } });
const partWith = (more: Item): Item & Key => ({
  ...{ pk: `PROJECT#${OTHER}`, sk: 'COVERAGE_PART#A#0000', coverageFence: 1 },
  clusters: { orders: { ...orders, ...more } },
});
const archivedWith = (more: Item): Item & Key => ({
  ...{ pk: `PROJECT#${OTHER}`, sk: 'COVERAGE#orders#c1' },
  archived: { ...orders, ...more },
});
const scopeWith = (more: Item): Item & Key => ({
  ...{ pk: 'SCOPE', sk: 'SCOPE', scopeRevision: 1 },
  scope: { revision: 1, accounts: {}, ...more },
});
const account = { since: AT, listedAt: AT, projects: 1, runId: RUN };
const projectWith = (more: Item): Item & Key => ({
  ...{ pk: `PROJECT#${OTHER}`, sk: 'PROJECT', projectId: OTHER, projectName: 'x', revision: 1, firstSeenAt: AT },
  ...{ accounts: { key: { since: AT } }, changes: [{ at: AT, what: 'visible' }], ...more },
});
const runWith = (more: Item): Item & Key => ({
  ...{ pk: `RUN#${RUN}`, sk: 'RUN', runId: RUN, trigger: 'schedule', scope: {}, full: false, startedAt: NOW },
  ...{ status: 'complete', finishedAt: NOW, counts: {}, failures: [], ...more },
});

const PLACES: [string, (more: Item) => Item & Key, Item[]][] = [
  [
    'coverage',
    coverageWith,
    [
      ...[{ letGo: { kept: 5 } }, { archived: 'abc' }, { repairs: 7 }, { restartedAt: 5 }, { recorded: 'x' }],
      ...[{ recordedIds: 'zz' }, { attribution: { error: 5 } }, { discovery: 5 }, { followAt: '2026-99-99T00:00:00Z' }],
    ],
  ],
  ['discovery', discoveryWith, [{ unread: 5 }, { unread: [5] }, { error: 'x' }, { readAt: 5 }, { since: 'then' }]],
  ['cluster', clusterWith, [{ goneAt: 5 }, { clusterId: 5 }, { drill: { days: 'x' } }, { lists: 5 }, { paused: 'x' }]],
  [
    'tags',
    clusterWith,
    [
      { drillNotKnown: 'x' },
      { tags: 'x' },
      { tags: [{ value: 'x' }] },
      { tags: [{ key: 'x'.repeat(256) }] },
      { tags: Array(51).fill({ key: 'x' }) },
    ],
  ],
  [
    'list',
    listWith,
    [
      ...[{ problems: 7 }, { error: 5 }, { durations: 5 }, { lastCompleted: {} }, { notInPlan: 5 }, { notThere: {} }],
      ...[{ deniedSince: 5 }, { answer: 5 }, { supersededAt: 5 }, { readAt: '2026-13-45T00:00:00Z' }],
    ],
  ],
  ['part', partWith, [{ lists: { dedicated: { ...list, problems: 7 } } }, { drill: 5 }]],
  ['archived', archivedWith, [{ lists: { dedicated: { ...list, problems: 7 } } }, { goneAt: 5 }]],
  [
    'scope',
    scopeWith,
    [
      ...[{ ended: 5 }, { ended: [null] }, { projectIds: 7 }, { accounts: { x: null } }, { listedAt: 5 }],
      ...[{ accounts: { x: { ...account, unlisted: 5 } } }, { runsEndedThrough: 5 }],
    ],
  ],
  [
    'project',
    projectWith,
    [
      ...[{ accounts: { a: null } }, { retired: 5 }, { unseen: 5 }, { firstSeenAt: 'not a time' }, { changes: [5] }],
      ...[{ changes: [{ at: AT }] }, { orgId: 5 }, { formerNames: [{ was: 'x' }] }, { formerOrgs: 5 }],
    ],
  ],
  ['run', runWith, [{ failures: 5 }, { scope: 5 }, { counts: 5 }, { startedAt: 'then' }, { failures: [null] }]],
];
const WRONG = PLACES.flatMap(([of, make, all]) =>
  all.map((more) => ({ of, more: JSON.stringify(more), item: make(more) })),
);

describe('a record of one spoke that has not the form of its kind', () => {
  test.each(WRONG)('is refused: $of $more', ({ item }) => {
    expect(() => accepted(item, { accountId: FORGER })).toThrow('expected');
  });

  test.each(PLACES)('and not for a field that a newer spoke sends: %s', (_, make) => {
    expect(() => accepted(make({ newer: { than: ['this'] } }), { accountId: FORGER })).not.toThrow();
  });

  test('a job: refused, unless it is only of a newer spoke, or of a broken history', async () => {
    const of = { accountId: FORGER };
    const whole = await itemOfJob();
    const bad: Item[] = [
      ...[{ status: 'WHAT' }, { kind: 5 }, { clusterName: 5 }, { requestedAt: undefined }, { changes: [] }],
      ...[{ changes: [5] }, { findings: 5 }, { problems: {} }, { requester: 'x' }, { fingerprint: 5 }],
      ...[{ requestedAt: '2026-99-99T00:00:00Z' }, { atlas: 5 }, { deliveryUrlCount: 'x' }],
    ];
    for (const more of bad)
      expect(() => accepted({ ...whole, ...more }, of), JSON.stringify(more)).toThrow('expected another shape');
    expect(() => accepted({ ...whole, newer: 5 }, of)).not.toThrow();
    const [change] = whole.changes as Item[];
    expect(() => accepted({ ...whole, changes: [{ ...change, state: 'forged' }] }, of)).not.toThrow();
  });

  test('takes nothing from the others: the hub goes on answering', async () => {
    await using hub = await engine.newTable();
    await using of = await engine.newTable();
    await new Spokes(hub.table).begin({ expected: [] });
    const spoke = spokeOf(of.table);
    await spoke.ledger.record(completed(job()), seen(0));
    await spoke.ledger.saveCoverage(PROJECT, () => coverage(PROJECT, [orders]));
    const forged = [
      { pk: `PROJECT#${OTHER}`, sk: `JOB#${JOB}`, projectId: OTHER, jobId: JOB },
      ...WRONG.map(({ item }) => item),
    ].map((item) => sent(item));
    expect(await receiving(hub.table, [...forged, ...spoke.sent])).toEqual(forged.map((_, n) => n));
    const app = apiOf(hub.table);
    for (const path of ['/', '/summary', '/restore-jobs', '/coverage', '/clusters', '/runs', '/recovery-objectives'])
      expect((await app.request(path)).status, path).toBeLessThan(500);
    expect((await app.request('/')).status).toBe(200);
    await expect(checkHub(hub.table, { expected: [] }, now)).resolves.toBeDefined();
  });

  test('in an export: refused by name, and the others are taken', async () => {
    await using hub = await engine.newTable();
    const bad = { pk: `PROJECT#${OTHER}`, sk: `JOB#${idAt(AT)}`, projectId: OTHER, jobId: idAt(AT) };
    const good = await itemOfJob();
    const records = async function* () {
      for (const item of [bad, good]) yield { kind: 'job' as const, item };
    };
    expect(await backfill(hub.table, records(), { spoke: `${FORGER}/eu-west-1/X`, now })).toEqual({
      ...{ records: 1, dropped: 0, left: 0 },
      ...{ refused: 1, refusedJobs: [{ projectId: OTHER, jobId: idAt(AT) }] },
    });
  });
});

describe('a run of one account', () => {
  test("gets no parts, no plan and no end from another's records", async () => {
    await using hub = await engine.newTable();
    await using of = await engine.newTable();
    const spoke = spokeOf(of.table);
    await spoke.ledger.startRun({
      ...{ runId: RUN, trigger: 'schedule', scope: {}, full: false, startedAt: NOW, status: 'running', failures: [] },
    } as never);
    await spoke.ledger.endRun(RUN, { what: 'run', code: 'X', message: 'x' });
    expect(await receiving(hub.table, spoke.sent)).toEqual([]);
    const shown = async () => (await apiOf(hub.table).request(`/runs/${RUN}`)).json();
    const before = await shown();
    expect(before).toMatchObject({ runId: RUN, parts: [] });
    const part = { projectId: PROJECT, projectName: 'x', ...{ runId: RUN, startedAt: NOW, finishedAt: NOW } };
    const forged = [
      { ...runWith(part), sk: `PROJECT#${PROJECT}` },
      { ...runWith({ planned: [{ projectId: PROJECT, projectName: 'x' }] }), sk: 'PLAN#0' },
      runWith({ status: 'running' }),
    ];
    expect(
      await receiving(
        hub.table,
        [...forged, runWith({})].map((item) => sent(item)),
      ),
    ).toEqual([0, 1, 2]);
    expect(await shown()).toEqual(before);
    expect(await hub.table.get({ pk: `RUN#${RUN}`, sk: 'RUN' })).toMatchObject({ accountId: '111111111111' });
  });
});
