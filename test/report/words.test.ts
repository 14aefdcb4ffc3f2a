// The verdict in words says nothing that is not known. Numbers are synthetic.
import { describe, expect, test } from 'vitest';
import { NumbersTally } from '../../functions/report/gather/numbers.ts';
import { isLate } from '../../functions/report/html/clusters.ts';
import type { ClusterEvidence } from '../../functions/report/model/report.ts';
import { limitsOf, verdictOf } from '../../functions/report/model/words.ts';
import type { DrillState } from '../../functions/schema/words.ts';
import { NOW, PAST } from '../proof/facts.ts';

const side = { met: 0, missed: 0, notKnown: 0, measured: 0 };
const cluster = (state: DrillState, parts: Partial<ClusterEvidence['drill']> = {}): ClusterEvidence => ({
  ...{ clusterName: 'orders', proof: { state: 'covered', lists: [], gaps: [] }, restores: [] },
  ...{ drill: { state, missed: [], ...parts }, recovery: { rto: side, rpo: side } },
});

function textOf(states: readonly DrillState[]) {
  const tally = new NumbersTally();
  for (const state of states) tally.addCluster(cluster(state));
  return textOfTally(tally);
}

function textOfTally(tally: NumbersTally) {
  const claim = { state: 'incomplete', gaps: [] } as const;
  const period = { ...PAST.period, ended: true };
  return verdictOf({ period, numbers: tally.numbers, gaps: [], madeAt: NOW, claim: { ...claim, gaps: [] } }).text;
}

const NO_LIMITS = {
  outOfScope: [],
  changed: [],
  joined: [],
  ended: [],
  letGo: [],
  hasObjectives: false,
  idleObjectives: [],
};

test('credentials that came later, and objectives of no cluster, are named', () => {
  const joined = [{ account: 'second', since: '2026-09-01T00:00:00.000Z' }];
  const limits = limitsOf(0, { ...NO_LIMITS, joined, hasObjectives: true, idleObjectives: ['prod-*/* = rto 1h'] });
  expect(limits.join('\n')).toContain(
    'The credentials second first listed their projects at 2026-09-01 00:00 UTC: one',
  );
  expect(limits.at(-1)).toBe(
    'No cluster of this report has the objective prod-*/* = rto 1h: it fits none, or another comes before it.',
  );
  expect(limits).toHaveLength(limitsOf(0, { ...NO_LIMITS, hasObjectives: true }).length + 2);
});

test('what a project was called, and whose it was, is said of the period', () => {
  const names = [{ was: 'prod-payments', seenAt: PAST.period.since, until: '2026-09-01T00:00:00.000Z' }];
  const organizations = [{ was: 'a'.repeat(24), seenAt: PAST.period.since, until: '2026-10-01T00:00:00.000Z' }];
  const changed = [{ projectName: 'payments', names, organizations }];
  const text = limitsOf(0, { ...NO_LIMITS, changed }).join('\n');
  expect(text).toContain('Project payments was called prod-payments until 2026-09-01 00:00 UTC: drills, objectives');
  expect(text).toContain(
    `Project payments was of the Atlas organization ${'a'.repeat(24)} until 2026-10-01 00:00 UTC.`,
  );
});

describe('drills', () => {
  test('none is said not to be overdue while that of some is unknown', () => {
    expect(textOf(['met', 'due'])).toContain('1 was, 1 has time left, none is overdue.');
    expect(textOf(['met', 'not-covered'])).toContain('1 was, 1 is unknown, none is known to be overdue.');
    expect(textOf(['overdue', 'not-covered'])).toContain('1 is unknown, 1 is overdue.');
  });

  test('of part of the period that are not known are named', () => {
    const tally = new NumbersTally();
    const part = [{ from: 'a', until: 'b' }];
    tally.addCluster(cluster('met', { notKnown: part }));
    tally.addCluster(cluster('met', { missed: part, notKnown: part }));
    const text = textOfTally(tally);
    expect(text).toContain('For 1 cluster, part of the period had no restore recent enough.');
    expect(text).toContain('For 1 cluster, it is not known of part of the period whether there was one recent enough.');
    expect(textOf(['met'])).not.toContain('it is not known of part');
  });

  test('of no cluster is anything said, where no cluster is known', () => {
    expect(textOf([])).not.toContain('has to be restored');
    expect(textOf(['none'])).toContain('No cluster has to be restored within a number of days.');
  });

  test('one that was missed is shown, though its cluster is gone', () => {
    expect(isLate(cluster('none', { missed: [{ from: 'a', until: 'b' }] }))).toBe(true);
    expect(isLate(cluster('none'))).toBe(false);
    expect(isLate(cluster('overdue'))).toBe(true);
  });
});
