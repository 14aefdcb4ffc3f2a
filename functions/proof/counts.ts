// functions/proof/counts.ts: a project's restore jobs by different counts, and what it means where these differ.
import { letGoBy } from '../ledger/let-go/let-go.ts';
import { NO_IDS, toggled } from '../ledger/model/id-set.ts';
import type { Owner } from '../ledger/model/known-project.ts';
import type { Ledger } from '../ledger/model/ledger.ts';
import { type Counted, isAllThere } from '../ledger/model/uncounted.ts';
import { isObjectId, requestedAt } from '../restore/object-id.ts';
import type { Expected, Recorded } from './expected.ts';
import type { Gap } from './gap.ts';
import { missing } from './hub.ts';
import { type Period, when } from './period.ts';

/** How many restore jobs there are, by different counts. */
export interface Counts {
  /** Items of the table. */
  table: number;
  /** What the indexes show. Absent: not counted. */
  index?: number | undefined;
  /** What the coverage says was recorded. Absent: there is no coverage. */
  recorded?: number | undefined;
  /** Whether all that is in the table, by the ids. Absent: no ids are on record. */
  isAllThere?: boolean | undefined;
}

/** Jobs by their number and ids. */
export class Tally implements Counted {
  jobs = 0;
  ids = NO_IDS;

  add(jobId: string) {
    this.jobs += 1;
    this.ids = toggled(this.ids, [jobId]);
  }
}

const isSame = (a: Counted, b: Counted) => a.jobs === b.jobs && a.ids === b.ids;

/** A project's jobs as the index over all projects shows them. */
export interface Listed {
  /** Without those that are let go. */
  all: Tally;
  inPeriod: Tally;
}

/** Of every project that the index shows jobs of. Requests: 1 scan a MB of the index. @param expected says what is let go @throws LedgerError */
export async function listedIn(
  ledger: Pick<Ledger, 'listedJobs'>,
  { since, until }: Period,
  expected: readonly Expected[] = [],
): Promise<Map<string, Listed>> {
  const projects = new Map<string, Listed>();
  const letGo = new Map(expected.map(({ projectId, recorded }) => [projectId, letGoBy(recorded?.letGo)]));
  for await (const { projectId, jobId } of ledger.listedJobs()) {
    const project = projects.get(projectId) ?? nothingListed();
    projects.set(projectId, project);
    if (!letGo.get(projectId)?.(jobId)) project.all.add(jobId);
    if (!isObjectId(jobId)) continue; // put there by something else: no id of Atlas's, and of no time
    const at = requestedAt(jobId);
    if (at >= since && at < until) project.inPeriod.add(jobId);
  }
  return projects;
}

export const nothingListed = (): Listed => ({ all: new Tally(), inPeriod: new Tally() });

/**
 * The table is counted unless its index shows just what was recorded, job by job, and of the period just what the table has. Indexes
 * are made from the table, so then that is there. Where an index shows less than the table has, both are counted once more.
 * @param expected read before `listed`, so that it is no more
 * @param listed absent where the index over all projects was not read
 * @param inPeriod the table's jobs of the period
 * @throws LedgerError
 */
export async function countsOf(
  ledger: Pick<Ledger, 'census'>,
  { projectId, recorded: expected = {} }: Expected,
  listed: Listed | undefined,
  inPeriod: Counted,
): Promise<Counts> {
  const { recorded, recordedIds } = expected;
  const isExact = listed !== undefined && listed.all.jobs === recorded && listed.all.ids === recordedIds;
  if (isExact && isSame(listed.inPeriod, inPeriod)) {
    return { table: listed.all.jobs, index: listed.all.jobs, recorded, isAllThere: true };
  }
  const first = await counted(ledger, projectId, expected, listed?.all);
  // An index has yet to show what was recorded a moment ago.
  return first.index < first.table ? counted(ledger, projectId, expected, listed?.all) : first;
}

async function counted(
  ledger: Pick<Ledger, 'census'>,
  projectId: string,
  expected: Recorded,
  listed: Tally | undefined,
): Promise<Counts & { index: number }> {
  const { table: whole, index } = await ledger.census(projectId, expected.letGo);
  const table = whole.without(letGoBy(expected.letGo));
  return {
    table: table.jobs,
    index: Math.max(index, listed && listed.jobs > table.jobs ? listed.jobs : 0),
    recorded: expected.recorded,
    isAllThere: isAllThere(expected, table),
  };
}

/** As many as were recorded are in the table, and it can't be told whether it's these. */
export function undetermined({ table, recorded = 0, isAllThere }: Counts = { table: 0 }): Gap[] {
  if (isAllThere !== false || table < recorded) return [];
  const text = `The table has ${table} restore jobs of the project. Whether the ${recorded} that were counted are among them can’t be told: one may be missing.`;
  const action = 'run restore-ledger collect --full, which records again what Atlas still lists';
  return [{ reason: 'record-differs', text, action }];
}

/** The table is the record: what the ledger counted elsewhere must be in it. @param project its coverage only if there is one */
export function differing(
  { table, index, recorded }: Counts,
  {
    coverage,
    known,
    owner,
  }: { coverage?: object | undefined; known?: { coveredSince?: string } | undefined; owner?: Owner | undefined },
): Gap[] {
  if (owner) return recorded !== undefined && table < recorded ? [missing(owner, table, recorded)] : [];
  const has = `The table has ${table} restore jobs of the project`;
  const since = coverage === undefined ? known?.coveredSince : undefined;
  const texts = [
    recorded !== undefined &&
      table < recorded &&
      `${recorded - table} of ${recorded} restore jobs that were recorded are not in the table any more.`,
    index !== undefined && index !== table && `${has}, and its index shows ${index}.`,
    since !== undefined &&
      (table > 0
        ? `${has}, and no coverage: what was read of it is not on record.`
        : `The project was read since ${when(since)}, and the table has neither coverage nor jobs of it.`),
  ].filter((text) => text !== false);
  const action = 'run restore-ledger verify, and collect --full to record again what Atlas still lists';
  return texts.map((text): Gap => ({ reason: 'record-differs', text, action }));
}
