// lib/monitoring/checks.ts: the schedule by which the plan function checks how collection stands.
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { NEXT_COMES_SOON, scheduled } from '../compute/schedule.ts';
import type { Settings } from '../settings/settings.ts';
import { CHECK_MINUTES } from './expectation.ts';

export interface ChecksProps {
  readonly plan: IFunction;
  /** Runs that have to go wrong before an alarm goes off. */
  readonly runsToAlarm: number;
  readonly settings: Pick<Settings, 'schedule' | 'timeZone'>;
}

/** Apart from the schedule of runs, so that alarms have something to compare when that one is dead. */
export class Checks extends Construct {
  constructor(scope: Construct, id: string, { plan, runsToAlarm, settings }: ChecksProps) {
    super(scope, id);
    const { schedule, timeZone } = settings;
    scheduled(this, { role: 'Role', schedule: 'Schedule' }, plan, {
      description: 'Checks how the collection of Atlas restore jobs stands, for the alarms',
      schedule: `rate(${CHECK_MINUTES} minutes)`,
      // functions/collector/health/check.ts reads it.
      input: { trigger: 'check', schedule, timeZone, runsToAlarm },
      retry: NEXT_COMES_SOON,
    });
  }
}
