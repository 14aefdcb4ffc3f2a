// functions/report/gather/gaps.ts: gaps that show in the restores themselves.
import type { Gap } from '../../proof/gap.ts';
import { problemText } from '../../restore/field-reader.ts';
import { counted, listed } from '../../views/text.ts';
import type { RestoreEvidence } from '../model/report.ts';

const MAX_NAMED = 3;

/** Of a cluster that has restores. */
export const NO_COVERAGE: Gap = {
  reason: 'never-read',
  text: 'No coverage is kept of this cluster: there may be other restores.',
  action: 'run restore-ledger collect --full',
};

/** Restores on record of which something is not known: how they ended, or where they went. */
export function notUnderstood(restores: readonly RestoreEvidence[]): Gap[] {
  const odd = restores.flatMap(({ jobId, problems = [] }) =>
    problems.length === 0 ? [] : [`${jobId} (${problems.map(problemText).join('; ')})`],
  );
  if (odd.length === 0) return [];
  const named = listed(odd.slice(0, MAX_NAMED), odd.length);
  const text = `Of ${counted(odd.length, 'restore')} on record, not everything could be understood: ${named}.`;
  return [{ reason: 'not-understood', text, action: 'update the program, and report what it could not read' }];
}

/** Restores of a project that something else wrote to. */
export class AlteredRestores {
  readonly #named: string[] = [];
  #count = 0;

  add(jobId: string) {
    this.#count += 1;
    if (this.#named.length < MAX_NAMED) this.#named.push(jobId);
  }

  get gaps(): Gap[] {
    if (this.#count === 0) return [];
    const text = `Something else than this program changed ${listed(this.#named, this.#count)} of the restores on record: they no longer match their histories.`;
    const action = 'run restore-ledger collect --full, which restores what Atlas still lists';
    return [{ reason: 'record-differs', text, action }];
  }
}
