// functions/anchors/announcements-file.ts: the file of an anchor with what was announced, as lines of JSON: one for each announced
// restore that is new or changed, or all of them. They have no history of their own, so the anchors are it.
import * as z from 'zod/mini';
import { sha256 } from '../ledger/model/fingerprint.ts';
import { defined } from '../platform/defined.ts';
import type { ExpectedRestore } from '../restore/expected/expected-restore.ts';
import { count, objectId, optional } from '../schema/types.ts';
import { linesOf } from './lines.ts';

const digest = () => z.string().check(z.regex(/^[\w-]{43}$/, 'a SHA-256, base64url'));

/** An announced restore on the day of the anchor. Digests are SHA-256 over JSON with sorted names, base64url. */
const announcementLine = z.object({
  projectId: objectId(),
  expectedRestoreId: objectId(),
  revision: count(),
  /** Of all that it says at this revision. */
  head: digest(),
  /** Of what was announced, which never changes but by an erasure. */
  said: digest(),
  /** Of who withdrew it, and when. */
  withdrawn: optional(digest()),
  /** Of the erasure of a name from it. */
  erased: optional(digest()),
});
/** It was in the anchor before. */
const goneLine = z.object({ projectId: objectId(), expectedRestoreId: objectId(), gone: z.literal('missing') });

const line = z.union([announcementLine, goneLine]);
export type AnnouncementHead = z.infer<typeof announcementLine>;
export type AnnouncementLine = z.infer<typeof line>;

/** @throws SignatureError that names the line */
export const announcementLines = (file: string): Generator<AnnouncementLine> =>
  linesOf(file, line, 'announcements', 'an announced restore');

/** Undefined where something else than this program wrote it, so that no line can name it. */
export function announcementHead(expected: ExpectedRestore): AnnouncementHead | undefined {
  const { jobs: _, withdrawn, missedAt: __, erased, revision, ...said } = expected;
  const { projectId, expectedRestoreId } = expected;
  const read = z.safeParse(
    announcementLine,
    defined({
      ...{ projectId, expectedRestoreId, revision, head: sha256(expected), said: sha256(said) },
      withdrawn: withdrawn && sha256(withdrawn),
      erased: erased && sha256(erased),
    }),
  );
  return read.success ? read.data : undefined;
}

/** `erased`: a name was taken out of it on record, and nobody can tell whether only that. */
export type AnnouncementContinuity = 'same' | 'continued' | 'erased' | 'altered';

export function announcementContinuity(
  now: AnnouncementHead | undefined,
  before: AnnouncementHead,
): AnnouncementContinuity {
  if (now === undefined || now.revision < before.revision) return 'altered';
  if (now.revision === before.revision) return now.head === before.head ? 'same' : 'altered';
  const isWithdrawalKept = before.withdrawn === undefined || now.withdrawn === before.withdrawn;
  if (now.said === before.said && isWithdrawalKept) return 'continued';
  return now.erased !== undefined && now.erased !== before.erased ? 'erased' : 'altered';
}
