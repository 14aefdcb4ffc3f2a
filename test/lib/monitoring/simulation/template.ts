// test/lib/monitoring/simulation/template.ts: the alarms of a schedule as they are synthesized, without the rest of the stack.
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { NAMESPACE } from '../../../../functions/runtime/metrics.ts';
import { Alarms } from '../../../../lib/monitoring/alarms.ts';
import { Checks } from '../../../../lib/monitoring/checks.ts';
import { expectationOf } from '../../../../lib/monitoring/expectation.ts';
import { gapsOf } from '../../../../lib/settings/schedule.ts';
import type { AlarmProperties } from './alarm.ts';

export interface Monitored {
  alarms: AlarmProperties[];
  /** Of the schedule of checks. */
  input: unknown;
}

export function monitored(schedule: string, timeZone: string): Monitored {
  const stack = new Stack(new App(), 'Stack');
  const arn = (service: string, name: string) => `arn:aws:${service}:eu-west-1:111111111111:${name}`;
  const [plan, collect, notify] = ['plan', 'collect', 'notify'].map((name) =>
    LambdaFunction.fromFunctionArn(stack, name, arn('lambda', `function:${name}`)),
  ) as [LambdaFunction, LambdaFunction, LambdaFunction];
  const queue = Queue.fromQueueArn(stack, 'Queue', arn('sqs', 'queue'));
  const expectation = expectationOf(gapsOf(schedule, timeZone));
  const { runsToAlarm } = expectation;
  const checks = new Checks(stack, 'Checks', { plan, runsToAlarm, settings: { schedule, timeZone } });
  new Alarms(stack, 'Alarms', {
    ...{ plan, collect, notify, retention: undefined, lake: undefined, evidence: undefined, reports: undefined },
    ...{ expectation, checks },
    ...{ deadLetters: queue, planDeadLetters: queue, unpublished: queue, undelivered: queue },
    ...{ ledgerName: 'Ledger', tableName: 'table', apiErrors: undefined, topics: [], runbookUrl: '' },
  });
  return monitoredBy(Template.fromStack(stack));
}

export function monitoredBy(template: Template): Monitored {
  const alarms = Object.values(
    template.findResources('AWS::CloudWatch::Alarm', { Properties: { Namespace: NAMESPACE } }),
  );
  const inputs = Object.values(template.findResources('AWS::Scheduler::Schedule')).map(({ Properties }) =>
    JSON.parse(Properties.Target.Input),
  );
  return {
    alarms: alarms.map(({ Properties }) => Properties),
    input: inputs.find(({ trigger }) => trigger === 'check'),
  };
}
