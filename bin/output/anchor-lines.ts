// bin/output/anchor-lines.ts: how a ledger compares with its anchors, in words.
import type { Archive } from '../../functions/anchors/archive.ts';
import type { AnchorCheck, Differing } from '../../functions/anchors/check.ts';
import type { AnnouncementCheck, DifferingAnnouncement } from '../../functions/anchors/check-announcements.ts';
import { counted, listed, utc } from '../../functions/views/text.ts';

export type Compared = Archive & AnchorCheck & { announcements: AnnouncementCheck };

const MAX_DAYS = 7;

/** Rows of what was found; a row without a value has nothing to say. */
export function anchorFields(compared: Compared): Record<string, string | undefined> {
  const { place, ledger, anchors, firstDay, lastDay, lastReadAt, keys } = compared;
  const { asAnchored, wentOn, newer, letGo } = compared;
  const signers = keys.map(({ id, algorithm, trust }) => `${algorithm} key ${id.slice(0, 16)}… (${trust})`);
  return {
    anchors: `${anchors} from ${firstDay} to ${lastDay}, of the ledger ${ledger}, in ${place}`,
    'signed by': signers.join(', '),
    'as anchored': `${counted(asAnchored, 'job')}${wentOn > 0 ? `; ${wentOn} went on after the last anchor` : ''}`,
    'not anchored': newer > 0 ? `${counted(newer, 'job')}, not there yet at ${utc(lastReadAt)} UTC` : undefined,
    'let go': letGo > 0 ? `${counted(letGo, 'job')} that were anchored, on record` : undefined,
    announcements: announcementsLine(compared.announcements),
  };
}

function announcementsLine({ asAnchored, newer }: AnnouncementCheck): string | undefined {
  if (asAnchored + newer === 0) return undefined;
  return `${asAnchored} as anchored${newer > 0 ? `; ${newer} not anchored yet` : ''}`;
}

/** What is not known of the comparison: a sentence each. */
export function anchorGaps(compared: Compared): string[] {
  const { keys, missingDays, leftOut, letGoUnproven, erased, erasedCount, announcements } = compared;
  const gaps: string[] = [];
  if (keys.some(({ trust }) => trust === 'found'))
    gaps.push(
      'the key was found beside the anchors, so whoever could replace them could replace it: name one that you trust with --public-key',
    );
  if (missingDays.length > 0)
    gaps.push(
      `no whole anchor of ${listed(missingDays.slice(0, MAX_DAYS), missingDays.length)}: what was rewritten before the next one is not found`,
    );
  if (leftOut > 0)
    gaps.push(
      `${counted(leftOut, 'job')} not compared: the entry that was anchored last is in the middle of a history too long to keep; a new anchor names where that ends now`,
    );
  if (letGoUnproven > 0)
    gaps.push(
      `${counted(letGoUnproven, 'job')} let go on record, and no anchor states a retention that lets them go: whether a policy did it, or somebody who may write the table, can't be told`,
    );
  if (announcements.erased > 0)
    gaps.push(
      `${counted(announcements.erased, 'announced restore')} from which a name was erased after the anchor: whether only the name went can't be told`,
    );
  for (const { projectId, jobId, day, by, reason } of erased)
    gaps.push(
      `project ${projectId}, job ${jobId}: a name was erased after the anchor of ${day} (by ${by}: ${reason}); whether only the name went shows the job in the files of that anchor`,
    );
  if (erasedCount > erased.length) gaps.push(`and ${erasedCount - erased.length} more jobs with an erased name`);
  return gaps;
}

const DIFFERENCES = {
  rewritten: 'its history is not the one that was anchored: it was made anew',
  vanished: 'was anchored, and is not there any more',
  'let-go-unfounded': 'was anchored, is not there any more, and no retention lets it go, whatever is on record',
  'let-go-altered':
    'the record of jobs let go is not the one that was anchored, or stands for fewer jobs than are gone',
} as const;

export function differingLine({ projectId, projectName, jobId, day, revision, what }: Differing): string {
  const of = [projectName === undefined ? `project ${projectId}` : `${projectName} (${projectId})`];
  if (jobId !== undefined) of.push(`job ${jobId}`);
  of.push(`${revision === undefined ? '' : `revision ${revision} of `}the anchor of ${day}`);
  return `${of.join(', ')}: ${DIFFERENCES[what]}`;
}

export const differingAnnouncementLine = ({ projectId, expectedRestoreId, day, what }: DifferingAnnouncement) =>
  `project ${projectId}, announced restore ${expectedRestoreId}, the anchor of ${day}: ${
    what === 'vanished' ? 'was anchored, and is not there any more' : 'says something else than was anchored'
  }`;
