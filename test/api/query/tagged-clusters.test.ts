// Which clusters a filter by tag asks for, where some are gone, and some projects were not read yet.
import { expect, test } from 'vitest';
import { taggedClusters } from '../../../functions/api/query/tagged-clusters.ts';
import { PROJECT } from '../../ledger/jobs.ts';

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
