// bin/commands/verifying.ts verifies the histories of one project after the other, and adds up what came of it.
import type { Ledger } from '../../functions/ledger/ledger.ts';
import { type Verification, verifyProject } from '../../functions/ledger/verify.ts';
import { plain } from './plain.ts';
import type { Progress } from './progress.ts';

export interface VerifyingOptions {
  /** @default every project that has a coverage */
  projectIds?: readonly string[] | undefined;
  progress: Progress;
}

/** In the order of project ids, or as they are given. @throws LedgerError */
export async function* verifying(
  ledger: Ledger,
  { projectIds, progress }: VerifyingOptions,
): AsyncGenerator<Verification> {
  let jobs = 0;
  for (const projectId of projectIds ?? (await idsOf(ledger))) {
    yield await verifyProject(ledger, projectId, () => {
      jobs += 1;
      if (jobs % 50 === 0) progress.show(plain(`verified ${jobs} jobs, now of project ${projectId}`));
    });
  }
}

async function idsOf(ledger: Ledger): Promise<string[]> {
  const ids: string[] = [];
  for await (const { projectId } of ledger.coverages()) ids.push(projectId);
  return ids;
}

export interface Integrity {
  unbroken: boolean;
  projects: number;
  jobs: number;
  entries: number;
  folded: number;
  breakCount: number;
}

export function integrityOf(results: readonly Verification[]): Integrity {
  const sum = (of: (result: Verification) => number) => results.reduce((total, result) => total + of(result), 0);
  const breakCount = sum((result) => result.breakCount);
  return {
    unbroken: breakCount === 0,
    projects: results.length,
    jobs: sum(({ jobs }) => jobs),
    entries: sum(({ entries }) => entries),
    folded: sum(({ folded }) => folded),
    breakCount,
  };
}
