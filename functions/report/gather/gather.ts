// functions/report/gather/gather.ts: the evidence of a period, read from the ledger, project by project.
import type { Former, Scope } from '../../ledger/model/known-project.ts';
import type { Ledger } from '../../ledger/model/ledger.ts';
import { defined } from '../../platform/defined.ts';
import { listOf } from '../../platform/lists/list-of.ts';
import { untilAborted } from '../../platform/lists/until-aborted.ts';
import type { Listed } from '../../proof/counts.ts';
import { type Expected, expectedOf } from '../../proof/expected.ts';
import { claimOf, type NamedGap, proveLedger } from '../../proof/ledger.ts';
import type { Asking } from '../../proof/period.ts';
import { isInScope } from '../../proof/project.ts';
import type { Verification } from '../../proof/verify/verify.ts';
import { integrityOf, type Progress, verifyAll } from '../../proof/verify/verify-all.ts';
import { NO_OBJECTIVES, type Objectives } from '../../restore/objectives/objective.ts';
import { counted } from '../../views/text.ts';
import { FactsTally } from '../frameworks/facts.ts';
import { frameworkViews } from '../frameworks/view.ts';
import type { FrameworkId } from '../model/framework.ts';
import { byName, type EvidenceBody, type EvidenceHead, type ProjectHead, SCHEMA_VERSION } from '../model/report.ts';
import { isReadLate, limitsOf, verdictOf } from '../model/words.ts';
import { zoned } from '../model/zoned.ts';
import { gatherProject } from './gather-project.ts';
import { listing } from './listing.ts';
import { NumbersTally } from './numbers.ts';
import { ProvenThrough } from './proven-through.ts';
import { runsOverAll } from './runs-over-all.ts';

export interface GatherOptions {
  period: EvidenceHead['period'];
  madeAt: string;
  version: string;
  /** The table, or the directory. */
  ledgerName: string;
  verify: boolean;
  /** Of the times that people read, beside UTC. @default 'UTC' */
  timeZone?: string | undefined;
  /** @default none */
  objectives?: Objectives | undefined;
  progress: Progress;
  /** Of these projects, and of clusters of this name in them. @default all */
  only?: Only | undefined;
  /** By the controls of these, too. @default none */
  frameworks?: readonly FrameworkId[] | undefined;
  /** Ends it, with its reason. */
  signal?: AbortSignal | undefined;
  /** All histories are recomputed in one scan of the table, or project by project, which takes queries alone. @default false */
  verifyByProject?: boolean | undefined;
}

export interface Only {
  projectIds: readonly string[];
  clusterName?: string | undefined;
}

/**
 * What is expected of the jobs is read first, so that all of it is in what is read after it: the index over all projects, where many
 * are wanted, then the jobs of the period.
 * @param body takes the projects, by name
 * @returns the rest. Memory: some KB a project, and the gaps; of restores, a number each
 * @throws LedgerError, TemporaryFileError
 */
export async function gather(ledger: Ledger, options: GatherOptions, body: EvidenceBody): Promise<EvidenceHead> {
  const {
    period,
    madeAt,
    version,
    ledgerName,
    verify,
    progress,
    objectives = NO_OBJECTIVES,
    timeZone = 'UTC',
    only,
    frameworks,
    signal,
  } = options;
  const asking: Asking = { period, now: madeAt };
  const [scope, runs] = [await ledger.scope(), await runsOverAll(ledger)];
  const recorded: Expected[] = [];
  for await (const facts of untilAborted(signal, ledger.projects())) recorded.push(await expectedOf(ledger, facts));
  progress.show('counting restore jobs');
  const about = { period, signal, ...defined({ projectIds: only?.projectIds }) };
  const { listed, strays } = await listing(ledger, recorded, about);
  const all = [...recorded, ...strays].sort(byProject);
  const isChosen = ({ projectId }: { projectId?: string }) =>
    only === undefined || projectId === undefined || only.projectIds.includes(projectId);
  const projects = all.filter(isChosen);
  const projectNames = new Map(all.map(({ projectId, projectName }) => [projectId, projectName]));
  const tally = new Tallies(body, period, objectives);
  const ofProjects: NamedGap[] = [];
  for (const [index, project] of projects.entries()) {
    progress.show(`reading ${project.projectName}, ${index} projects before it`);
    const gathering = {
      ledger,
      asking,
      listed,
      projectNames,
      objectives,
      body: tally,
      signal,
      ...defined({ clusterName: only?.clusterName }),
    };
    ofProjects.push(...(await gatherProject(project, gathering)));
  }
  const results = verify ? await verified({ ledger, listed, projects, options }) : undefined;
  const projectsBroken = results?.filter(({ breakCount }) => breakCount > 0) ?? [];
  const integrity = results && { ...integrityOf(results), projectsBroken };
  const gaps: NamedGap[] = [
    ...proveLedger({ scope, ...runs, projects: all }, asking).filter(isChosen),
    ...ofProjects,
    ...projectsBroken.map(brokenGap),
  ];
  const { numbers } = tally.numbers;
  const claim = claimOf(gaps, numbers.clusters);
  const chosen = only && chosenOf(only, projectNames);
  const outOfScope = projects.filter(({ known }) => !isInScope(known, asking));
  const ended = (scope?.ended ?? []).filter(({ at, reason }) => reason !== undefined && at > period.since);
  const letGo = projects.flatMap(({ recorded: of }) => of?.letGo ?? []);
  const verdictFacts = { period, madeAt, numbers, gaps, claim, ...defined({ integrity, only: chosen }) };
  const verdict = verdictOf(verdictFacts);
  const views =
    frameworks && frameworkViews(frameworks, tally.facts.facts({ verdict, gaps, ...defined({ integrity }) }));
  const provenThrough = tally.provenThrough.from(scope?.listedAt);
  return {
    ...{ schemaVersion: SCHEMA_VERSION, report: 'restore-evidence', madeAt },
    madeBy: { program: 'restore-ledger', version },
    ledger: ledgerName,
    period,
    verdict,
    ...{ objectives: objectives.lines, numbers, gaps },
    ...defined({
      only: chosen,
      frameworks: views,
      provenThrough,
      integrity,
      projectsReadAt: scope?.listedAt,
      zoned: zonedTimes(timeZone, period, madeAt),
    }),
    limits: limitsOf(tally.readLate, {
      outOfScope,
      changed: changedNames(projects, period),
      joined: joinedSince(scope, all, period),
      idleObjectives: only ? [] : objectives.lines.filter((line) => !tally.fitting.has(line)),
      ended,
      letGo,
      hasObjectives: objectives.lines.length > 0,
      only: chosen,
    }),
  };
}

