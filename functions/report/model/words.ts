// functions/report/model/words.ts: the verdict and the limits of the report in plain words.
import type { LetGo } from '../../ledger/let-go/let-go.ts';
import { CONTINUITY_MS } from '../../ledger/model/coverage.ts';
import type { EndedAccount, Former, ProjectFacts } from '../../ledger/model/known-project.ts';
import type { Claim } from '../../proof/gap.ts';
import type { NamedGap } from '../../proof/ledger.ts';
import type { Asking } from '../../proof/period.ts';
import { isObjectId, requestedAt } from '../../restore/object-id.ts';
import { SIDES } from '../../restore/objectives/objective.ts';
import { span } from '../../restore/text.ts';
import { SEVERITIES, type Severity, type Status } from '../../schema/words.ts';
import { EXPECTED_DRILLS, UNKNOWN_DRILLS } from '../../views/coverage-totals.ts';
import { counted, listed, number, utc } from '../../views/text.ts';
import type { ClusterEvidence, EvidenceHead, Numbers } from './report.ts';

type VerdictFacts = Pick<EvidenceHead, 'period' | 'numbers' | 'gaps' | 'integrity' | 'madeAt' | 'only'> & {
  claim: Claim;
};

/** One paragraph, which claims what was done and no more. */
export function verdictOf({
  period,
  numbers,
  gaps,
  integrity,
  only,
  claim: { state },
}: VerdictFacts): EvidenceHead['verdict'] {
  const sentences = [
    only && onlySentence(only),
    restoresSentence(period, numbers),
    state === 'complete' ? coveredSentence(numbers) : state === 'not known' ? NOT_KNOWN : gapsSentence(gaps, numbers),
    findingsSentence(numbers),
    drillsSentence(numbers),
    objectivesSentence(numbers),
    integritySentence(integrity),
  ];
  return { state, complete: state === 'complete', text: sentences.filter(Boolean).join(' ') };
}

const onlySentence = ({ projects, clusterName }: NonNullable<EvidenceHead['only']>) => {
  const names = projects.map(({ projectName }) => projectName);
  const named = listed(names.slice(0, MAX_NAMED), names.length);
  const where = `${projects.length === 1 ? 'project' : 'projects'} ${named}`;
  return `This report is about ${clusterName === undefined ? where : `cluster ${clusterName} of ${where}`} alone.`;
};
const MAX_NAMED = 10;

const NOT_KNOWN =
  'Whether there were restores is NOT KNOWN: the ledger knows of no cluster in the period, so this shows nothing.';

/** `3 exact, 1 weak`: without those that are none. */
export const countsOf = <K extends string>(names: readonly K[], counts: Readonly<Record<K, number>>) =>
  names.flatMap((name) => (counts[name] > 0 ? [`${number(counts[name])} ${name}`] : [])).join(', ');

/** The worst first. */
export const bySeverity = (counts: Readonly<Record<Severity, number>>) => countsOf(SEVERITIES.toReversed(), counts);

const day = (iso: string) => `${utc(iso, 'minute')} UTC`;

function restoresSentence(
  { since, until }: EvidenceHead['period'],
  { restores, clusters, projects, outcomes }: Numbers,
) {
  const how = countsOf(Object.keys(outcomes) as Status[], outcomes).toLowerCase();
  const between = `Between ${day(since)} and ${day(until)}`;
  const where = `${counted(clusters, 'cluster')} in ${counted(projects, 'project')}`;
  if (restores === 0) return `${between}, no restore of any of ${where} is in the ledger.`;
  return `${between}, ${counted(restores, 'restore')} of ${where} ${restores === 1 ? 'was' : 'were'} requested: ${how}.`;
}

function coveredSentence({ proofs, clusters }: Numbers) {
  const free = proofs.none > 0 ? ` (${number(proofs.none)} of them without backups)` : '';
  const all = clusters === 1 ? 'For this cluster' : `For all ${number(clusters)} clusters${free}`;
  return `${all} the record is complete: after the period had ended, the projects and clusters in scope were listed, and every list of restore jobs was read to its end, by a run that ended.`;
}

function gapsSentence(gaps: readonly NamedGap[], { proofs, clusters }: Numbers) {
  const only = (...reasons: readonly NamedGap['reason'][]) => gaps.every(({ reason }) => reasons.includes(reason));
  const some = (...reasons: readonly NamedGap['reason'][]) => gaps.some(({ reason }) => reasons.includes(reason));
  if (only('full-reading-due', 'future')) {
    return 'The record is NOT complete yet: nothing failed, but what was requested since the last reading of every list to its end is not proven. Each list says up to when it is; --collect reads them now.';
  }
  const open = proofs.gap + proofs.due;
  const which = `For ${number(open)} of ${counted(clusters, 'cluster')}`;
  const gone = gaps.filter(({ clusterName }) => clusterName !== undefined).every(({ reason }) => reason === 'gone');
  const sentences = [
    'The record is NOT complete.',
    open > 0 && `${which} there are restores that can't be ruled out${gone ? ', as the cluster was deleted' : ''}.`,
    some('never-read') && 'Something in scope was never read.',
    some('not-visible') && 'The credentials no longer see a project that they saw.',
    some('clusters', 'projects', 'run-not-ended') &&
      'Where projects or clusters were not listed as a whole after the period, there may be some that nobody knows of.',
    some('before-first-reading') &&
      'A part of the period lies before the first reading: of it the ledger has what Atlas still listed then.',
    some('let-go') &&
      'A part of the period lies before what the ledger keeps: older restores were let go by its policy of retention.',
    some('record-differs') && 'The table DIFFERS from what was recorded.',
    'Each gap is named below.',
  ];
  return sentences.filter(Boolean).join(' ');
}

