// bin/commands/evidence/gather.ts reads the evidence of a period from the ledger: coverage first, so that what it proves is in
// the jobs that are read after it.
import type { Ledger } from '../../../functions/ledger/ledger.ts';
import type { Verification } from '../../../functions/ledger/verify.ts';
import { plain } from '../plain.ts';
import type { Progress } from '../progress.ts';
import { utc } from '../times.ts';
import { integrityOf, verifying } from '../verifying.ts';
import { ProjectGatherer } from './gather-project.ts';
import { type Judging, RECENT_MS } from './judge-coverage.ts';
import { byName } from './names.ts';
import { numbersOf } from './numbers.ts';
import {
  type Evidence,
  type Gap,
  type IntegrityEvidence,
  type NamedGap,
  type Period,
  type ProjectEvidence,
  SCHEMA_VERSION,
} from './report.ts';
import { limitsOf, verdictOf } from './words.ts';

export interface GatherOptions extends Judging {
  version: string;
  /** The table, or the directory. */
  ledgerName: string;
  /** Recompute all histories too. */
  verify: boolean;
  progress: Progress;
}

/** Runs looked at for the last one over everything. */
const MOST_RUNS = 2_000;

/** Memory: some 1 KB a restore of the period. @throws LedgerError */
export async function gather(ledger: Ledger, options: GatherOptions): Promise<Evidence> {
  const { period, madeAt, version, ledgerName, verify, progress } = options;
  const projectsReadAt = await lastRunOverAll(ledger);
  const projects: ProjectEvidence[] = [];
  for await (const coverage of ledger.coverages()) {
    progress.show(plain(`reading ${coverage.projectName}, ${projects.length} projects before it`));
    projects.push(await new ProjectGatherer(ledger, coverage, options).gather());
  }
  projects.sort((a, b) => byName(a.projectName, b.projectName) || byName(a.projectId, b.projectId));
  nameTargets(projects);
  const integrity = verify ? await integrityEvidence(ledger, progress) : undefined;
  const gaps = [...projectsGap(projectsReadAt, period, madeAt), ...projects.flatMap(gapsOf)];
  const judged = { period, madeAt, numbers: numbersOf(projects), gaps, ...(integrity ? { integrity } : {}) };
  return {
    ...{ schemaVersion: SCHEMA_VERSION, report: 'restore-evidence', madeAt },
    madeBy: { program: 'restore-ledger', version },
    ledger: ledgerName,
    verdict: verdictOf(judged),
    ...judged,
    ...(projectsReadAt === undefined ? {} : { projectsReadAt }),
    limits: limitsOf(projects, period),
    projects,
  };
}

/** Started then, it knew every project that its credentials saw. */
async function lastRunOverAll(ledger: Ledger): Promise<string | undefined> {
  let cursor: string | undefined;
  for (let seen = 0; seen < MOST_RUNS; ) {
    const page = await ledger.runs({ limit: 200, ...(cursor === undefined ? {} : { cursor }) });
    const whole = page.items.find(
      ({ scope, projects, failures }) =>
        scope.projectId === undefined && projects !== undefined && failures.length === 0,
    );
    if (whole) return whole.startedAt;
    seen += Math.max(1, page.items.length);
    cursor = page.cursor;
    if (cursor === undefined) return undefined;
  }
  return undefined;
}

function projectsGap(readAt: string | undefined, { until, ended }: Period, madeAt: string): Gap[] {
  const unknown = 'projects that this ledger has never read are not in this report';
  if (readAt === undefined) {
    return [{ reason: 'projects', text: `No run over all projects is kept in the ledger: ${unknown}.` }];
  }
  if (readAt >= until || (!ended && Date.parse(madeAt) - Date.parse(readAt) <= RECENT_MS)) return [];
  const text = `The last run over all projects began at ${utc(readAt)} UTC: projects made after that are not in this report.`;
  return [{ reason: 'projects', from: readAt, text }];
}

function gapsOf({ projectId, projectName, clusterLists, clusters }: ProjectEvidence): NamedGap[] {
  return [
    ...clusterLists.flatMap(({ gaps }) => gaps.map((gap) => ({ projectId, projectName, ...gap }))),
    ...clusters.flatMap(({ clusterName, proof }) =>
      proof.gaps.map((gap) => ({ projectId, projectName, clusterName, ...gap })),
    ),
  ];
}

/** Atlas names a target's project by its id alone. */
function nameTargets(projects: readonly ProjectEvidence[]) {
  const names = new Map(projects.map(({ projectId, projectName }) => [projectId, projectName]));
  for (const { clusters } of projects) {
    for (const { restores } of clusters) {
      for (const restore of restores) {
        const name = restore.targetProjectId === undefined ? undefined : names.get(restore.targetProjectId);
        if (name !== undefined) restore.targetProjectName = name;
      }
    }
  }
}

async function integrityEvidence(ledger: Ledger, progress: Progress): Promise<IntegrityEvidence> {
  const results: Verification[] = [];
  for await (const result of verifying(ledger, { progress })) results.push(result);
  return { ...integrityOf(results), projectsBroken: results.filter(({ breakCount }) => breakCount > 0) };
}
