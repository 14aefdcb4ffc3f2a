// lib/compute/schedule.ts: schedules that invoke a function, with a role for that alone.
import { Aws } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';

export interface ScheduledProps {
  readonly description: string;
  readonly schedule: string;
  /** @default UTC */
  readonly timeZone?: string | undefined;
  /** What the function is given. The scheduler fills in what is in angle brackets. */
  readonly input: object;
  readonly retry: CfnSchedule.RetryPolicyProperty;
  /** The ARN of the queue of what was given up. @default none */
  readonly deadLetters?: string | undefined;
}

/**
 * Not by the L2 target: it also grants every version of the function, by a wildcard.
 * @param ids of the role and the schedule @returns the role
 */
export function scheduled(
  scope: Construct,
  ids: { role: string; schedule: string },
  { functionArn }: IFunction,
  { description, schedule, timeZone, input, retry, deadLetters }: ScheduledProps,
): Role {
  const role = new Role(scope, ids.role, {
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  });
  role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [functionArn] }));
  const made = new CfnSchedule(scope, ids.schedule, {
    description,
    scheduleExpression: schedule,
    ...(timeZone !== undefined && { scheduleExpressionTimezone: timeZone }),
    flexibleTimeWindow: { mode: 'OFF' },
    target: {
      arn: functionArn,
      roleArn: role.roleArn,
      input: JSON.stringify(input),
      retryPolicy: retry,
      ...(deadLetters !== undefined && { deadLetterConfig: { arn: deadLetters } }),
    },
  });
  made.node.addDependency(role);
  return role;
}

/** Of checks that are made again and again. */
export const NEXT_COMES_SOON: CfnSchedule.RetryPolicyProperty = {
  maximumRetryAttempts: 0,
  maximumEventAgeInSeconds: 60,
};
