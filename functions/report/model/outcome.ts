// functions/report/model/outcome.ts: what a report comes to, in a line.
import type { NamedGap } from '../../proof/ledger.ts';
import { type EvidenceIntegrity, GAP_REASONS } from '../../schema/words.ts';
import type { EvidenceHead } from './report.ts';

export interface Outcome {
  /** Plain ASCII: `12 restores of 5 clusters, incomplete, 3 gaps (2 failing, 1 never-read), histories unbroken`. */
  summary: string;
  integrity: EvidenceIntegrity;
}

type Head = Pick<EvidenceHead, 'numbers' | 'gaps' | 'verdict' | 'integrity'>;

export function outcomeOf({ numbers: { restores, clusters }, gaps, verdict, integrity: checked }: Head): Outcome {
  const integrity = checked ? (checked.unbroken ? 'unbroken' : 'broken') : 'not verified';
  const histories = { unbroken: ', histories unbroken', broken: ', histories BROKEN', 'not verified': '' }[integrity];
  const missing =
    gaps.length === 0 ? '' : `, ${gaps.length} ${gaps.length === 1 ? 'gap' : 'gaps'} (${gapReasons(gaps)})`;
  return { summary: `${restores} restores of ${clusters} clusters, ${verdict.state}${missing}${histories}`, integrity };
}

/** `2 failing, 1 never-read`: by reason alone, as names of clusters need not be ASCII, nor short. */
export function gapReasons(gaps: readonly NamedGap[]): string {
  const counts = GAP_REASONS.map((reason) => ({ reason, n: gaps.filter((gap) => gap.reason === reason).length }));
  return counts.flatMap(({ reason, n }) => (n > 0 ? `${n} ${reason}` : [])).join(', ');
}