function findingsSentence({ findings, severities, restores }: Numbers) {
  if (restores === 0) return '';
  if (findings === 0) return 'No restore broke a rule.';
  return `The rules produced ${counted(findings, 'finding')}: ${bySeverity(severities)}.`;
}

function drillsSentence({ clusters, drills, drillsMissed, drillsNotKnown, recovery }: Numbers) {
  if (clusters === 0) return '';
  const expected = EXPECTED_DRILLS.reduce((sum, state) => sum + drills[state], 0);
  if (expected === 0) return 'No cluster has to be restored within a number of days.';
  const unknown = unknownOf(drills);
  const parts = [
    `${number(drills.met)} ${drills.met === 1 ? 'was' : 'were'}`,
    drills.proven > 0 &&
      `${number(drills.proven)} ${drills.proven === 1 ? 'was' : 'were'}, with all that a drill of it needs`,
    drills['not-proven'] > 0 &&
      `${number(drills['not-proven'])} ${drills['not-proven'] === 1 ? 'was' : 'were'} restored, but the drill is not proven`,
    unknown > 0 && `${number(unknown)} ${unknown === 1 ? 'is' : 'are'} unknown`,
    drills.due > 0 && `${number(drills.due)} ${drills.due === 1 ? 'has' : 'have'} time left`,
    overdueWords(drills),
  ];
  const sentences = [
    `${counted(expected, 'cluster')} had to be restored within a number of days: ${parts.filter(Boolean).join(', ')}.`,
    drillsMissed > 0 && `For ${counted(drillsMissed, 'cluster')}, part of the period had no restore recent enough.`,
    drillsNotKnown > 0 &&
      `For ${counted(drillsNotKnown, 'cluster')}, it is not known of part of the period whether there was one recent enough.`,
    drills['backups-off'] > 0 && `Atlas makes no backups of ${counted(drills['backups-off'], 'cluster')}.`,
    recovery && `Completed restores took ${recoveryWords(recovery)} at most.`,
  ];
  return sentences.filter(Boolean).join(' ');
}

const recoveryWords = ({ median, longest }: NonNullable<Numbers['recovery']>) =>
  `${median === undefined ? '' : `a median of ${span(median)}, and `}${span(longest)}`;

export const unknownOf = (drills: Numbers['drills']): number =>
  UNKNOWN_DRILLS.reduce((sum, state) => sum + drills[state], 0);

/** Of those that are unknown, some may be. */
function overdueWords(drills: Numbers['drills']) {
  const { overdue } = drills;
  if (overdue > 0) return `${number(overdue)} ${overdue > 1 ? 'are' : 'is'} overdue`;
  return unknownOf(drills) > 0 ? 'none is known to be overdue' : 'none is overdue';
}

function objectivesSentence({ objectives: { clusters, ...sides } }: Numbers) {
  if (clusters === 0) return '';
  const parts = SIDES.map((side) => {
    const { met, missed, notKnown } = sides[side];
    return `${number(met)} met their ${side.toUpperCase()}, ${number(missed)} missed it, ${number(notKnown)} not known`;
  });
  return `Of the restores of ${counted(clusters, 'cluster')} with recovery objectives: ${parts.join('; ')}.`;
}

function integritySentence(integrity: EvidenceHead['integrity']) {
  if (!integrity) return 'Whether the record was changed since was not verified.';
  const { unbroken, jobs, breakCount } = integrity;
  return unbroken
    ? `The histories of all ${counted(jobs, 'recorded job')} were recomputed, and nothing was changed since it was recorded.`
    : `The histories of ${counted(jobs, 'recorded job')} were recomputed: ${counted(breakCount, 'break')} show that the RECORD WAS CHANGED.`;
}

/** It existed before the period began, and was first read after. */
export function isReadLate({ firstSeenAt, clusterId }: ClusterEvidence, { since }: Asking['period']): boolean {
  if (firstSeenAt === undefined || firstSeenAt <= since) return false;
  return isObjectId(clusterId) && requestedAt(clusterId) < since;
}

interface Changed {
  projectName: string;
  names: readonly Former[];
  organizations: readonly Former[];
}

