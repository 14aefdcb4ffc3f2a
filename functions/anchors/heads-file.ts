// functions/anchors/heads-file.ts: the file of an anchor with the heads of histories, as lines of JSON: one for each project, and
// after it one for each of its jobs that changed, or all of them.
import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { ProjectCoverage } from '../ledger/model/coverage.ts';
import { defined } from '../platform/defined.ts';
import { count, moment, objectId, optional, text } from '../schema/types.ts';
import { linesOf } from './lines.ts';

/** Where a history ended. */
export interface Head {
  revision: number;
  /** SHA-256 of the entry with this revision, base64url. */
  head: string;
}

const head = z.string().check(z.regex(/^[\w-]{43}$/, 'a SHA-256, base64url'));

const coverageLine = z.object({
  revision: count(),
  recorded: optional(count()),
  recordedIds: optional(text()),
  restartedAt: optional(moment()),
  letGo: optional(z.object({ before: moment(), jobs: count(), heads: text() })),
});

const projectLine = z.object({
  projectId: objectId(),
  projectName: optional(text()),
  /** Without those let go. */
  jobs: count(),
  /** SHA-256, in hex, over a line `jobId revision head` for each of them, by job id. */
  digest: z.string().check(z.regex(/^[0-9a-f]{64}$/, '64 hex digits')),
  /** What its coverage says of them. Absent: there is none, or it is no coverage. */
  coverage: optional(coverageLine),
});
export type ProjectLine = z.infer<typeof projectLine>;

/** `was`: what it is to the head in the anchor before. Absent: that went on, or there was none. */
const headLine = z.object({
  jobId: objectId(),
  revision: count(),
  head,
  was: optional(z.enum(['rewritten', 'erased'])),
  /** Its history doesn't fit together by itself. */
  broken: optional(z.literal(true)),
});
/** It was in the anchor before. */
const goneLine = z.object({ jobId: objectId(), gone: z.enum(['let-go', 'missing']) });

const line = z.union([projectLine, headLine, goneLine]);
export type HeadLine = z.infer<typeof headLine>;
export type GoneLine = z.infer<typeof goneLine>;
export type HeadsLine = z.infer<typeof line>;

export const isProjectLine = (of: HeadsLine): of is ProjectLine => 'projectId' in of;

/** @throws SignatureError that names the line */
export const headsLines = (file: string): Generator<HeadsLine> =>
  linesOf(file, line, 'heads', 'a project, or the head of a history');

/** What stands for all heads of a project. Jobs are added by their ids, in order. */
export class HeadsDigest {
  readonly #hash = createHash('sha256');
  jobs = 0;

  add(jobId: string, { revision, head: of }: Head) {
    this.jobs += 1;
    this.#hash.update(`${jobId} ${revision} ${of}\n`);
  }

  hex = () => this.#hash.digest('hex');
}

/** What can be anchored of it: undefined where there is none, or something else than this program wrote to it. */
export function coverageOf(coverage: ProjectCoverage | undefined): ProjectLine['coverage'] | undefined {
  if (coverage === undefined) return undefined;
  const { revision, recorded, recordedIds, restartedAt, letGo: of } = coverage;
  const letGo = of && { before: of.before, jobs: of.jobs, heads: of.heads };
  const read = z.safeParse(coverageLine, defined({ revision, recorded, recordedIds, restartedAt, letGo }));
  return read.success ? read.data : undefined;
}
