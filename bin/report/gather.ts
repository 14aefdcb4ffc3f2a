// bin/report/gather.ts: the evidence of a period, read from the ledger. Coverage comes first, so that what it proves is in the jobs that are read after it.
import type { ProjectFacts } from '../../functions/ledger/model/known-project.ts';
import type { Ledger } from '../../functions/ledger/model/ledger.ts';
import type { Run } from '../../functions/ledger/model/run.ts';
import { isAllThere } from '../../functions/ledger/model/uncounted.ts';
import { defined } from '../../functions/platform/defined.ts';
import { claimOf, type LedgerFacts, type NamedGap, proveLedger } from '../../functions/proof/ledger.ts';
import type { Asking } from '../../functions/proof/period.ts';
import { isInScope } from '../../functions/proof/project.ts';
import type { Verification } from '../../functions/proof/verify.ts';
import { counted } from '../../functions/views/text.ts';
import { integrityOf, verifyAll } from '../actions/verify.ts';
import { listOf } from '../process/list-of.ts';
import type { Progress } from '../process/progress.ts';
import { sanitize } from '../process/sanitize.ts';
import { upTo } from '../remote/ledger-port.ts';
import { type GatheredProject, gatherProject } from './gather-project.ts';
import { numbersOf } from './numbers.ts';
import { byName, type Evidence, type ProjectEvidence, SCHEMA_VERSION } from './report.ts';
import { limitsOf, verdictOf } from './words.ts';

export interface GatherOptions {
  period: Evidence['period'];
  madeAt: string;
  version: string;
  /** The table, or the directory. */
  ledgerName: string;
  verify: boolean;
  progress: Progress;
}

/** Memory: some 1 KB a restore of the period. @throws LedgerError */
export async function gather(ledger: Ledger, options: GatherOptions): Promise<Evidence> {
  const { period, madeAt, version, ledgerName, verify, progress } = options;
  const asking: Asking = { period, now: madeAt };
  const [scope, runs] = [await ledger.scope(), await runsOverAll(ledger)];
  const facts = await allProjects(ledger, progress);
  const gathered: GatheredProject[] = [];
  for (const project of facts) {
    progress.show(sanitize(`reading ${project.projectName}, ${gathered.length} projects before it`));
    const one = await gatherProject(ledger, project, asking);
    if (one) gathered.push(one);
  }
  const projects = gathered.map(({ evidence }) => evidence).sort(byProject);
  nameTargets(projects);
  const results = verify ? await listOf(verifyAll(ledger, { progress })) : undefined;
  const projectsBroken = results?.filter(({ breakCount }) => breakCount > 0) ?? [];
  const integrity = results && { ...integrityOf(results), projectsBroken };
  const gaps: NamedGap[] = [
    ...proveLedger({ scope, ...runs, projects: facts }, asking),
    ...gathered.flatMap((one) => one.gaps),
    ...projectsBroken.map(brokenGap),
  ];
  const numbers = numbersOf(projects);
  const claim = claimOf(gaps, numbers.clusters);
  const outOfScope = facts.filter(({ known }) => !isInScope(known, asking));
  const ended = (scope?.ended ?? []).filter(({ at, reason }) => reason !== undefined && at > period.since);
  const verdictFacts = { period, madeAt, numbers, gaps, claim, ...defined({ integrity }) };
  return {
    ...{ schemaVersion: SCHEMA_VERSION, report: 'restore-evidence', madeAt },
    madeBy: { program: 'restore-ledger', version },
    ledger: ledgerName,
    period,
    verdict: verdictOf(verdictFacts),
    ...{ numbers, gaps },
    ...defined({ provenThrough: provenTo(scope?.listedAt, projects), integrity, projectsReadAt: scope?.listedAt }),
    limits: limitsOf(projects, period, outOfScope, ended),
    projects,
  };
}

/** Every restore of what was in scope then and was requested before is on record. Undefined where some list was never read to its end. */
function provenTo(listedAt: string | undefined, projects: readonly ProjectEvidence[]): string | undefined {
  const moments = projects.flatMap(({ clusterLists, clusters }) => [
    ...clusterLists.map(({ readAt }) => readAt),
    ...clusters.flatMap(({ proof }) => (proof.state === 'none' ? [] : [proof.coveredTo])),
  ]);
  if (listedAt === undefined || moments.length === 0) return undefined;
  const known = moments.filter((moment) => moment !== undefined);
  return known.length < moments.length ? undefined : [listedAt, ...known].sort()[0];
}

/** Those with jobs alone too, of which nothing else is on record. */
async function allProjects(ledger: Ledger, progress: Progress) {
  const facts = await listOf(ledger.projects());
  progress.show('counting restore jobs');
  const census = await ledger.census();
  const known = new Set(facts.map(({ projectId }) => projectId));
  const strays: ProjectFacts[] = [...census.keys()]
    .filter((projectId) => !known.has(projectId))
    .map((projectId) => ({ projectId, projectName: projectId }));
  return [...facts, ...strays].map((project) => {
    const { table, index = 0 } = census.get(project.projectId) ?? {};
    const { recorded } = project.coverage ?? {};
    const counts = { table: table?.jobs ?? 0, index, recorded, isAllThere: isAllThere(project.coverage, table) };
    return { ...project, counts };
  });
}

/** What something else changed can have been anything, so nothing is complete. */
function brokenGap({ projectId, projectName = projectId, breaks, breakCount }: Verification): NamedGap {
  const [first] = breaks;
  const job = first?.jobId === undefined ? '' : `job ${first.jobId}: `;
  const more = breakCount > 1 ? `, and ${counted(breakCount - 1, 'break')} more` : '';
  return {
    ...{ projectId, projectName, reason: 'record-differs' },
    text: `The record was changed by something else: ${job}${first?.problem ?? 'a break'}${more}.`,
    action: 'run restore-ledger collect --full, which puts back what Atlas still says, and see who may write the table',
  };
}

/** The newest run over everything, and the newest that has ended. Runs expire, so there is an end to them. */
async function runsOverAll(ledger: Ledger): Promise<Pick<LedgerFacts, 'lastRun' | 'lastEndedRun' | 'planned'>> {
  let lastRun: Run | undefined;
  for await (const listed of upTo(Number.POSITIVE_INFINITY, (page) => ledger.runs(page))) {
    if (listed.scope.projectId !== undefined) continue;
    lastRun ??= listed;
    if (listed.status === 'running') continue;
    // The index lists them; the table is the record.
    const { run, planned = [] } = (await ledger.run(listed.runId)) ?? {};
    if (run && run.status !== 'running') return { lastRun, lastEndedRun: run, planned };
  }
  return { lastRun };
}

const byProject = (a: ProjectEvidence, b: ProjectEvidence) =>
  byName(a.projectName, b.projectName) || byName(a.projectId, b.projectId);

/** Atlas names a target's project by its id alone. */
function nameTargets(projects: readonly ProjectEvidence[]) {
  const names = new Map(projects.map(({ projectId, projectName }) => [projectId, projectName]));
  const clusters = projects.flatMap((project) => project.clusters);
  for (const restore of clusters.flatMap(({ restores }) => restores)) {
    const name = names.get(restore.targetProjectId ?? '');
    if (name !== undefined) restore.targetProjectName = name;
  }
}
