// functions/relay/count-days.ts: the counts of a hub's days, brought up to date (docs/decisions/0034-day-counts.md).
import { DayRepository } from '../ledger/days/day-repository.ts';
import type { HubPorts } from './hub.ts';

/**
 * Whoever writes jobs of spokes marks their days, as collectors do; only nobody runs in a hub, so its check counts. What isn't counted now is
 * counted by the next check, and until then by whoever asks. Requests: those of `DayRepository.count`.
 */
export async function countDays({ table, log, now }: HubPorts, isOutOfTime: () => boolean): Promise<void> {
  try {
    await new DayRepository(table, now).count(isOutOfTime);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.warn('days are left to be counted', { reason });
  }
}
