// lib/monitoring/checks.ts: the schedule by which the plan function checks how collection stands.
import { Aws } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
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
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    });
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [plan.functionArn] }));
    const checks = new CfnSchedule(this, 'Schedule', {
      description: 'Checks how the collection of Atlas restore jobs stands, for the alarms',
      scheduleExpression: `rate(${CHECK_MINUTES} minutes)`,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: plan.functionArn,
        roleArn: role.roleArn,
        // functions/collector/health/check.ts reads it.
        input: JSON.stringify({ trigger: 'check', schedule, timeZone, runsToAlarm }),
        retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 }, // the next one comes soon
      },
    });
    checks.node.addDependency(role);
  }
}
