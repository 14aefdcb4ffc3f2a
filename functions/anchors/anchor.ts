// functions/anchors/anchor.ts: the form of an anchor: a signed statement of where the histories of restore jobs ended on a day
// (docs/decisions/0048-signatures-and-anchors.md). Each holds the digest of the one before it.
import * as z from 'zod/mini';
import { count, flag, moment, objectId, optional, text } from '../schema/types.ts';
import { SignatureError } from '../signing/errors.ts';
import { PREDICATES, STATEMENT_TYPE, type Statement, type Subject } from '../signing/statement.ts';

const DAY = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;
const day = () => z.string().check(z.regex(DAY, 'a day such as 2026-11-29'));
const digest = () => z.string().check(z.regex(/^[0-9a-f]{64}$/, '64 hex digits'));

/** Where it is kept, and its SHA-256. */
const reference = z.object({ name: text(), sha256: digest() });

const totals = z.object({
  projects: count(),
  /** Whose histories are anchored. */
  jobs: count(),
  /** New, or changed since the anchor before. */
  changed: count(),
  /** Let go by policy since the anchor before. */
  letGo: count(),
  /** Of an anchored job: its history is another one. */
  rewritten: count(),
  /** Anchored, and not there any more. */
  missing: count(),
  /** Their histories don't fit together by themselves. */
  broken: count(),
  /** Announced restores that are anchored. Absent: by a version that anchored none. */
  announcements: optional(count()),
  /** Announced restores that are not as they were anchored, or not there any more. */
  altered: optional(count()),
});
export type AnchorTotals = z.infer<typeof totals>;

const predicate = z.object({
  /** The ledger's name: of its stack, its table, or its directory. */
  ledger: text(),
  /** By the ledger's setting, restore jobs are let go after so many days; 0: never. Absent: nobody said. */
  retentionDays: optional(count()),
  /** In UTC, on which it was begun. */
  day: day(),
  /** A day has several where one invocation had no time for all projects. From 1. */
  part: z.int().check(z.minimum(1), z.maximum(9_999)),
  /** The last part of its day: every project is anchored. */
  last: flag(),
  /** It names every job, and not only those that changed: whoever reads on from there needs no earlier one. */
  full: flag(),
  readFrom: moment(),
  readUntil: moment(),
  /** Projects up to this one, in the order of their ids, are in the parts before. */
  after: optional(objectId()),
  /** The last project in it; absent where it has none. */
  through: optional(objectId()),
  /** The anchor before. Absent: this is the first. */
  previous: optional(reference),
  /** The last day before that has all of its parts. */
  previousDay: optional(day()),
  /** The last such day that names every job. */
  fullDay: optional(day()),
  totals,
});
export type AnchorPredicate = z.infer<typeof predicate>;

const MAX_PART = 4;
export const ANCHORS = 'anchors/';
/** Sorts by day and part. */
export const anchorName = ({ day, part }: Pick<AnchorPredicate, 'day' | 'part'>) =>
  `${ANCHORS}${day}/${String(part).padStart(MAX_PART, '0')}.dsse.json`;
const ANCHOR_NAME = /^anchors\/\d{4}-\d\d-\d\d\/\d{4}\.dsse\.json$/;
export const isAnchorName = (name: string) => ANCHOR_NAME.test(name);

/** Named by their content: whoever writes them again writes the same. */
export const headsName = (of: string, sha256: string) => `heads/${of}/${sha256}.ndjson`;
export const changesName = (of: string, sha256: string) => `changes/${of}/${sha256}.ndjson`;
export const announcementsName = (of: string, sha256: string) => `announcements/${of}/${sha256}.ndjson`;
export const isAnnouncementsName = (name: string) => name.startsWith('announcements/');
export const isHeadsName = (name: string) => name.startsWith('heads/');
export const KEYS = 'keys/';
const KEY_NAME = /^keys\/[0-9a-f]{64}\.pem$/;
export const isKeyName = (name: string) => KEY_NAME.test(name);
export const keyName = (keyId: string) => `${KEYS}${keyId}.pem`;

export const anchorStatement = (content: AnchorPredicate, subject: Subject[]): Statement => ({
  _type: STATEMENT_TYPE,
  subject,
  predicateType: PREDICATES.anchor,
  predicate: content,
});

/** @param name that it is kept under, which has to be its own @throws SignatureError */
export function anchorOf({ predicateType, predicate: content }: Statement, name: string): AnchorPredicate {
  if (predicateType !== PREDICATES.anchor)
    throw new SignatureError('SIGNATURE_WRONG', `${name}: expected an anchor, got ${JSON.stringify(predicateType)}`);
  const read = z.safeParse(predicate, content);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new SignatureError('SIGNATURE_WRONG', `${name}: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  if (anchorName(read.data) !== name)
    throw new SignatureError('SIGNATURE_WRONG', `${name}: it is the anchor ${anchorName(read.data)}, put elsewhere`);
  return read.data;
}

export const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

const DAY_MS = 86_400_000;
/** The days between two, without them. */
export function daysBetween(from: string, until: string): string[] {
  const days: string[] = [];
  for (let ms = Date.parse(from) + DAY_MS; ms < Date.parse(until); ms += DAY_MS) days.push(dayOf(ms));
  return days;
}
