// functions/ledger/repositories/coverage-items.ts: the items of a coverage: a head, with parts beside it if it's too large.
//
// A coverage that is too large for one item has its clusters in parts, which no reader may see mixed. The parts of a revision
// go into the slot that the stored revision does not use, so that it stays whole, and the head item is written last, on the
// condition that it is still the one that was read. Before the parts the writer takes the next fence on the head; a part is
// only written over one with a lower fence. So a writer that was overtaken can't spoil the parts of one that came later,
// however late its own requests arrive, and a reader knows by the fence whether the parts it got are those of the head it got.
// A head that is still there after parts were read that are not its own has lost them: somebody took them away. Such a coverage
// counts as lost, and the next write begins it anew.

import { chunks } from '../../platform/chunks.ts';
import { defined } from '../../platform/defined.ts';
import type { LetGo } from '../let-go/let-go.ts';
import type { ClusterCoverage, ProjectCoverage } from '../model/coverage.ts';
import { LedgerError } from '../model/errors.ts';
import { itemBytes, MAX_ITEM_BYTES } from '../model/item-size.ts';
import type { Item } from '../table/job-item.ts';
import { type CoverageSlot, coverageKey, coveragePartKey } from '../table/keys.ts';
import type { Condition, Table } from '../table/table-port.ts';
import { type Clusters, changedClusters, divided } from './coverage-size.ts';
import { ATTEMPTS } from './optimistic-write.ts';

/** Parts read at once: as many as fit into the 16 MB of one answer. */
const PARTS_BATCH = 40;
/** Parts written at once. */
const PARALLEL_PARTS = 4;

/** Where the clusters are, if not in the head itself. */
interface Parts {
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

const conditionOf = ({ revision, fence }: Head): Condition => ({
  coverageRevision: revision,
  coverageFence: fence,
});

const headOf = ({ coverageRevision, coverageFence, coverageParts }: Item): Head =>
  defined({
    revision: coverageRevision as number | undefined,
    fence: coverageFence as number | undefined,
    parts: coverageParts as Parts | undefined,
  });

export interface StoredCoverage {
  /** Absent before the first write, and where its parts are lost. */
  coverage: ProjectCoverage | undefined;
  head: Head;
}

/** Requests: 1 read, and 1 batch read for each 40 parts. */
export async function readCoverage(table: Table, projectId: string): Promise<StoredCoverage> {
  let before: Head | undefined;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const item = await table.get(coverageKey(projectId));
    const head = item ? headOf(item) : {};
    const { coverage } = (item ?? {}) as { coverage?: ProjectCoverage };
    if (!coverage || (before && head.revision === before.revision)) return { coverage: undefined, head };
    const clusters = head.parts ? await readParts(table, projectId, head.parts) : coverage.clusters;
    if (clusters) return { coverage: { ...coverage, clusters }, head };
    // A later revision has taken their place meanwhile, or they were taken away.
    before = head;
  }
  const message = `coverage of project ${projectId}: its parts do not belong together, ${ATTEMPTS} times; read it again`;
  throw new LedgerError('LEDGER_CONFLICT', message);
}

/** What was let go of a project: the head says it, wherever the clusters are. Requests: 1 read. */
export async function readLetGo(table: Pick<Table, 'get'>, projectId: string): Promise<LetGo | undefined> {
  const item = (await table.get(coverageKey(projectId))) as { coverage?: ProjectCoverage } | undefined;
  return item?.coverage?.letGo;
}

/** Of a head item, with its clusters. Undefined for an item of another kind, and for a coverage that lost them. */
export async function coverageOf(table: Table, item: Item): Promise<ProjectCoverage | undefined> {
  const { coverage } = item as { coverage?: ProjectCoverage };
  return coverage && headOf(item).parts ? (await readCoverage(table, coverage.projectId)).coverage : coverage;
}

async function readParts(
  table: Table,
  projectId: string,
  { slot, count, fence }: Parts,
): Promise<Clusters | undefined> {
  const clusters: [string, ClusterCoverage][] = [];
  for (const numbers of chunks([...Array(count).keys()], PARTS_BATCH)) {
    const keys = numbers.map((part) => coveragePartKey(projectId, slot, part));
    const items = await table.batchGet(keys, { consistent: true });
    if (items.length < keys.length || items.some((item) => item.coverageFence !== fence)) return undefined;
    for (const item of items) clusters.push(...Object.entries(item.clusters as Clusters));
  }
  return Object.fromEntries(clusters);
}

/**
 * Not done if another writer was first. Requests: 1 write; in parts 2, and 1 for each part.
 * @param before what was read, which is stored still if this is done
 * @param beside attributes of the head item
 */
export async function writeCoverage(
  table: Table,
  coverage: ProjectCoverage,
  { coverage: before, head }: StoredCoverage,
  beside: Item = {},
): Promise<{ done: boolean; repeated?: boolean; head: Head }> {
  const { projectId, revision } = coverage;
  const whole = { ...beside, ...coverageKey(projectId), coverageRevision: revision, coverage };
  const isWhole = itemBytes(whole) <= MAX_ITEM_BYTES;
  const parts = isWhole ? undefined : await writeParts(table, coverage, head);
  if (!isWhole && !parts) return { done: false, head };
  const fence = parts?.fence ?? head.fence;
  const item = {
    ...whole,
    ...defined({ coverageFence: fence, coverageParts: parts }),
    ...((parts ?? head.parts) && { coverageChanged: changedClusters(before, coverage) }),
    ...(parts && { coverage: { ...coverage, clusters: {} } }),
  };
  const written = await table.put(item, conditionOf(defined({ ...head, fence })));
  return { ...written, head: defined({ revision, fence, parts }) };
}

/** Under a fence of their own. @returns nothing if another writer was first */
async function writeParts(table: Table, coverage: ProjectCoverage, head: Head): Promise<Parts | undefined> {
  const { projectId } = coverage;
  const fence = (head.fence ?? 0) + 1;
  const slot = head.parts?.slot === 'A' ? 'B' : 'A';
  const shares = divided(coverage);
  const set = { coverageFence: fence };
  // Should only its answer have been lost, then the fence is taken by nobody, and the next attempt takes another.
  if (!(await table.update(coverageKey(projectId), { set }, conditionOf(head))).done) return undefined;
  for (const some of chunks([...shares.entries()], PARALLEL_PARTS)) {
    const puts = some.map(([number, clusters]) => {
      const part = { ...coveragePartKey(projectId, slot, number), coverageFence: fence, clusters };
      return table.put(part, { coverageFence: { below: fence } });
    });
    const written = await Promise.all(puts);
    // What was sent twice was written by its first.
    if (written.some((each) => !each.done && !each.repeated)) return undefined;
  }
  return { slot, count: shares.length, fence };
}
