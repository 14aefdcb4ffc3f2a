// bin/report/numbers.ts counts what is in the report: restores by outcome, by finding and by who asked.

import { percentile } from '../../functions/platform/percentile.ts';
import { PROOF_STATES } from '../../functions/proof/list.ts';
import { isFound, type Requester } from '../../functions/restore/requesters/requester.ts';
import type { Finding } from '../../functions/restore/rules/finding.ts';
import { DRILL_STATES, GRADES, SEVERITIES, STATUSES } from '../../functions/schema/words.ts';
import { isDrill } from './judge-drills.ts';
import type { ClusterEvidence, Numbers, ProjectEvidence, RequesterCount } from './report.ts';

/** Memory: a number for each completed restore, and a row for each requester. */
export function numbersOf(projects: readonly ProjectEvidence[]): Numbers {
  const clusters = projects.flatMap((project) => project.clusters);
  const counter = new RestoreCounter();
  for (const { restores } of clusters) for (const restore of restores) counter.add(restore);
  const countOf = (fits: (cluster: ClusterEvidence) => boolean) => clusters.filter(fits).length;
  return {
    projects: projects.length,
    clusters: clusters.length,
    clustersWithRestores: countOf(({ restores }) => restores.length > 0),
    proofs: recordOf(PROOF_STATES, (state) => countOf(({ proof }) => proof.state === state)),
    ...counter.numbers,
    drills: recordOf(DRILL_STATES, (state) => countOf(({ drill }) => drill.state === state)),
    drillsMissed: countOf(({ drill }) => drill.missed.length > 0),
  };
}

type Counted = Pick<
  Numbers,
  'restores' | 'outcomes' | 'findings' | 'severities' | 'rules' | 'requesters' | 'unnamed' | 'recovery'
>;

class RestoreCounter {
  #restores = 0;
  #findings = 0;
  readonly #outcomes = recordOf(STATUSES, () => 0);
  readonly #severities = recordOf(SEVERITIES, () => 0);
  readonly #rules: Numbers['rules'] = {};
  readonly #requesters = new Map<string, RequesterCount>();
  readonly #unnamed: Record<string, number> = {};
  readonly #durations: number[] = [];

  add(restore: ClusterEvidence['restores'][number]) {
    const { status, durationSeconds, requester, findings } = restore;
    this.#restores += 1;
    this.#outcomes[status] = (this.#outcomes[status] ?? 0) + 1;
    if (isDrill(restore) && durationSeconds !== undefined) this.#durations.push(durationSeconds);
    for (const finding of findings) this.#addFinding(finding);
    this.#addRequester(requester);
  }

  get numbers(): Counted {
    const recovery = recoveryOf(this.#durations);
    return {
      restores: this.#restores,
      outcomes: this.#outcomes,
      findings: this.#findings,
      severities: this.#severities,
      rules: this.#rules,
      requesters: [...this.#requesters.values()].sort((a, b) => b.restores - a.restores),
      unnamed: this.#unnamed,
      ...(recovery ? { recovery } : {}),
    };
  }

  #addFinding({ rule, severity }: Finding) {
    this.#findings += 1;
    this.#severities[severity] += 1;
    this.#rules[rule] ??= recordOf(SEVERITIES, () => 0);
    this.#rules[rule][severity] += 1;
  }

  #addRequester(requester: Requester | undefined) {
    if (!isFound(requester)) {
      const reason = requester?.reason ?? 'not-looked';
      this.#unnamed[reason] = (this.#unnamed[reason] ?? 0) + 1;
      return;
    }
    const { kind, id, name } = requester.actor;
    const key = JSON.stringify([kind, id, name]);
    const count = this.#requesters.get(key) ?? {
      ...{ kind, ...(id === undefined ? {} : { id }), ...(name === undefined ? {} : { name }) },
      ...{ restores: 0, grades: recordOf(GRADES, () => 0) },
    };
    count.restores += 1;
    count.grades[requester.grade] += 1;
    this.#requesters.set(key, count);
  }
}

function recoveryOf(seconds: number[]): Numbers['recovery'] {
  const [median, longest] = [percentile(seconds, 0.5), percentile(seconds, 1)];
  return median === undefined || longest === undefined ? undefined : { median, longest };
}

function recordOf<K extends string, V>(names: readonly K[], value: (name: K) => V): Record<K, V> {
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Record<K, V>;
}
