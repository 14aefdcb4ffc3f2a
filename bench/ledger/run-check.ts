// bench/ledger/run-check.ts lets only a run count in which everything was read.
import type { Run, RunPart } from '../../functions/ledger/model/run.ts';

/** @throws Error for a run in which something failed, or that lacks a project */
export function checkRun(run: Run, parts: readonly RunPart[]) {
  const failure = [...run.failures, ...parts.flatMap(({ failures }) => failures)][0];
  if (failure) throw new Error(`${failure.what} ${failure.clusterName ?? ''}: ${failure.message}`);
  const complete = parts.filter(({ status }) => status === 'complete').length;
  if (complete !== run.projects) throw new Error(`${complete} of ${run.projects} projects were read completely`);
}
