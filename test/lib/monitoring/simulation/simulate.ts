// test/lib/monitoring/simulation/simulate.ts: the alarms of a schedule over months, in a world where runs go wrong for a while.
import { checkRequest } from '../../../../functions/collector/health/check.ts';
import { type Health, healthOf } from '../../../../functions/collector/health/health.ts';
import type { Run } from '../../../../functions/ledger/model/run.ts';
import { lowestIdAt } from '../../../../functions/restore/object-id.ts';
import { CHECK_MINUTES } from '../../../../lib/monitoring/expectation.ts';
import { type AlarmProperties, evaluate, type Point, type State } from './alarm.ts';
import { type Scenario, WELL } from './scenarios.ts';
import type { Monitored } from './template.ts';

const MINUTE_MS = 60_000;
/** From a line of a function's log to a point that an alarm sees. */
const INGESTION_MINUTES = 2;
/** Before and after a change, in which every minute is evaluated. */
const AROUND_MINUTES = 60;

export interface World {
  start: number;
  minutes: number;
  /** In minutes from the start, ascending. */
  slots: readonly number[];
  /** Indexes of slots: from the first, runs go wrong, and from the second on, well. */
  wrong: readonly [number, number];
}

/** A change of an alarm's state, in minutes from the start. */
export interface Change {
  alarm: string;
  state: State;
  at: number;
}

interface EndedRun {
  endedAt: number;
  run: Run;
}

/** @returns one list for each way in which CloudWatch may cut time into periods: up to the minute of evaluation, or at multiples */
export function simulate({ alarms, input }: Monitored, scenario: Scenario, world: World): Change[][] {
  const breaches = breachesOf(alarms, input, runsOf(scenario, world), scenario, world);
  const bits = alarms.map((_, index) => breaches.map((breach) => breach?.[index]));
  return [true, false].map((isSliding) =>
    alarms.flatMap((alarm, index) => changesOf(alarm, bits[index] ?? [], world, isSliding)),
  );
}

export const nameOf = ({ AlarmName }: AlarmProperties) => AlarmName.slice(AlarmName.indexOf('-') + 1);

/** Takes between one and four minutes. */
const durationOf = (index: number) => 1 + ((index * 7) % 4);

function runsOf(scenario: Scenario, { start, slots, wrong: [from, to] }: World): EndedRun[] {
  return slots.flatMap((slot, index) => {
    const outcome = (index >= from && index < to ? scenario.outcome(index - from) : undefined) ?? WELL;
    if (typeof outcome === 'string') return [];
    const startedAt = new Date(start + slot * MINUTE_MS);
    const endedAt = slot + durationOf(index);
    const finishedAt = new Date(start + endedAt * MINUTE_MS).toISOString();
    const runId = lowestIdAt(startedAt);
    const run = { runId, trigger: 'schedule' as const, scope: {}, full: false, startedAt: startedAt.toISOString() };
    return [{ endedAt, run: { ...run, finishedAt, ...outcome } }];
  });
}

/** For each check, which alarms' thresholds it reaches; undefined where there is no check. */
function breachesOf(alarms: AlarmProperties[], input: unknown, runs: EndedRun[], scenario: Scenario, world: World) {
  const { start, minutes, slots, wrong } = world;
  const expected = checkRequest(input);
  const bitsAt = (check: number): boolean[] => {
    const minute = check * CHECK_MINUTES + 0.5;
    const ended = countEnded(runs, minute);
    const recent = runs.slice(Math.max(0, ended - 3), ended).map(({ run }) => run);
    const now = start + minute * MINUTE_MS;
    const health = healthOf({ runs: recent.reverse(), parts: [], knownSince: start }, expected, now);
    return alarms.map(({ MetricName, Threshold }) => health[MetricName as keyof Health] >= Threshold);
  };
  const count = Math.floor(minutes / CHECK_MINUTES);
  const found = new Array<boolean[] | undefined>(count);
  /** Between two ends of runs, only a run's delay changes, and it grows: what is well at the end was well before. */
  const fill = (from: number, to: number, last: boolean[]) => {
    found[to] = last;
    if (from === to) return;
    const first = last.includes(true) ? bitsAt(from) : last;
    found[from] = first;
    if (to - from < 2) return;
    if (first === last || String(first) === String(last)) return void found.fill(first, from, to);
    const middle = Math.floor((from + to) / 2);
    const between = bitsAt(middle);
    fill(from, middle, between);
    fill(middle, to, last);
  };
  const edges = [0, ...runs.map(({ endedAt }) => Math.ceil((endedAt - 0.5) / CHECK_MINUTES))];
  for (const [index, from] of edges.entries()) {
    const to = Math.min((edges[index + 1] ?? count) - 1, count - 1);
    if (from <= to) fill(from, to, bitsAt(to));
  }
  if (scenario.isUnchecked) {
    const [from = 0, to = minutes] = wrong.map((slot) => slots[slot]);
    for (let check = 0; check < count; check++) {
      const minute = check * CHECK_MINUTES;
      if (minute >= from && minute < to) found[check] = undefined;
    }
  }
  return found;
}

function countEnded(runs: readonly EndedRun[], minute: number): number {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((runs[middle]?.endedAt ?? 0) <= minute) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Up to a minute late, as Scheduler is. */
const doneAt = (check: number) => check * CHECK_MINUTES + ((check * 37) % 2);
const POINTS = 6;

function changesOf(
  alarm: AlarmProperties,
  bits: readonly (boolean | undefined)[],
  { minutes }: World,
  isSliding: boolean,
) {
  const changes: Change[] = [];
  const period = alarm.Period / 60;
  let state: State = 'INSUFFICIENT_DATA';
  const evaluateAll = (from: number, to: number) => {
    for (let minute = from; minute < Math.min(to, minutes); minute++) {
      const newest = Math.floor((minute - INGESTION_MINUTES) / CHECK_MINUTES);
      const points: Point[] = [];
      for (let check = newest; check >= 0 && check > newest - POINTS; check--) {
        const isBreaching = bits[check];
        const at = doneAt(check);
        if (isBreaching !== undefined && at + INGESTION_MINUTES <= minute) points.push({ at, isBreaching });
      }
      const next = evaluate(alarm, points, isSliding ? minute : Math.floor(minute / period) * period, state);
      if (next !== state) changes.push({ alarm: nameOf(alarm), state: next, at: minute });
      state = next;
    }
  };
  // From when a period with a check is seen: before that, an alarm that treats missing data as breaching goes off.
  let evaluated = period + INGESTION_MINUTES + 1;
  const evaluateAround = (minute: number) => {
    const to = minute + AROUND_MINUTES;
    evaluateAll(Math.max(evaluated, minute - CHECK_MINUTES), to);
    evaluated = Math.max(evaluated, to);
  };
  evaluateAround(evaluated);
  for (let check = 1; check < bits.length; check++) if (bits[check] !== bits[check - 1]) evaluateAround(doneAt(check));
  return changes;
}
