// functions/views/coverage-totals.ts: what the coverage of all projects adds up to, now and as time goes by.
import {
  type ClusterCoverage,
  COVERAGE_NUMBERS,
  type CoverageNumbers,
  type CoverageTotals,
  NAMED_PROJECTS,
} from '../ledger/model/coverage.ts';
import type { ProjectFacts } from '../ledger/model/known-project.ts';
import { CLOCK_TOLERANCE_MS } from '../ledger/model/merge-observation.ts';
import { FRESH_MS } from '../proof/list.ts';
import { isObjectId, requestedAt } from '../restore/object-id.ts';
import type { DrillState } from '../schema/words.ts';
import { clusterRow } from './cluster-row.ts';
import { type CoverageRow, coverageRows, needsAttention } from './coverage.ts';
import { TimelineSum, valueIn } from './timeline.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const MAX_SLOTS = 3_000;
/** Of all names together: some 100 KB at most, of an item that takes 400. */
const MAX_NAMES_LENGTH = 30_000;

/** States of the drill of a cluster of which a restore is expected, or may be. */
export const EXPECTED_DRILLS: readonly DrillState[] = [
  ...(['overdue', 'due', 'met', 'proven', 'not-proven', 'not-covered', 'tags-not-known'] as const),
];
/** Nobody knows whether they are overdue. */
export const UNKNOWN_DRILLS: readonly DrillState[] = ['not-covered', 'tags-not-known'];
/** And of one that has no restore that counts, or none that is known to: the most urgent first. */
export const LACKING_DRILLS: readonly DrillState[] = [
  ...(['overdue', 'backups-off', 'not-covered', 'tags-not-known', 'not-proven', 'due'] as const),
];
const isExpected = (state: DrillState | undefined) => state !== undefined && EXPECTED_DRILLS.includes(state);

export function numbersOf(rows: readonly CoverageRow[]): CoverageNumbers {
  const count = (is: (row: CoverageRow) => boolean) => rows.filter(is).length;
  const isThere = ({ clusterName, state }: CoverageRow) =>
    clusterName !== undefined && state !== 'gone' && state !== 'none' && state !== 'out-of-scope';
  return {
    clusters: count(isThere),
    covered: count((row) => isThere(row) && row.claim === 'complete'),
    unread: count(({ what, state }) => what === 'project' && needsAttention(state)),
    attention: count(({ state }) => needsAttention(state)),
    expected: count(({ drill }) => isExpected(drill?.state)),
    overdue: count(({ drill }) => drill?.state === 'overdue'),
    drillsUnknown: count(({ drill }) => drill !== undefined && UNKNOWN_DRILLS.includes(drill.state)),
  };
}

/** Clusters of a project that were read at least once. */
export const readClusters = ({ coverage }: ProjectFacts): number =>
  Object.values(coverage?.clusters ?? {}).filter(wasRead).length;

const wasRead = ({ lists }: ClusterCoverage) => Object.values(lists).some(({ readAt }) => readAt !== undefined);

/** Memory: that of one project, and of the result. @param now in ms since the epoch */
export async function totalsOf(
  projects: AsyncIterable<ProjectFacts>,
  { now, lateAfterMs }: { now: number; lateAfterMs: number },
): Promise<CoverageTotals> {
  const slots = slotsFrom(now, lateAfterMs);
  const sums = each(() => new TimelineSum());
  const totals = { projects: 0, read: { clusters: 0, projects: 0 } };
  const names = new ProjectNames();
  for await (const project of projects) {
    totals.projects += 1;
    names.add(project);
    const read = readClusters(project);
    totals.read.clusters += read;
    if (read > 0) totals.read.projects += 1;
    for (const { rowsAt, about, days } of partsOf(project, lateAfterMs)) {
      let before = each(() => 0);
      for (const slot of slots.of(changesOf(about, lateAfterMs, days))) {
        const after = numbersOf(rowsAt(slots.endOf(slot)));
        for (const name of COVERAGE_NUMBERS) sums[name].add(slot, after[name] - before[name]);
        before = after;
      }
    }
  }
  const numbers = each((name) => sums[name].timeline());
  const until = iso(slots.endOf(slots.last));
  return { countedAt: iso(now), until, slotMs: slots.ms, lateAfterMs, numbers, ...totals, ...names.all };
}

/** Names of projects by id, unless they are too many, or too long, for one item. */
export class ProjectNames {
  readonly #names = new Map<string, string>();
  #length = 0;

