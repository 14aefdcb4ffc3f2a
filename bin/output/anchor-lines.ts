// bin/output/anchor-lines.ts: how a ledger compares with its anchors, in words.
import type { Archive } from '../../functions/anchors/archive.ts';
import type { AnchorCheck } from '../../functions/anchors/check.ts';
import { counted, listed, utc } from '../../functions/views/text.ts';

export type Compared = Archive & AnchorCheck;

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
    'not anchored': newer > 0 ? `${counted(newer, 'job')}, recorded after ${utc(lastReadAt)} UTC` : undefined,
    'let go': letGo > 0 ? `${counted(letGo, 'job')} that were anchored, on record` : undefined,
  };
}

/** What is not known of the comparison: a sentence each. */
export function anchorGaps({ keys, missingDays, leftOut, erased, erasedCount }: Compared): string[] {
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
  for (const { projectId, jobId, day, by, reason } of erased)
    gaps.push(
      `project ${projectId}, job ${jobId}: a name was erased after the anchor of ${day} (by ${by}: ${reason}); whether only the name went shows the job in the files of that anchor`,
    );
  if (erasedCount > erased.length) gaps.push(`and ${erasedCount - erased.length} more jobs with an erased name`);
  return gaps;
}

export const differingLine = ({
  projectId,
  projectName,
  jobId,
  day,
  revision,
  what,
}: AnchorCheck['differing'][number]) => {
  const of = projectName === undefined ? `project ${projectId}` : `${projectName} (${projectId})`;
  const found =
    what === 'vanished'
      ? 'was anchored, and is not there any more'
      : `its history is not the one that was anchored: it was made anew`;
  return `${of}, job ${jobId}, revision ${revision} of the anchor of ${day}: ${found}`;
};
