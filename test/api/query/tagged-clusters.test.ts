// Which clusters a filter by tag asks for, where some are gone, and some projects were not read yet.
import { expect, test } from 'vitest';
import { taggedClusters } from '../../../functions/api/query/tagged-clusters.ts';
import { ledgerReader } from '../../../functions/ledger/repositories/ledger-reader.ts';
import { cluster, coverage } from '../../ledger/coverages.ts';
import { testEngine } from '../../ledger/engines.ts';
import { idAt, job, PROJECT, seen } from '../../ledger/jobs.ts';
import { NOW } from '../../ledger/table.ts';

const engine = testEngine();

test('of a project whose coverage is not written yet, or is lost, nobody knows whether its restores are of such a cluster', () => {
  const unread = { projectId: PROJECT, projectName: 'Payments' };
  expect(taggedClusters(['env=prod'], [unread])).toEqual({
    clusters: [],
    notKnown: {
      clusters: 1,
      text: 'The tags of 1 cluster are not known, so restores of it are left out: those of 1 project not read yet.',
    },
  });
});

test('pages go on though tags of others become known, or the table gives clusters in another order', async () => {
  await using own = await engine.newTable();
  const names = ['a', 'b'];
  for (const [salt, clusterName] of names.entries())
    await own.ledger.record(job({ jobId: idAt('2026-11-20T10:00:00Z', salt), clusterName }), seen(0));
  const reader = ledgerReader({ table: own.table, now: () => Date.parse(NOW) });
  const tagged = (order: readonly string[], isKnown: boolean) => {
    const tags = [{ key: 'env', value: 'prod' }];
    const clusters = order.map((name) => ({ ...cluster(name), tags }));
    const other = { ...cluster('other'), ...(isKnown && { tags: [] }) };
    const facts = { projectId: PROJECT, projectName: 'p', coverage: coverage(PROJECT, [...clusters, other]) };
    return taggedClusters(['env=prod'], [facts]);
  };
  const query = { limit: 1, tagged: tagged(names, false) };
  const first = await reader.jobs(query);
  const { cursor = '' } = first;
  const next = await reader.jobs({ ...query, tagged: tagged(names.toReversed(), true), cursor });
  expect([...first.items, ...next.items].map(({ clusterName }) => clusterName).sort()).toEqual(names);
});
