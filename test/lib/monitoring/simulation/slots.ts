// test/lib/monitoring/simulation/slots.ts: when EventBridge Scheduler would start runs, by the second reader of cron expressions.
import { minutesOf, reader } from '../../../platform/schedule/second-reader.ts';

const UNITS: Readonly<Record<string, number>> = { minute: 1, hour: 60, day: 1_440 };

/** In minutes from the start. What clocks show twice comes the first time only. */
export function slotsOf(expression: string, timeZone: string, start: string, days: number): number[] {
  const [, count, unit = ''] = /^rate\((\d+) (\w+?)s?\)$/.exec(expression) ?? [];
  if (count !== undefined) {
    const every = Number(count) * (UNITS[unit] ?? 0);
    return Array.from({ length: Math.ceil((days * 1_440) / every) }, (_, index) => index * every);
  }
  const runsAt = reader(expression.slice('cron('.length, -1).split(' '));
  const shownBefore = new Set<string>();
  return minutesOf(start, days, timeZone).flatMap(({ shown }, minute) => {
    if (!runsAt(shown)) return [];
    const key = Object.values(shown).join(' ');
    if (shownBefore.has(key)) return [];
    shownBefore.add(key);
    return [minute];
  });
}
