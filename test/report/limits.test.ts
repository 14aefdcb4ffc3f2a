// What a report can't show is read from the record of the scope: who joined later, and what was renamed.
import { expect, test } from 'vitest';
import { ledgerReader } from '../../functions/ledger/repositories/ledger-reader.ts';
import type { GatherOptions } from '../../functions/report/gather/gather.ts';
import { objectivesOf } from '../../functions/restore/objectives/objective.ts';
import { testEngine } from '../ledger/engines.ts';
import { coverage, known, NOW, PAST, PROJECT_ID, scope } from '../proof/facts.ts';
import { wholeEvidence } from './whole.ts';

const engine = testEngine();
const [BEGAN, SEPTEMBER] = ['2026-01-01T00:00:00.000Z', '2026-09-01T00:00:00.000Z'];

test('names credentials that joined in the period, former names of projects, and objectives that fit no cluster', async () => {
  await using table = await engine.newTable(() => Date.parse(NOW));
  const ledger = ledgerReader({ table: table.table, now: () => Date.parse(NOW) });
  await ledger.saveCoverage(PROJECT_ID, () => coverage());
  const formerNames = [
    { was: 'old', seenAt: BEGAN, until: '2026-02-01T00:00:00.000Z' },
    { was: 'prod-payments', seenAt: SEPTEMBER, until: SEPTEMBER },
  ];
  await ledger.saveKnownProject(PROJECT_ID, () => known({ formerNames }));
  const account = { listedAt: NOW, projects: 1, runId: 'a'.repeat(24) };
  const accounts = {
    ...{ first: { ...account, since: BEGAN }, second: { ...account, since: SEPTEMBER } },
    laptop: { ...account, since: SEPTEMBER, guest: true as const },
  };
  await ledger.saveScope(() => scope({ accounts }));
  const options: GatherOptions = {
    period: { ...PAST.period, ended: true },
    ...{ madeAt: NOW, version: '0', ledgerName: 'ledger', verify: false },
    objectives: objectivesOf(['prod-*/* = rto 1h', 'Payments/* = rto 2h']),
    progress: { show: () => {}, clear: () => {} } as unknown as GatherOptions['progress'],
  };
  const { limits } = await wholeEvidence(ledger, options);
  expect(limits.filter((limit) => /^(The credentials|Project |No cluster)/.test(limit))).toEqual([
    expect.stringContaining('Project Payments was called prod-payments until 2026-09-01 00:00 UTC'),
    expect.stringContaining('The credentials second first listed their projects at 2026-09-01 00:00 UTC'),
    expect.stringContaining('No cluster of this report has the objective prod-*/* = rto 1h'),
  ]);
  const ofOne = await wholeEvidence(ledger, { ...options, only: { projectIds: [PROJECT_ID] } });
  expect(ofOne.limits.join()).not.toContain('No cluster of this report');
});
