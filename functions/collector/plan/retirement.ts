// functions/collector/plan/retirement.ts takes a project out of scope by a person's decision, and back. Pure; what is known of it is kept.
import type { KnownProject, Retirement } from '../../ledger/model/known-project.ts';
import { withChanges } from './scope.ts';

/** Why it can't be done. */
export class RetirementError extends Error {
  override readonly name = 'RetirementError';
}

/** @throws RetirementError for a project that some credentials see, or that is retired */
export function retiredProject(
  stored: KnownProject | undefined,
  projectId: string,
  retirement: Retirement,
): KnownProject {
  const known = knownOne(stored, projectId);
  const { at, by, reason } = retirement;
  if (known.retired) {
    throw new RetirementError(`project ${projectId} is retired since ${known.retired.at}: --undo takes that back`);
  }
  const seenBy = Object.entries(known.accounts).flatMap(([name, { lostAt }]) => (lostAt === undefined ? [name] : []));
  if (seenBy.length > 0) {
    const advice = 'take their role in it away, or exclude it (excludeProjects), to have it read no more';
    throw new RetirementError(`project ${projectId} is visible to ${seenBy.join(', ')}: ${advice}`);
  }
  if (Object.keys(known.accounts).length === 0 && known.notVisibleSince === undefined) {
    const advice = 'run restore-ledger collect, without --project, first';
    throw new RetirementError(`whether project ${projectId} is visible is not on record: ${advice}`);
  }
  return withChanges({ ...known, retired: retirement }, [{ at, what: 'retired', by, reason }]);
}

/** @throws RetirementError for a project that isn't retired */
export function reinstatedProject(
  stored: KnownProject | undefined,
  projectId: string,
  { at, by, reason }: Retirement,
): KnownProject {
  const { retired, ...known } = knownOne(stored, projectId);
  if (!retired) throw new RetirementError(`project ${projectId} is not retired: there is nothing to take back`);
  return withChanges(known, [{ at, what: 'reinstated', by, reason }]);
}

function knownOne(stored: KnownProject | undefined, projectId: string): KnownProject {
  if (stored) return stored;
  throw new RetirementError(
    `no run has ever listed a project ${projectId}: check the id, with restore-ledger retire --list`,
  );
}