/** Since the period began. */
const changedNames = (projects: readonly Expected[], { since }: GatherOptions['period']) =>
  projects.flatMap(({ projectName, known: { formerNames = [], formerOrgs = [] } = {} }) => {
    const isSince = ({ until }: Former) => until > since;
    return { projectName, names: formerNames.filter(isSince), organizations: formerOrgs.filter(isSince) };
  });

/** The first ones began the ledger, which is a gap of its own. */
function joinedSince(scope: Scope | undefined, all: readonly Expected[], period: GatherOptions['period']) {
  const [began = ''] = all.flatMap(({ known }) => known?.firstSeenAt ?? []).sort();
  return Object.entries(scope?.accounts ?? {}).flatMap(([account, { since, guest }]) =>
    !guest && since !== undefined && since > began && since > period.since ? [{ account, since }] : [],
  );
}

const chosenOf = ({ projectIds, clusterName }: Only, names: ReadonlyMap<string, string>) => ({
  projects: projectIds.map((projectId) => ({ projectId, projectName: names.get(projectId) ?? projectId })),
  ...defined({ clusterName }),
});

interface Verified {
  ledger: Ledger;
  listed: ReadonlyMap<string, Listed> | undefined;
  projects: readonly Expected[];
  options: GatherOptions;
}

/** Of the projects of the report. */
function verified({ ledger, listed, projects, options }: Verified): Promise<Verification[]> {
  const { progress, only, verifyByProject = only !== undefined, signal } = options;
  const projectIds = projects.map(({ projectId }) => projectId);
  const counts = listed && new Map([...listed].map(([projectId, { all }]) => [projectId, all.jobs]));
  const how = verifyByProject ? { projectIds, progress } : { progress, ...defined({ listed: counts }) };
  return listOf(untilAborted(signal, verifyAll(ledger, how)));
}

const zonedTimes = (timeZone: string, { since, until }: EvidenceHead['period'], madeAt: string) => {
  if (timeZone === 'UTC') return undefined;
  const at = (iso: string) => zoned(iso, timeZone);
  return { timeZone, madeAt: at(madeAt), since: at(since), until: at(until) };
};

/** Adds up what goes into the body. */
class Tallies implements EvidenceBody {
  readonly numbers = new NumbersTally();
  readonly provenThrough = new ProvenThrough();
  readonly facts = new FactsTally();
  /** Objectives that clusters have, as written. */
  readonly fitting = new Set<string>();
  #project: Pick<ProjectHead, 'projectId' | 'projectName'> = { projectId: '', projectName: '' };
  /** Clusters. */
  readLate = 0;
  readonly #body: EvidenceBody;
  readonly #period: EvidenceHead['period'];
  readonly #objectives: Objectives;

  constructor(body: EvidenceBody, period: EvidenceHead['period'], objectives: Objectives) {
    this.#body = body;
    this.#period = period;
    this.#objectives = objectives;
  }

  project: EvidenceBody['project'] = (project, restores) => {
    this.#project = project;
    this.numbers.addProject();
    this.provenThrough.addProject(project);
    return this.#body.project(project, restores);
  };

  cluster: EvidenceBody['cluster'] = (cluster) => {
    this.numbers.addCluster(cluster);
    const { text } = this.#objectives.of(this.#project.projectName, cluster.clusterName) ?? {};
    if (text !== undefined) this.fitting.add(text);
    this.facts.add(this.#project, cluster);
    this.provenThrough.addCluster(cluster);
    if (isReadLate(cluster, this.#period)) this.readLate += 1;
    return this.#body.cluster(cluster);
  };
}

const byProject = (a: Expected, b: Expected) =>
  byName(a.projectName, b.projectName) || byName(a.projectId, b.projectId);

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
