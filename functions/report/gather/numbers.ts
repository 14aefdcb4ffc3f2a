// functions/report/gather/numbers.ts: the numbers of the report: restores by outcome, by finding and by requester.

import { defined } from '../../platform/defined.ts';
import { medianOf, percentile } from '../../platform/percentile.ts';
import { PROOF_STATES } from '../../proof/list.ts';
import { SIDES } from '../../restore/objectives/objective.ts';
import { isFound } from '../../restore/requesters/requester.ts';
import { DRILL_STATES, GRADES, SEVERITIES, STATUSES } from '../../schema/words.ts';
import type { ClusterEvidence, Numbers, RequesterCount, RestoreEvidence } from '../model/report.ts';
import { isDrill } from './drill-proof.ts';

const COUNTED = ['met', 'missed', 'notKnown'] as const;

/** Counts cluster by cluster. Memory: a number for each completed restore, and a row for each requester. */
export class NumbersTally {
  readonly #numbers = {
    ...{ projects: 0, clusters: 0, clustersWithRestores: 0, proofs: zeros(PROOF_STATES) },
    ...{ restores: 0, outcomes: zeros(STATUSES), findings: 0, severities: zeros(SEVERITIES) },
    rules: {} as Numbers['rules'],
  };
  readonly #drills = { drills: zeros(DRILL_STATES), drillsMissed: 0, drillsNotKnown: 0 };
  readonly #objectives = { clusters: 0, rto: zeros(COUNTED), rpo: zeros(COUNTED) };
  readonly #durations: number[] = [];
  readonly #byRequester = new Map<string, RequesterCount>();
  readonly #unnamed: Record<string, number> = {};

  addProject() {
    this.#numbers.projects += 1;
  }

  addCluster({ proof, drill, recovery, restores }: ClusterEvidence) {
    this.#numbers.clusters += 1;
    if (restores.length > 0) this.#numbers.clustersWithRestores += 1;
    this.#numbers.proofs[proof.state] += 1;
    this.#drills.drills[drill.state] += 1;
    if (drill.missed.length > 0) this.#drills.drillsMissed += 1;
    else if (drill.notKnown) this.#drills.drillsNotKnown += 1;
    if (recovery.objective) this.#objectives.clusters += 1;
    for (const side of SIDES) for (const state of COUNTED) this.#objectives[side][state] += recovery[side][state];
    for (const restore of restores) this.#addRestore(restore);
  }

  #addRestore(restore: RestoreEvidence) {
    const numbers = this.#numbers;
    const { status, durationSeconds, findings } = restore;
    numbers.restores += 1;
    numbers.outcomes[status] = (numbers.outcomes[status] ?? 0) + 1;
    if (isDrill(restore) && durationSeconds !== undefined) this.#durations.push(durationSeconds);
    for (const { rule, severity } of findings) {
      numbers.findings += 1;
      numbers.severities[severity] += 1;
      numbers.rules[rule] ??= zeros(SEVERITIES);
      numbers.rules[rule][severity] += 1;
    }
    countRequester(restore, this.#byRequester, this.#unnamed);
  }

  get numbers(): Numbers {
    const requesters = [...this.#byRequester.values()].sort((a, b) => b.restores - a.restores);
    const longest = percentile(this.#durations, 1);
    const recovery = longest === undefined ? undefined : defined({ median: medianOf(this.#durations), longest });
    return {
      ...this.#numbers,
      requesters,
      unnamed: this.#unnamed,
      ...defined({ recovery }),
      ...this.#drills,
      objectives: this.#objectives,
    };
  }
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

function zeros<K extends string>(names: readonly K[]) {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<K, number>;
}
