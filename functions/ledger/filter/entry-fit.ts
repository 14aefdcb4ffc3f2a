// functions/ledger/filter/entry-fit.ts: what a filter asks for, as a table can be asked for it, and of an entry of an index.
import { FIRST_ID, idBefore, LAST_ID, lowestIdAt } from '../../restore/object-id.ts';
import { STATUSES } from '../../schema/words.ts';
import type { JobsFilter } from '../model/ledger.ts';
import { FINDING_RULES, type IndexField } from '../model/table.ts';
import { type Item, jobSummary } from '../table/job-item.ts';
import { fitsFilter } from '../table/table-port.ts';
import { indexedFit } from './jobs-filter.ts';

/** Ids from and to, both included. */
export interface IdRange {
  lowest: string;
  highest: string;
}

/** What a table can be asked for: values of fields, one of which a job must have, and findings. */
export function tableFilter(query: JobsFilter) {
  const { statuses = [], kinds = [], deliveries = [], findings = [] } = query;
  const { targetProjectId, targetClusterName, snapshotId } = query;
  const one = (value: string | undefined) => (value === undefined ? [] : [value]);
  const wanted: Partial<Record<IndexField, readonly string[]>> = {
    status: statuses.length < STATUSES.length ? STATUSES.filter((status) => statuses.includes(status)) : [],
    kind: kinds,
    delivery: deliveries,
    targetProjectId: one(targetProjectId),
    targetClusterName: one(targetClusterName),
    snapshotId: one(snapshotId),
  };
  const filter = Object.fromEntries(Object.entries(wanted).filter(([, values]) => values.length > 0));
  return { filter, ...(findings.length > 0 ? { holds: { [FINDING_RULES]: findings } } : {}) };
}

/** The ids of a period; nothing where it is empty. @throws RangeError for an invalid date */
export function idRange(since: string | undefined, until: string | undefined): IdRange | undefined {
  const highest = until === undefined ? LAST_ID : idBefore(lowestIdAt(until));
  return highest === undefined ? undefined : { lowest: since === undefined ? FIRST_ID : lowestIdAt(since), highest };
}

/** Whether an entry of an index over all projects, or what the table has of it, is what is asked for, as far as an index carries that. */
export function entryFit(query: JobsFilter): (entry: Item) => boolean {
  const range = idRange(query.since, query.until);
  const [asked, indexed] = [fitsFilter(tableFilter(query)), indexedFit(query)];
  return (entry) => {
    const jobId = String(entry.jobId);
    const isOfPeriod = range !== undefined && jobId >= range.lowest && jobId <= range.highest;
    return isOfPeriod && asked(entry) && (indexed?.(jobSummary(entry)) ?? true);
  };
}
