// bin/report/numbers.ts: the numbers of the report: restores by outcome, by finding and by requester.

import { defined } from '../../functions/platform/defined.ts';
import { percentile } from '../../functions/platform/percentile.ts';
import { PROOF_STATES } from '../../functions/proof/list.ts';
import { isFound } from '../../functions/restore/requesters/requester.ts';
import { DRILL_STATES, GRADES, SEVERITIES, STATUSES } from '../../functions/schema/words.ts';
import { isDrill } from './drill-proof.ts';
import type { ClusterEvidence, Numbers, ProjectEvidence, RequesterCount, RestoreEvidence } from './report.ts';

/** Memory: a number for each completed restore, and a row for each requester. */
export function numbersOf(projects: readonly ProjectEvidence[]): Numbers {
  const clusters = projects.flatMap((project) => project.clusters);
  const countOf = (fits: (cluster: ClusterEvidence) => boolean) => clusters.filter(fits).length;
  return {
    projects: projects.length,
    clusters: clusters.length,
    clustersWithRestores: countOf(({ restores }) => restores.length > 0),
    proofs: recordOf(PROOF_STATES, (state) => countOf(({ proof }) => proof.state === state)),
    ...restoreNumbers(clusters),
    drills: recordOf(DRILL_STATES, (state) => countOf(({ drill }) => drill.state === state)),
    drillsMissed: countOf(({ drill }) => drill.missed.length > 0),
  };
}

function restoreNumbers(clusters: readonly ClusterEvidence[]) {
  const rules: Numbers['rules'] = {};
  const numbers = { restores: 0, outcomes: zeros(STATUSES), findings: 0, severities: zeros(SEVERITIES), rules };
  const durations: number[] = [];
  const byRequester = new Map<string, RequesterCount>();
  const unnamed: Record<string, number> = {};
  for (const restore of clusters.flatMap(({ restores }) => restores)) {
    const { status, durationSeconds, findings } = restore;
    numbers.restores += 1;
    numbers.outcomes[status] = (numbers.outcomes[status] ?? 0) + 1;
    if (isDrill(restore) && durationSeconds !== undefined) durations.push(durationSeconds);
    for (const { rule, severity } of findings) {
      numbers.findings += 1;
      numbers.severities[severity] += 1;
      rules[rule] ??= zeros(SEVERITIES);
      rules[rule][severity] += 1;
    }
    countRequester(restore, byRequester, unnamed);
  }
  const requesters = [...byRequester.values()].sort((a, b) => b.restores - a.restores);
  const [median, longest] = [percentile(durations, 0.5), percentile(durations, 1)];
  const recovery = median === undefined || longest === undefined ? undefined : { median, longest };
  return { ...numbers, requesters, unnamed, ...defined({ recovery }) };
}

function countRequester(
  { requester }: RestoreEvidence,
  byRequester: Map<string, RequesterCount>,
  unnamed: Record<string, number>,
) {
  if (!isFound(requester)) {
    const reason = requester?.reason ?? 'not-looked';
    unnamed[reason] = (unnamed[reason] ?? 0) + 1;
    return;
  }
  const { kind, id, name } = requester.actor;
  const key = JSON.stringify([kind, id, name]);
  const count = byRequester.get(key) ?? { ...defined({ kind, id, name }), restores: 0, grades: zeros(GRADES) };
  count.restores += 1;
  count.grades[requester.grade] += 1;
  byRequester.set(key, count);
}

const zeros = <K extends string>(names: readonly K[]) => recordOf(names, () => 0);

const recordOf = <K extends string, V>(names: readonly K[], value: (name: K) => V) =>
  Object.fromEntries(names.map((name) => [name, value(name)])) as Record<K, V>;
