// functions/proof/verify/verify-all.ts: verification of all histories: of everything in one scan of the table, or of some projects by themselves.
import { type LetGo, letGoBy } from '../../ledger/let-go/let-go.ts';
import type { Ledger, RecordedJob } from '../../ledger/model/ledger.ts';
import type { DayRecount } from '../days.ts';
import { type Expected, expectedOf } from '../expected.ts';
import { missingProjects } from '../scope.ts';
import { Recount, type Verification, verification, verifiedMissing } from './verify.ts';

/** Takes what long work is at, as text that may hold names of any kind. */
export interface Progress {
  show(text: string): void;
}

export const NO_PROGRESS: Progress = { show: () => {} };

/** What is compared with the jobs as they are read: functions/anchors/check.ts */
export interface JobComparison {
  expect(projectId: string, letGo: LetGo | undefined): void;
  add(job: RecordedJob): void;
}

interface Verifying {
  /** @default all on record */
  projectIds?: readonly string[] | undefined;
  /** Of all projects: how many jobs the index over them shows. @default counted here */
  listed?: ReadonlyMap<string, number>;
  /** Of all projects: is given each job. */
  days?: DayRecount;
  /** Is told what is let go of each project, and then given each job. */
  anchored?: JobComparison | undefined;
  progress: Progress;
}

/** Projects with jobs alone come last. Memory: some KB a project, and its breaks. @throws LedgerError */
export async function* verifyAll(ledger: Ledger, verifying: Verifying): AsyncGenerator<Verification> {
  const { projectIds, anchored } = verifying;
  // Read first, so that what it names was recorded before the rest is read.
  const scope = await ledger.scope();
  const expected = projectIds ? expectedOfSome(ledger, projectIds) : expectedOfAll(ledger);
  const projects = new Map<string, Expected>();
  for await (const one of expected) {
    projects.set(one.projectId, one);
    anchored?.expect(one.projectId, one.recorded?.letGo);
  }
  const missing = missingProjects({ scope, projects: [...projects.values()] }).filter(
    ({ projectId }) => projectIds?.includes(projectId) ?? true,
  );
  const nothingKnown = new Set(missing.map(({ projectId }) => projectId));
  const verified = projectIds ? verifySome(ledger, projects, verifying) : verifyEverything(ledger, projects, verifying);
  for await (const one of verified) {
    const isNothing = one.jobs === 0 && projects.get(one.projectId)?.recorded === undefined;
    if (!isNothing || !nothingKnown.has(one.projectId)) yield one;
  }
  for (const one of missing) yield verifiedMissing(one);
}

async function* expectedOfAll(ledger: Ledger): AsyncGenerator<Expected> {
  for await (const facts of ledger.projects()) yield await expectedOf(ledger, facts);
}

/** Requests: 2 reads a project. */
async function* expectedOfSome(ledger: Ledger, projectIds: readonly string[]): AsyncGenerator<Expected> {
  for (const projectId of new Set(projectIds)) {
    const [known, coverage] = await Promise.all([ledger.knownProject(projectId), ledger.coverage(projectId)]);
    const projectName = known?.projectName ?? coverage?.projectName ?? projectId;
    yield await expectedOf(ledger, { projectId, projectName, known, coverage });
  }
}

/** One after the other: what is read grows with them, and with nothing else. */
async function* verifySome(
  ledger: Ledger,
  projects: ReadonlyMap<string, Expected>,
  { anchored, progress }: Verifying,
): AsyncGenerator<Verification> {
  const shown = counter(progress);
  for (const [projectId, expected] of projects) {
    const recount = new Recount(expected.recorded?.letGo);
    for await (const job of ledger.recordedJobs(projectId)) {
      recount.addJob(job);
      anchored?.add(job);
      shown(projectId);
    }
    yield await verification(ledger, expected, recount);
  }
}

/** The index, and then the table, each read once: in which order a scan brings projects is not known. */
async function* verifyEverything(
  ledger: Ledger,
  projects: ReadonlyMap<string, Expected>,
  { listed: counted, days, anchored, progress }: Verifying,
): AsyncGenerator<Verification> {
  progress.show('counting restore jobs');
  const listed = counted ?? (await countedByProject(ledger, projects));
  const recounts = new Map<string, Recount>();
  const shown = counter(progress);
  for await (const job of ledger.recordedJobs()) {
    const recount = recounts.get(job.projectId) ?? new Recount(projects.get(job.projectId)?.recorded?.letGo);
    recounts.set(job.projectId, recount);
    recount.addJob(job);
    days?.add(job.job);
    anchored?.add(job);
    shown(job.projectId);
  }
  for (const projectId of new Set([...projects.keys(), ...recounts.keys(), ...listed.keys()])) {
    const expected = projects.get(projectId) ?? { projectId, projectName: projectId, lostArchives: [] };
    yield await verification(ledger, expected, recounts.get(projectId) ?? new Recount(), listed.get(projectId));
  }
}

/** Without those that are let go. */
async function countedByProject(
  ledger: Pick<Ledger, 'listedJobs'>,
  projects: ReadonlyMap<string, Expected>,
): Promise<Map<string, number>> {
  const letGo = new Map([...projects].map(([projectId, { recorded }]) => [projectId, letGoBy(recorded?.letGo)]));
  const counts = new Map<string, number>();
  for await (const { projectId, jobId } of ledger.listedJobs()) {
    if (!letGo.get(projectId)?.(jobId)) counts.set(projectId, (counts.get(projectId) ?? 0) + 1);
  }
  return counts;
}

function counter(progress: Progress) {
  let jobs = 0;
  return (projectId: string) => {
    jobs += 1;
    if (jobs % 50 === 0) progress.show(`verified ${jobs} jobs, now of project ${projectId}`);
  };
}

export type Integrity = ReturnType<typeof integrityOf>;

export function integrityOf(results: readonly Verification[]) {
  const sum = (of: (result: Verification) => number) => results.reduce((total, result) => total + of(result), 0);
  const breakCount = sum((result) => result.breakCount);
  return {
    /** Nothing on record was changed. */
    unbroken: breakCount === 0,
    /** Nor is there anything on record that could not be verified. */
    verified: breakCount === 0 && results.length > 0 && results.every(({ unverified }) => unverified.length === 0),
    projects: results.length,
    jobs: sum(({ jobs }) => jobs),
    entries: sum(({ entries }) => entries),
    folded: sum(({ folded }) => folded),
    breakCount,
  };
}
