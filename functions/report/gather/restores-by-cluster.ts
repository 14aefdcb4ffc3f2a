// functions/report/gather/restores-by-cluster.ts: the restores of a project by the cluster whose backups were restored, as text: a little in memory, more in a temporary file.
import type { ClusterCoverage } from '../../ledger/model/coverage.ts';
import type { LedgerJob } from '../../ledger/model/ledger.ts';
import { defined } from '../../platform/defined.ts';
import { collectionsOf } from '../../restore/collections.ts';
import type { Measures } from '../../restore/objectives/measure.ts';
import { NO_OBJECTIVES, type Objectives } from '../../restore/objectives/objective.ts';
import { withMeasures } from '../../views/measures.ts';
import { OPTIONAL_FIELDS, type RestoreEvidence } from '../model/report.ts';
import { type Extent, TemporaryFile } from '../spool/temporary-file.ts';

const MAX_REASON = 500;
/** In characters. */
const IN_MEMORY = 4_000_000;

type Named = Pick<ClusterCoverage, 'clusterName' | 'clusterId'>;

interface Group extends Named {
  held: string[];
  filed: Extent[];
}

/** A cluster's id tells it from others that had its name. */
export class RestoresByCluster implements AsyncDisposable {
  readonly #known = new Set<string>();
  readonly #byName = new Map<string, string>();
  readonly #groups = new Map<string, Group>();
  readonly #projectNames: ReadonlyMap<string, string>;
  readonly #objectives: Objectives;
  #heldLength = 0;
  #file: TemporaryFile | undefined;
  /** How many were added. */
  count = 0;

  /** @param projectNames by id, as Atlas names a target's project by its id alone */
  constructor(
    clusters: readonly ClusterCoverage[],
    projectNames: ReadonlyMap<string, string>,
    objectives = NO_OBJECTIVES,
  ) {
    this.#projectNames = projectNames;
    this.#objectives = objectives;
    for (const { clusterName, clusterId } of clusters) {
      const key = keyOf(clusterName, clusterId);
      this.#known.add(key);
      // The first is the one that is there now.
      if (!this.#byName.has(clusterName)) this.#byName.set(clusterName, key);
    }
  }

  /** @throws TemporaryFileError */
  async add(job: LedgerJob): Promise<void> {
    const { clusterName, clusterId } = job;
    const own = keyOf(clusterName, clusterId);
    const key = clusterId !== undefined && this.#known.has(own) ? own : (this.#byName.get(clusterName) ?? own);
    const group = this.#groups.get(key) ?? { ...defined({ clusterName, clusterId }), held: [], filed: [] };
    this.#groups.set(key, group);
    const targetProjectName = this.#projectNames.get(job.targetProjectId ?? '');
    const text = JSON.stringify({
      ...restoreEvidence(withMeasures(job, this.#objectives)),
      ...defined({ targetProjectName }),
    });
    group.held.push(text);
    this.count += 1;
    this.#heldLength += text.length;
    if (this.#heldLength > IN_MEMORY) await this.#fileHeld();
  }

  has = ({ clusterName, clusterId }: Named): boolean => this.#groups.has(keyOf(clusterName, clusterId));

  /** Oldest first. @throws TemporaryFileError */
  async of({ clusterName, clusterId }: Named): Promise<RestoreEvidence[]> {
    const { held, filed } = this.#groups.get(keyOf(clusterName, clusterId)) ?? { held: [], filed: [] };
    const lines: string[] = [];
    for (const extent of filed) lines.push(...((await this.#file?.read(extent)) ?? '').split('\n'));
    return [...lines, ...held].map((line) => JSON.parse(line) as RestoreEvidence);
  }

  /** Clusters that have restores, and are not among those that are known. */
  unknown(): Named[] {
    return [...this.#groups].flatMap(([key, { clusterName, clusterId }]) =>
      this.#known.has(key) ? [] : [defined({ clusterName, clusterId })],
    );
  }

  async #fileHeld() {
    this.#file ??= await TemporaryFile.open();
    for (const group of this.#groups.values()) {
      if (group.held.length === 0) continue;
      group.filed.push(await this.#file.append(group.held.join('\n')));
      group.held = [];
    }
    this.#heldLength = 0;
  }

  async [Symbol.asyncDispose]() {
    await this.#file?.[Symbol.asyncDispose]();
  }
}

const keyOf = (clusterName: string, clusterId: string | undefined) => JSON.stringify([clusterName, clusterId]);

/** Only what the report has of a job. */
function restoreEvidence(job: LedgerJob & Measures): RestoreEvidence {
  const { jobId, kind, delivery, status, requestedAt, revision, rto, rpo, findings = [] } = job;
  const errorMessage = job.errorMessage?.slice(0, MAX_REASON);
  const optional = Object.fromEntries(OPTIONAL_FIELDS.map((name) => [name, job[name]])) as Partial<LedgerJob>;
  return {
    ...{ jobId, kind, delivery, status, requestedAt, revision },
    ...defined({ ...optional, errorMessage, collections: collectionsOf(job), rto, rpo }),
    findings,
  };
}
