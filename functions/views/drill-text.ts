// functions/views/drill-text.ts: the drill and the evidence of a cluster in words, wherever they are shown.

import type * as z from 'zod/mini';
import { capitalized } from '../platform/text.ts';
import type { drill, evidence } from '../schema/drill.ts';
import type { DrillNeed } from '../schema/words.ts';
import { utc } from './text.ts';

type Drill = Pick<z.infer<typeof drill>, 'unproven' | 'needs' | 'proof'>;
type Evidence = z.infer<typeof evidence>;

const NEED_WORDS: Record<DrillNeed, string> = {
  verdict: 'a successful verdict',
  'other-project': 'another project as target',
  rto: 'the RTO met',
  rpo: 'the RPO met',
  checks: 'checks that hold',
  by: 'a verdict by those listed',
};

const needWords = (needs: readonly DrillNeed[]) => needs.map((need) => NEED_WORDS[need] ?? need).join(', ');

/** `missing: a successful verdict`. Nothing where nothing is known to be missing. */
export const missingWords = ({ unproven }: Pick<Drill, 'unproven'>): string | undefined =>
  unproven && `missing: ${needWords(unproven.missing)}`;

/** `Verified, or higher` */
export const gradeWords = ({ grade, orHigher }: Evidence): string =>
  `${capitalized(grade)}${orHigher ? ', or higher' : ''}`;

/** `restored from 2027-02-27 on`: when it falls back, and to what. */
export const fallWords = ({ fallsBackAt, fallsBackTo }: Evidence): string | undefined =>
  fallsBackAt === undefined || fallsBackTo === undefined
    ? undefined
    : `${fallsBackTo} from ${utc(fallsBackAt, 'day')} on`;

/** Columns of the drill beyond its times. */
export const DRILL_COLUMNS = ['needs', 'missing', 'unprovenJobId', 'provenJobId', 'provenAt'];
export const EVIDENCE_COLUMNS = [
  'evidenceGrade',
  'evidenceOrHigher',
  'evidenceJobId',
  'evidenceFallsBackAt',
  'evidenceFallsBackTo',
];

export const drillCells = ({ needs, unproven, proof }: Drill = {}): Record<string, unknown> => ({
  needs: needs?.needs.join(' '),
  missing: unproven?.missing.join(' '),
  unprovenJobId: unproven?.jobId,
  provenJobId: proof?.jobId,
  provenAt: proof?.finishedAt,
});

export const evidenceCells = (evidence: Evidence | undefined): Record<string, unknown> => ({
  evidenceGrade: evidence?.grade,
  evidenceOrHigher: evidence?.orHigher,
  evidenceJobId: evidence?.jobId,
  evidenceFallsBackAt: evidence?.fallsBackAt,
  evidenceFallsBackTo: evidence?.fallsBackTo,
});
