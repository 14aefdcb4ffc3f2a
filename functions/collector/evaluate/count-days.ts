// functions/collector/evaluate/count-days.ts: the counts of a run's days, brought up to date at its end.
import type { Ledger } from '../../ledger/model/ledger.ts';
import type { Log } from '../../platform/log.ts';

/** What isn't counted now is counted by the next run, and until then by whoever asks. */
export async function countDays(
  ledger: Pick<Ledger, 'markDaysAgain' | 'countDays'>,
  isOutOfTime: () => boolean,
  { log, runId }: { log: Log; runId: string },
): Promise<void> {
  try {
    await ledger.markDaysAgain(); // of a project that failed
    await ledger.countDays(isOutOfTime);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.warn('days are left to be counted', { runId, reason });
  }
}
