// functions/ledger/verdicts/asked.ts: which verdicts the evidence of a cluster may rest on. Pure.
import type { VerdictsAsked } from '../../restore/drills/judged.ts';
import type { ProjectCoverage } from '../model/coverage.ts';

const DAY_MS = 86_400_000;
/** Longer than a restore takes: it may have been requested so long before it finished. */
export const LONGEST_DAYS = 7;

/** By what the collector found its drills to need. @param now in ms since the epoch */
export const verdictsAsked = (
  { projectId, clusters }: Pick<ProjectCoverage, 'projectId' | 'clusters'>,
  now: number,
): VerdictsAsked[] =>
  Object.values(clusters).map(({ clusterName, evidence, drill }) => {
    return { projectId, clusterName, evidence, needs: drill?.needs, since: sinceFor(drill?.days, now) };
  });

/** @param days for which a restore counts; absent, nothing is asked of it */
export const sinceFor = (days: number | undefined, now: number) =>
  new Date(now - ((days ?? 0) + LONGEST_DAYS) * DAY_MS).toISOString();
