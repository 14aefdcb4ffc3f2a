// bin/commands/evidence/words.ts says in plain words what the report comes to, and what it can't show.
import { counted, number, span } from '../../../functions/api/page/text.ts';
import { utc } from '../times.ts';
import { createdAtOf } from './judge-drills.ts';
import type { Evidence, NamedGap, Numbers, ProjectEvidence } from './report.ts';

type Judged = Pick<Evidence, 'period' | 'numbers' | 'gaps' | 'integrity' | 'madeAt'>;

/** One paragraph. */
export function verdictOf({ period, numbers, gaps, integrity, madeAt }: Judged): Evidence['verdict'] {
  const complete = gaps.length === 0;
  const sentences = [
    restoresSentence(period, numbers),
    complete ? coveredSentence(period, numbers, madeAt) : gapsSentence(gaps, numbers),
    findingsSentence(numbers),
    drillsSentence(numbers),
    integritySentence(integrity),
  ];
  return { complete, text: sentences.filter((sentence) => sentence !== '').join(' ') };
}

const day = (iso: string) => `${utc(iso).slice(0, 16)} UTC`;

function restoresSentence({ since, until }: Evidence['period'], { restores, clusters, projects, outcomes }: Numbers) {
  const between = `Between ${day(since)} and ${day(until)}`;
  const where = `${counted(clusters, 'cluster')} in ${counted(projects, 'project')}`;
  if (restores === 0) return `${between}, no restore of any of ${where} is in the ledger.`;
  const how = Object.entries(outcomes).flatMap(([status, count]) =>
    count > 0 ? [`${number(count)} ${status.toLowerCase()}`] : [],
  );
  return `${between}, ${counted(restores, 'restore')} of ${where} ${restores === 1 ? 'was' : 'were'} requested: ${how.join(', ')}.`;
}

function coveredSentence({ ended }: Evidence['period'], { proofs, clusters }: Numbers, madeAt: string) {
  if (clusters === 0) return 'The ledger knows of no cluster, so this shows nothing.';
  const free = proofs.none > 0 ? ` (${number(proofs.none)} of them without backups)` : '';
  const all = clusters === 1 ? 'For this cluster' : `For all ${number(clusters)} clusters${free}`;
  return ended
    ? `${all} the record is complete: every list of restore jobs was read to its end after the period had ended.`
    : `${all} the record is complete as far as it can be at ${day(madeAt)}: every list of restore jobs was read within the last 24 hours, and each cluster's part says up to when.`;
}

function gapsSentence(gaps: readonly NamedGap[], { proofs, clusters }: Numbers) {
  const gone = gaps.every(({ reason }) => reason === 'gone');
  const which = `For ${number(proofs.gap)} of ${counted(clusters, 'cluster')}`;
  const [lists, projects] = (['clusters', 'projects'] as const).map((reason) =>
    gaps.some((gap) => gap.reason === reason),
  );
  const unread = [...(projects ? ['the list of projects'] : []), ...(lists ? ['a list of clusters'] : [])].join(
    ' and ',
  );
  return [
    'The record is NOT complete.',
    ...(proofs.gap > 0
      ? [`${which} there are restores that can't be ruled out${gone ? ', as the cluster was deleted' : ''}.`]
      : []),
    ...(unread === '' ? [] : [`Where ${unread} could not be read, there may be clusters that nobody knows of.`]),
    'Each gap is named below.',
  ].join(' ');
}

function findingsSentence({ findings, severities, restores }: Numbers) {
  if (restores === 0) return '';
  if (findings === 0) return 'No restore broke a rule.';
  const how = (['critical', 'warning', 'info'] as const).flatMap((severity) =>
    severities[severity] > 0 ? [`${number(severities[severity])} ${severity}`] : [],
  );
  return `Rules found ${counted(findings, 'noteworthy thing')} about them: ${how.join(', ')}.`;
}

function drillsSentence({ drills, drillsMissed, recovery }: Numbers) {
  const expected = drills.met + drills.due + drills.overdue;
  if (expected === 0) return 'No cluster has to be restored within a number of days.';
  const parts = [
    `${number(drills.met)} met that`,
    ...(drills.due > 0 ? [`${number(drills.due)} ${drills.due === 1 ? 'has' : 'have'} time left`] : []),
    drills.overdue === 0
      ? 'none is overdue'
      : `${number(drills.overdue)} ${drills.overdue === 1 ? 'is' : 'are'} overdue`,
  ];
  const missed =
    drillsMissed === 0
      ? ''
      : ` For ${counted(drillsMissed, 'cluster')}, part of the period had no restore recent enough.`;
  const took = recovery
    ? ` A completed restore took ${span(recovery.median)} in the median, ${span(recovery.longest)} at most.`
    : '';
  return `${counted(expected, 'cluster')} had to be restored within a number of days: ${parts.join(', ')}.${missed}${took}`;
}

function integritySentence(integrity: Evidence['integrity']) {
  if (!integrity) return 'Whether the record was changed since was not verified.';
  const { unbroken, jobs, breakCount } = integrity;
  return unbroken
    ? `The histories of all ${counted(jobs, 'recorded job')} were recomputed, and nothing was changed since it was recorded.`
    : `The histories of ${counted(jobs, 'recorded job')} were recomputed: ${counted(breakCount, 'break')} show that the RECORD WAS CHANGED.`;
}

/** What no ledger of this kind can show, with the numbers of this one. */
export function limitsOf(projects: readonly ProjectEvidence[], { since }: Evidence['period']): string[] {
  const late = projects
    .flatMap(({ clusters }) => clusters)
    .filter(({ firstSeenAt, clusterId }) => {
      if (firstSeenAt === undefined || firstSeenAt <= since) return false;
      return createdAtOf({ firstSeenAt, ...(clusterId === undefined ? {} : { clusterId }) }) < since;
    }).length;
  const firstRead =
    late === 0
      ? 'Every cluster of this report that existed when the period began was known to the ledger by then.'
      : `${counted(late, 'cluster')} that existed before the period began ${late === 1 ? 'was' : 'were'} first read within it: what Atlas no longer listed then is not in the ledger.`;
  return [
    "Projects are those that the collector's Atlas credentials see and its settings include.",
    'A cluster that was created and deleted between two runs of the collector, and of which Atlas kept no backups, is not known.',
    `Atlas does not say for how long it lists restore jobs. ${firstRead}`,
    "What was done with data after a download can't be seen. Data that left otherwise, by an export, a dump or a query, is no restore.",
    "Who asked is found by matching Atlas's events to jobs: exact and strong rest on ids made by one process, likely on time alone, weak is a hint. Atlas records no address.",
    'Findings go by the rules that the collector had then, drills by those it had last. Before a cluster was first read, a drill counts as missed only between restores that are known.',
  ];
}
