// functions/report/model/predicate.ts: what a signature says of a report.
import type { ReportPredicate } from '../../signing/report.ts';
import type { EvidenceHead } from './report.ts';

export const predicateOf = ({
  ledger,
  period,
  madeAt,
  madeBy,
  numbers,
  verdict,
  gaps,
}: EvidenceHead): ReportPredicate => ({
  ...{ ledger, since: period.since, until: period.until, madeAt, version: madeBy.version },
  ...{ restores: numbers.restores, verdict: verdict.state, gaps: gaps.length },
});
