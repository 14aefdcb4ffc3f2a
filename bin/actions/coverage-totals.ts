// bin/actions/coverage-totals.ts: what the coverage was counted to add up to, compared with the coverage itself.
import { canonicalJson } from '../../functions/ledger/model/fingerprint.ts';
import type { Ledger } from '../../functions/ledger/model/ledger.ts';
import { totalsOf } from '../../functions/views/coverage-totals.ts';

/**
 * The numbers that differ; none where what was counted is not given out as current, or somebody wrote meanwhile.
 * Requests: 2 batch reads, 1 query, and 1 batch read for each 25 projects. @throws LedgerError
 */
export async function differingTotals(ledger: Pick<Ledger, 'coverageTotals' | 'projects'>): Promise<string[]> {
  const kept = await ledger.coverageTotals();
  if (!kept?.isCurrent) return [];
  const { countedAt, lateAfterMs } = kept.totals;
  const counted = await totalsOf(ledger.projects(), { now: Date.parse(countedAt), lateAfterMs });
  const again = await ledger.coverageTotals();
  if (!again?.isCurrent || canonicalJson(again.totals) !== canonicalJson(kept.totals)) return [];
  const [before, after] = [named(kept.totals), named(counted)];
  // An earlier version kept no names.
  const { names, ...others } = after;
  const compared = Object.keys(kept.totals.names ? after : others);
  return compared.filter((name) => canonicalJson(before[name]) !== canonicalJson(after[name]));
}

const named = ({ numbers, ...others }: Awaited<ReturnType<typeof totalsOf>>): Record<string, unknown> => ({
  ...others,
  ...numbers,
});
