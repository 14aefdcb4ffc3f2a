// functions/proof/hub.ts: what a hub may claim of its spokes' records: no more than a spoke claims, and than the hub holds of it.
import { isOf, type Owner, type ProjectFacts, type Spoke } from '../ledger/model/known-project.ts';
import { defined } from '../platform/defined.ts';
import { lateAfterMs } from '../platform/freshness.ts';
import type { Gap } from './gap.ts';
import { isFresh } from './list.ts';
import { type Asking, believed, when } from './period.ts';

const BACKFILL =
  'let the spoke send them again: restore-ledger export there, and restore-ledger import --spoke into the hub; see the dead-letter queues of both';

/** Of one project: its jobs are not all here, or its record is not only that of its spoke. */
export function ownerGaps({ owner, coverage }: ProjectFacts, { now }: Asking): Gap[] {
  if (!owner) return [];
  const { confirmation, contested = {}, refused = {}, spoke } = owner;
  const gaps: Gap[] = [];
  if (coverage) {
    if (!confirmation || !isOf(confirmation, coverage)) gaps.push(uncounted(owner));
    else if (!confirmation.isAllThere) gaps.push(missing(owner, confirmation.jobs, coverage.recorded ?? 0));
    else if (confirmation.unsettled > 0) gaps.push(behind(owner, confirmation.unsettled));
    else if (confirmation.revisionsMissing) gaps.push(outdated(owner, confirmation.revisionsMissing));
  }
  for (const [other, at] of Object.entries(contested)) {
    if (!isFresh(at, now)) continue;
    const text = `The project is that of the spoke ${spoke}, and the spoke ${other} sent records of it, too, last at ${when(at)}: those were dropped.`;
    const action = 'let one ledger read the project: exclude it from the other (excludeProjects)';
    gaps.push({ reason: 'project-contested', since: at, text, action });
  }
  const [jobId] = Object.keys(refused);
  if (jobId !== undefined) {
    const text = `The spoke ${spoke} sent another history of job ${jobId} than the hub holds: the hub keeps its own.`;
    gaps.push({ reason: 'record-differs', text, action: 'run restore-ledger verify in the spoke and in the hub' });
  }
  return gaps;
}

/** As `ownerGaps`, and whether its spoke is silent. */
export const hubGaps = (facts: ProjectFacts, asking: Asking): Gap[] => {
  const { owner } = facts;
  const own = ownerGaps(facts, asking);
  return owner && isSilent(owner.heard ?? {}, asking.now) ? [...own, silent({ ...owner, ...owner.heard })] : own;
};

/** Each spoke has to have ended a run that began after the period. */
export function spokesHeard(spokes: readonly Spoke[] = [], { period, now }: Asking): Gap[] {
  return spokes.flatMap((each): Gap[] => {
    const ranAt = believed(each.ranAt, now);
    if (ranAt !== undefined && ranAt >= period.until) return [];
    if (isSilent(each, now)) return [silent(each)];
    const text = `The last run of the spoke ${each.spoke} that the hub has heard of began at ${when(ranAt ?? '')}, before the end of the period.`;
    return [defined({ reason: 'run-not-ended' as const, from: ranAt, text, action: 'let its next run end' })];
  });
}

/** Longer than its schedule, and a missed run, explain. */
export function isSilent({ ranAt, everyMinutes }: Pick<Spoke, 'ranAt' | 'everyMinutes'>, now: string): boolean {
  const heard = believed(ranAt, now);
  return heard === undefined || Date.parse(now) - Date.parse(heard) > lateAfterMs(everyMinutes);
}

function silent({ spoke, ranAt }: Pick<Spoke, 'spoke' | 'ranAt'>): Gap {
  const text =
    ranAt === undefined
      ? `The hub has not heard of a run of the spoke ${spoke} yet: its restores can’t be ruled out.`
      : `The spoke ${spoke} is silent since its run of ${when(ranAt)}: restores after that can’t be ruled out.`;
  const action = "see the spoke's alarms, and its queue of events that could not be forwarded";
  return defined({ reason: 'spoke-silent' as const, from: ranAt, since: ranAt, text, action });
}

/** Fewer than there are, or others. */
export const missing = ({ spoke }: Owner, held: number, recorded: number): Gap => ({
  reason: 'hub-behind',
  text: `The hub does not hold all of the ${recorded} restore jobs of the project that the spoke ${spoke} has on record: it holds ${held}.`,
  action: BACKFILL,
});

const uncounted = ({ spoke }: Owner): Gap => ({
  reason: 'hub-behind',
  text: `Whether the hub holds all restore jobs of the project that the spoke ${spoke} has on record is not known: they were not compared yet.`,
  action: "wait for the spoke's next run",
});

const behind = ({ spoke }: Owner, jobs: number): Gap => ({
  reason: 'hub-behind',
  text: `The hub holds ${jobs} restore jobs as open that the spoke ${spoke} has as settled: what became of them is not here yet.`,
  action: BACKFILL,
});

const outdated = ({ spoke }: Owner, revisions: number): Gap => ({
  reason: 'hub-behind',
  text: `The hub lacks ${revisions} changes of the project’s restore jobs that the spoke ${spoke} has on record, such as who requested one: it shows these jobs as they were before.`,
  action: BACKFILL,
});
