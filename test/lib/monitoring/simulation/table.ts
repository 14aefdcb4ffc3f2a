// test/lib/monitoring/simulation/table.ts: how soon alarms go off, by schedule and by what is wrong, from 60 days or eight runs of each.
import { lookBack } from '../../../../functions/collector/health/health.ts';
import { gapsOf } from '../../../../lib/settings/schedule.ts';
import { SCENARIOS } from './scenarios.ts';
import { simulate, type World } from './simulate.ts';
import { slotsOf } from './slots.ts';
import { type Monitored, monitored } from './template.ts';

const MINUTES_A_DAY = 1_440;
const DAYS = 60;
const LEAST_SLOTS = 9;

export interface Case {
  schedule: string;
  timeZone?: string;
  start?: string;
}

/** What docs/operations.md shows. */
export const SHOWN: readonly Case[] = [
  { schedule: 'rate(5 minutes)' },
  { schedule: 'rate(15 minutes)' },
  { schedule: 'rate(1 hour)' },
  { schedule: 'rate(1 day)' },
  { schedule: 'rate(30 days)' },
  { schedule: 'cron(0/15 8-18 ? * MON-FRI *)' },
  { schedule: 'cron(0 6 ? * MON-FRI *)' },
  { schedule: 'cron(0 6 L * ? *)' },
  { schedule: 'cron(30 2 * * ? *)', timeZone: 'Europe/Berlin' },
];

export interface Simulated {
  monitored: Monitored;
  world: World;
  runsToAlarm: number;
}

/** In spring by default, as clocks go forward. */
export function simulated({ schedule, timeZone = 'UTC', start = '2027-03-01T00:00:00Z' }: Case): Simulated {
  const { longestMinutes = 0 } = gapsOf(schedule, timeZone) ?? {};
  const days = Math.max(DAYS, Math.ceil((longestMinutes * LEAST_SLOTS) / MINUTES_A_DAY));
  const slots = slotsOf(schedule, timeZone, start, days);
  const [from, to] = [Math.max(3, Math.floor(slots.length / 3)), Math.floor((slots.length * 2) / 3)];
  const found = monitored(schedule, timeZone);
  const { runsToAlarm } = found.input as { runsToAlarm: number };
  const world = { start: Date.parse(start), minutes: days * MINUTES_A_DAY, slots, wrong: [from, to] as const };
  return { monitored: found, world, runsToAlarm };
}

/** From the first run that goes wrong until its alarm rings, the longer of both. */
function delayOf(of: Simulated, name: string, alarm: string): string {
  const scenario = SCENARIOS[name];
  if (!scenario) throw new Error(`no scenario ${name}`);
  const from = of.world.slots[of.world.wrong[0]] ?? 0;
  const rings = simulate(of.monitored, scenario, of.world).map((changes) =>
    changes.find((change) => change.alarm === alarm && change.state === 'ALARM'),
  );
  return rings.includes(undefined) ? 'no alarm' : `${Math.max(...rings.map((ring) => (ring?.at ?? 0) - from))} min`;
}

/** The rows of the table in docs/operations.md. */
export function alarmTable(): string[] {
  return SHOWN.map((each) => {
    const of = simulated(each);
    const cells = [
      `\`${each.schedule}\`${each.timeZone === undefined ? '' : ` ${each.timeZone}`}`,
      of.runsToAlarm === 1 ? '1' : `${of.runsToAlarm} of ${lookBack(of.runsToAlarm)}`,
      delayOf(of, 'the schedule is dead', 'CollectionSilent'),
      delayOf(of, 'every run fails', 'CollectionIncomplete'),
      delayOf(of, 'one cluster fails in every run', 'ClustersFailing'),
      delayOf(of, 'credentials are refused in every run', 'CredentialsRefused'),
      delayOf(of, 'one run fails', 'CollectionIncomplete'),
    ];
    return `| ${cells.join(' | ')} |`;
  });
}