interface Joined {
  account: string;
  /** When they first listed their projects, ISO 8601. */
  since: string;
}

interface Limits {
  /** Before the period began. */
  outOfScope: readonly Pick<ProjectFacts, 'projectName' | 'known'>[];
  /** Projects by what they were called, and whose they were, after the period began. */
  changed: readonly Changed[];
  /** After the period began, with somebody's word that nothing was missed. */
  ended: readonly EndedAccount[];
  letGo: readonly LetGo[];
  /** Credentials that came after others, and after the period began. */
  joined: readonly Joined[];
  hasObjectives: boolean;
  /** Objectives that are of no cluster of the report, as written. */
  idleObjectives: readonly string[];
  only?: EvidenceHead['only'] | undefined;
}

/**
 * What no ledger of this kind can show, with the numbers of this one.
 * @param late clusters that were first read after the period began
 */
export function limitsOf(late: number, limits: Limits): string[] {
  const { outOfScope, changed, joined, ended, letGo, hasObjectives, idleObjectives, only } = limits;
  const firstRead =
    late === 0
      ? 'Every cluster of this report that existed when the period began was known to the ledger by then.'
      : `${counted(late, 'cluster')} that existed before the period began ${late === 1 ? 'was' : 'were'} first read after it began: what Atlas no longer listed then is not in the ledger.`;
  return [
    ...(only ? [`${onlySentence(only)} Nothing is said of other projects and clusters.`] : []),
    "Projects are those that the collector's Atlas credentials see and its settings include.",
    ...outOfScope.map(outOfScopeSentence),
    ...changed.flatMap(changedSentences),
    ...joined.map(joinedSentence),
    ...ended.map(endedSentence),
    ...letGoSentences(letGo),
    `A cluster that was created and deleted between two readings of its project's clusters, and of which Atlas kept no backups, is not known. Nor is a tier that a cluster had only between two of them, or a project that was created and deleted between two listings of projects. Stretches of more than ${CONTINUITY_MS / 3_600_000} hours between two readings are gaps.`,
    `Atlas does not say for how long it lists restore jobs. ${firstRead}`,
    'A restore is shown as Atlas showed it at the last reading; one that was still open then may have ended since.',
    "Atlas lists a restore with the cluster whose backup it is of: one from a project that isn't in the ledger into a cluster of this report is not in it.",
    "What was done with data after a download can't be seen. Data that left otherwise, by an export, a dump or a query, is no restore.",
    "Requesters are identified by matching Atlas's events to jobs: exact and strong rest on ids made by one process, likely on time alone, weak is a hint. Atlas records no address.",
    'Findings go by the rules that the collector had then, drills by those it had last. Before a cluster was first read, a drill counts as missed only between restores that are known.',
    ...(hasObjectives ? [OBJECTIVES_LIMIT] : []),
    ...idleObjectives.map(
      (line) => `No cluster of this report has the objective ${line}: it fits none, or another comes before it.`,
    ),
  ];
}

const OBJECTIVES_LIMIT =
  'Objectives are those that this report was made with. Recovery times are those of restore jobs: what came before the request, and between the finish and an application that is back, is not in them.';

/** @param letGo of each project that has some */
function letGoSentences(letGo: readonly LetGo[]): string[] {
  const [last] = letGo
    .map(({ before }) => before)
    .sort()
    .toReversed();
  if (last === undefined) return [];
  const jobs = letGo.reduce((sum, { jobs: of }) => sum + of, 0);
  const projects = counted(letGo.length, 'project');
  return [
    `The ledger keeps no restores from before ${day(last)} of all projects: by its policy of retention, ${counted(jobs, 'restore')} in ${projects} were let go so far. What is said to be on record is about later ones.`,
  ];
}

function changedSentences({ projectName, names, organizations }: Changed): string[] {
  const fit = 'drills, objectives and settings that go by patterns of names fit the name that it has now';
  return [
    ...names.map(({ was, until }) => `Project ${projectName} was called ${was} until ${day(until)}: ${fit}.`),
    ...organizations.map(
      ({ was, until }) => `Project ${projectName} was of the Atlas organization ${was} until ${day(until)}.`,
    ),
  ];
}

const joinedSentence = ({ account, since }: Joined) =>
  `The credentials ${account} first listed their projects at ${day(since)}: one that only they could have seen, and that was deleted before, is not known.`;

function endedSentence({ account, listedAt, at, by, reason }: EndedAccount): string {
  return `The credentials ${account} count no more since ${day(at)}. That no project was missed since they last listed theirs, at ${day(listedAt)}, is the word of ${by}: ${reason}`;
}

function outOfScopeSentence({ projectName, known }: Pick<ProjectFacts, 'projectName' | 'known'>): string {
  const { retired, excludedSince } = known ?? {};
  if (!retired) return `Project ${projectName} is excluded by the settings since ${day(excludedSince ?? '')}.`;
  return `Project ${projectName} was retired at ${day(retired.at)} by ${retired.by}: ${retired.reason}`;
}
