// functions/report/model/outcome.ts: what a report comes to, in a line.
import type { EvidenceIntegrity } from '../../schema/words.ts';
import type { EvidenceHead } from './report.ts';

export interface Outcome {
  /** Plain ASCII: `12 restores of 5 clusters, incomplete, 3 gaps, histories unbroken`. */
  summary: string;
  integrity: EvidenceIntegrity;
}

type Head = Pick<EvidenceHead, 'numbers' | 'gaps' | 'verdict' | 'integrity'>;

export function outcomeOf({ numbers: { restores, clusters }, gaps, verdict, integrity: checked }: Head): Outcome {
  const integrity = checked ? (checked.unbroken ? 'unbroken' : 'broken') : 'not verified';
  const histories = { unbroken: ', histories unbroken', broken: ', histories BROKEN', 'not verified': '' }[integrity];
  const missing = gaps.length === 0 ? '' : `, ${gaps.length} gaps`;
  return { summary: `${restores} restores of ${clusters} clusters, ${verdict.state}${missing}${histories}`, integrity };
}
