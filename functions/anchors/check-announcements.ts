// functions/anchors/check-announcements.ts: the announced restores of a ledger, compared with what was anchored of them.
import { FIRST_EXPECTED } from '../ledger/expected/items.ts';
import type { Ledger } from '../ledger/model/ledger.ts';
import type { ExpectedRestore } from '../restore/expected/expected-restore.ts';
import type { Anchored } from './anchored.ts';
import { announcementContinuity, announcementHead } from './announcements-file.ts';

/** An announced restore that is not as it was anchored, or not there any more. */
export interface DifferingAnnouncement {
  projectId: string;
  expectedRestoreId: string;
  /** Of the first anchor that doesn't fit. */
  day: string;
  what: 'altered' | 'vanished';
}

export interface AnnouncementCheck {
  /** They say what they said, whatever came of them since. */
  asAnchored: number;
  /** Announced after the last anchor, or anchored by none that anchors announcements: nothing is known of them. */
  newer: number;
  /** A person's name was taken out of them on record: whether only that can't be told. */
  erased: number;
  /** At most the first thousand. */
  differing: DifferingAnnouncement[];
  differingCount: number;
}

const MAX_NAMED = 1_000;

/** @param projectIds all on record, or those that were asked for. Requests: 1 query a MB of each @throws LedgerError */
export async function checkAnnouncements(
  ledger: Pick<Ledger, 'expectedRestores'>,
  { announcements }: Pick<Anchored, 'announcements'>,
  projectIds: Iterable<string>,
): Promise<AnnouncementCheck> {
  const check: AnnouncementCheck = { asAnchored: 0, newer: 0, erased: 0, differing: [], differingCount: 0 };
  const differs = (of: DifferingAnnouncement) => {
    check.differingCount += 1;
    if (check.differing.length < MAX_NAMED) check.differing.push(of);
  };
  for (const projectId of projectIds) {
    const there = new Map<string, ExpectedRestore>();
    for (const each of await ledger.expectedRestores(projectId, FIRST_EXPECTED))
      there.set(each.expectedRestoreId, each);
    const anchored = announcements.get(projectId);
    for (const id of there.keys()) if (!anchored?.get(id)?.heads.length) check.newer += 1;
    for (const [expectedRestoreId, { heads }] of anchored ?? []) {
      const [first] = heads;
      if (first === undefined) continue;
      const of = { projectId, expectedRestoreId };
      const expected = there.get(expectedRestoreId);
      if (expected === undefined) {
        differs({ ...of, day: first.day, what: 'vanished' });
        continue;
      }
      const head = announcementHead(expected);
      const found = heads.map((each) => ({ day: each.day, continuity: announcementContinuity(head, each) }));
      const altered = found.find(({ continuity }) => continuity === 'altered');
      if (altered) differs({ ...of, day: altered.day, what: 'altered' });
      else if (found.some(({ continuity }) => continuity === 'erased')) check.erased += 1;
      else check.asAnchored += 1;
    }
  }
  return check;
}