  add({ projectId, projectName }: Pick<ProjectFacts, 'projectId' | 'projectName'>) {
    if (!this.#fits) return;
    this.#names.set(projectId, projectName);
    this.#length += projectName.length;
  }

  get all(): { names?: Record<string, string> } {
    return this.#fits ? { names: Object.fromEntries(this.#names) } : {};
  }

  get #fits() {
    return this.#names.size <= NAMED_PROJECTS && this.#length <= MAX_NAMES_LENGTH;
  }
}

/** As `numbersOf` the rows at the end of the slot of `now`; before and after the totals, of their first and last slot. */
export function numbersAt({ countedAt, until, slotMs, numbers }: CoverageTotals, now: number): CoverageNumbers {
  const slotOf = (ms: number) => Math.floor(ms / slotMs);
  const at = Math.max(Date.parse(countedAt), Math.min(now, Date.parse(until)));
  return each((name) => valueIn(numbers[name], slotOf(at) - slotOf(Date.parse(countedAt))));
}

/** Readings that nothing follows are all stale long before the last slot. */
function slotsFrom(now: number, lateAfterMs: number) {
  const horizonMs = 2 * Math.max(FRESH_MS, lateAfterMs);
  const ms = MINUTE_MS * Math.ceil(horizonMs / MAX_SLOTS / MINUTE_MS);
  const first = Math.floor(now / ms);
  const last = Math.ceil(horizonMs / ms);
  return {
    ms,
    last,
    endOf: (slot: number) => (first + slot + 1) * ms - 1,
    /** The first slot, and those of these moments, in order. */
    of(moments: readonly number[]): number[] {
      const slots = moments.map((moment) => Math.floor(moment / ms) - first);
      return [...new Set([0, ...slots.filter((slot) => slot > 0 && slot <= last)])].sort((a, b) => a - b);
    },
  };
}

interface Part {
  rowsAt(now: number): CoverageRow[];
  /** All that the rows follow from. */
  about: unknown;
  /** Within which a restore is expected. */
  days?: number | undefined;
}

/** What changes by itself: each cluster, and the project beside them. */
function partsOf(project: ProjectFacts, lateAfterMs: number): Part[] {
  const { known, coverage } = project;
  const clusters = Object.values(coverage?.clusters ?? {});
  const bare = coverage ? { ...project, coverage: { ...coverage, clusters: {} } } : project;
  const ofProject = {
    rowsAt: (now: number) => coverageRows(bare, { now, lateAfterMs }),
    about: { ...known, changes: [], discovery: coverage?.discovery },
  };
  const ofCluster = (cluster: ClusterCoverage): Part => ({
    rowsAt: (now) => [clusterRow(project, cluster, { now, lateAfterMs })],
    about: [cluster, { ...known, changes: [] }, project.verdicts?.get(cluster.clusterName)],
    days: cluster.drill?.days,
  });
  return [ofProject, ...clusters.map(ofCluster)];
}

/** Every moment at which time alone may change what follows from these facts; more than do. */
function changesOf(about: unknown, lateAfterMs: number, days = 0): number[] {
  const after = [0, -CLOCK_TOLERANCE_MS, days * DAY_MS];
  const ageing = [...after, FRESH_MS, lateAfterMs];
  // A change may come with the moment, or right after it.
  return momentsIn(about).flatMap(({ name, moment }) =>
    (AGEING.has(name) ? ageing : after).flatMap((ms) => [moment + ms, moment + ms + 1]),
  );
}

/** When Atlas was heard last: what counts is how long ago that is. */
const AGEING = new Set(['readAt', 'at']);
/** Of no meaning for any number. */
const WITHOUT_MEANING = new Set(['recent', 'durations', 'resume', 'tags']);

function momentsIn(value: unknown, name = ''): { name: string; moment: number }[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([each, of]) => (WITHOUT_MEANING.has(each) ? [] : momentsIn(of, each)));
  }
  if (typeof value !== 'string') return [];
  const moment = Date.parse(isObjectId(value) ? requestedAt(value) : /^\d{4}-\d\d-\d\dT/.test(value) ? value : '');
  return Number.isNaN(moment) ? [] : [{ name, moment }];
}

const iso = (ms: number) => new Date(ms).toISOString();
const each = <T>(of: (name: (typeof COVERAGE_NUMBERS)[number]) => T) =>
  Object.fromEntries(COVERAGE_NUMBERS.map((name) => [name, of(name)])) as Record<(typeof COVERAGE_NUMBERS)[number], T>;
