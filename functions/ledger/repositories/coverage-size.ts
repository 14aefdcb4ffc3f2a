// functions/ledger/repositories/coverage-size.ts: what of a coverage fits into an item, and into the parts beside it.
import { type ClusterCoverage, clusterNamed, type ListCoverage, type ProjectCoverage } from '../model/coverage.ts';
import { LedgerError } from '../model/errors.ts';
import { canonicalJson } from '../model/fingerprint.ts';
import { itemBytes, MAX_ITEM_BYTES } from '../model/item-size.ts';
import { coveragePartKey } from '../table/keys.ts';

export type Clusters = Record<string, ClusterCoverage>;

/** Of a coverage in parts, for the change feed: the clusters whose drills or problems a write changed, without the rest. */
export interface ChangedClusters {
  before: Clusters;
  after: Clusters;
}

/** What the head of a coverage in parts may say of the clusters that changed, in bytes. */
const MAX_CHANGED_BYTES = 250_000;

/** What an item of parts holds beside its clusters, in bytes. */
const partBytes = (projectId: string) =>
  itemBytes({ ...coveragePartKey(projectId, 'A', 0), coverageFence: Number.MAX_SAFE_INTEGER, clusters: {} });
const clusterBytes = (name: string, cluster: ClusterCoverage) => itemBytes({ [name]: cluster }) + 1;

/** Each cluster so that a part can hold it. @throws LedgerError */
export function withFitting(coverage: ProjectCoverage): ProjectCoverage {
  if (itemBytes({ coverage }) <= MAX_ITEM_BYTES) return coverage;
  const { projectId } = coverage;
  const overhead = partBytes(projectId);
  const clusters = Object.entries(coverage.clusters).map(([name, cluster]) => [
    name,
    fitted(projectId, cluster, (each) => overhead + clusterBytes(name, each)),
  ]);
  return { ...coverage, clusters: Object.fromEntries(clusters) };
}

/** In their order, each share as much as an item can hold. */
export function divided({ projectId, clusters }: ProjectCoverage): Clusters[] {
  const shares: [string, ClusterCoverage][][] = [];
  let left = 0;
  for (const [name, cluster] of Object.entries(clusters)) {
    const bytes = clusterBytes(name, cluster);
    if (bytes > left) {
      shares.push([]);
      left = MAX_ITEM_BYTES - partBytes(projectId);
    }
    shares.at(-1)?.push([name, cluster]);
    left -= bytes;
  }
  return shares.map((share) => Object.fromEntries(share));
}

/** Leaves out fingerprints, which can be had from the jobs too, the longest first, until it fits. @throws LedgerError */
export function fitted(
  projectId: string,
  cluster: ClusterCoverage,
  bytesOf: (cluster: ClusterCoverage) => number,
): ClusterCoverage {
  let fit = cluster;
  while (bytesOf(fit) > MAX_ITEM_BYTES) {
    const sizes = Object.entries(fit.lists).map(([kind, { recent }]) => ({ kind, bytes: itemBytes({ recent }) }));
    const longest = sizes.reduce((a, b) => (b.bytes > a.bytes ? b : a), { kind: '', bytes: itemBytes({ recent: {} }) });
    if (longest.kind === '') {
      const message = `coverage of cluster ${cluster.clusterName} of project ${projectId} takes ${bytesOf(fit)} bytes, which is more than an item can hold`;
      throw new LedgerError('LEDGER_ITEM_TOO_LARGE', message);
    }
    const { recent: _, ...rest } = fit.lists[longest.kind as keyof typeof fit.lists] as ListCoverage;
    fit = { ...fit, lists: { ...fit.lists, [longest.kind]: rest } };
  }
  return fit;
}

/** As many as there is room for. */
export function changedClusters(stored: ProjectCoverage | undefined, coverage: ProjectCoverage): ChangedClusters {
  const before: [string, ClusterCoverage][] = [];
  const after: [string, ClusterCoverage][] = [];
  let left = MAX_CHANGED_BYTES;
  for (const [name, cluster] of Object.entries(coverage.clusters)) {
    const known = clusterNamed(stored?.clusters ?? {}, name);
    const [was, is] = [known && published(known), published(cluster)];
    if (newsOf(is) === newsOf(was)) continue;
    left -= itemBytes({ [name]: is }) + itemBytes({ [name]: was });
    if (left < 0) break;
    if (was) before.push([name, was]);
    after.push([name, is]);
  }
  return { before: Object.fromEntries(before), after: Object.fromEntries(after) };
}

/** What the change feed may need of a cluster. */
function published({ lists, tags: _, ...cluster }: ClusterCoverage): ClusterCoverage {
  const kept = Object.entries(lists).map(([kind, { recent: __, durations: ___, resume: ____, ...list }]) => [
    kind,
    list,
  ]);
  return { ...cluster, lists: Object.fromEntries(kept) };
}

const newsOf = (cluster: ClusterCoverage | undefined) =>
  canonicalJson([
    cluster?.drill,
    Object.entries(cluster?.lists ?? {}).flatMap(([kind, { problems }]) => (problems ? [[kind, problems]] : [])),
  ]);
