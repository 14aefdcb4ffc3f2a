// functions/ledger/repositories/coverage-head.ts: what the head item of a coverage says beside it.
import { defined } from '../../platform/defined.ts';
import type { Item } from '../table/job-item.ts';
import type { CoverageSlot } from '../table/keys.ts';
import type { Condition } from '../table/table-port.ts';

/** Where the clusters are, if not in the head itself. */
export interface Parts {
  slot: CoverageSlot;
  count: number;
  /** That they were written with. */
  fence: number;
}

/** What a head item says beside the coverage. All of it is absent before the first write. */
export interface Head {
  revision?: number;
  /** Of the last writer, finished or not. */
  fence?: number;
  parts?: Parts;
}

export const conditionOf = ({ revision, fence }: Head): Condition => ({
  coverageRevision: revision,
  coverageFence: fence,
});

export const headOf = ({ coverageRevision, coverageFence, coverageParts }: Item): Head =>
  defined({
    revision: coverageRevision as number | undefined,
    fence: coverageFence as number | undefined,
    parts: coverageParts as Parts | undefined,
  });
