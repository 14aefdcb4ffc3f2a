// functions/collector/plan/subjects.ts: the projects that are listed or known, each as a run leaves it on record.
import type { KnownProject } from '../../ledger/model/known-project.ts';
import type { Ledger } from '../../ledger/model/ledger.ts';
import { forEachConcurrent } from '../../platform/for-each-concurrent.ts';
import { afterAbsence, afterLoss, afterSight, type Observation, projectsSeen, recordLost } from './scope.ts';
import type { Memory } from './survey.ts';

/** Writes of known projects at once. */
const PARALLEL_WRITES = 16;

export interface Subject {
  known: KnownProject;
  /** Names of the credentials that see it. Absent: none of these do. */
  seenBy?: string[] | undefined;
  /** It is in the ledger. */
  isStored: boolean;
}

/**
 * All that is listed, is known, or was known once, by their ids. @param isMeasured false: nothing is written
 * @throws LedgerError
 */
export async function recordSubjects(
  ledger: Ledger,
  observation: Observation,
  { known, scope }: Memory,
  isMeasured: boolean,
): Promise<Subject[]> {
  const subjects: Subject[] = [];
  const listed = new Set(scope?.projectIds);
  const seen = projectsSeen(observation.listings);
  await forEachConcurrent(new Set([...seen.keys(), ...listed, ...known.keys()]), PARALLEL_WRITES, async (id) => {
    const stored = known.get(id);
    const sight = seen.get(id);
    const next = (latest: KnownProject | undefined): KnownProject => {
      if (!sight) return latest ? afterAbsence(latest, observation) : recordLost(id, id, observation);
      const { project, accounts } = sight;
      const before = latest ?? (listed.has(id) ? recordLost(id, project.name, observation) : undefined);
      return afterLoss(afterSight(before, project, accounts, observation), accounts, observation);
    };
    const now = isMeasured ? await ledger.saveKnownProject(id, next, stored) : next(stored);
    subjects.push({ known: now, seenBy: sight?.accounts, isStored: isMeasured || stored !== undefined });
  });
  return subjects.sort((a, b) => (a.known.projectId < b.known.projectId ? -1 : 1));
}
