import { expect, test } from 'vitest';
import { planRequest } from '../../functions/collector/plan/request.ts';
import { parseTask } from '../../functions/collector/task/task.ts';
import { DEFAULT_RULES } from '../../functions/restore/rules/rules.ts';
import {
  apiSettings,
  collectSettings,
  messageSettings,
  notifySettings,
  planSettings,
} from '../../functions/runtime/settings.ts';
import { EVERY_OPTION } from '../deploy/every-option.ts';
import { stackOf, templateOf } from './template.ts';

type Environment = Record<string, string>;

/** The environment of a function as it would be, with something in the place of what only AWS knows. */
function environmentOf(start: string, given: Record<string, unknown> = {}): Environment {
  const functions = Object.entries(templateOf(given).findResources('AWS::Lambda::Function'));
  const [, found] = functions.find(([id]) => id.startsWith(start)) ?? [];
  const variables: Record<string, unknown> = found?.Properties.Environment.Variables;
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : 'https://known-after-deploy.example',
    ]),
  );
}

test('the functions understand the environment that the stack gives them', () => {
  for (const given of [{}, EVERY_OPTION]) {
    expect(planSettings(environmentOf('CollectionPlanFunction', given)).queueUrl).toContain('https://');
    expect(collectSettings(environmentOf('CollectionCollectFunction', given)).tableName).toContain('https://');
    expect(notifySettings(environmentOf('ChangeFeedNotifyFunction', given)).busName).toContain('https://');
    expect(messageSettings(environmentOf('MessagesMessageFunction', given)).apiUrl).toContain('https://');
  }
});

test('settings arrive where they are used', () => {
  const collect = collectSettings(environmentOf('CollectionCollectFunction', EVERY_OPTION));
  expect(collect).toMatchObject({
    kinds: ['dedicated', 'flex'],
    fullEveryMs: 48 * 3_600_000,
    followMs: 120_000,
    runRetentionDays: 30,
    maxEventAgeHours: 48,
    rules: {
      rulesOff: ['download', 'slow'],
      allowedDirections: ['prod-* -> stage-*'],
      protectedTargets: ['prod-*/*'],
      requested: ['prod-*/orders'],
      expectedRequesters: ['ops-*@example.com', 'abcdefgh'],
      workingHours: ['Mon-Fri 07:00-19:00', 'Sat 10:00-12:00'],
      workingHoursTimeZone: 'Europe/Copenhagen',
      slowMinutes: 90,
      slowFactor: 2.5,
      stuckMinutes: 240,
      drillDays: 180,
      drillDaysFor: ['prod-*/orders = 90', '*/*-tmp = 0'],
      objectives: ['prod-*/orders = rto 60m, rpo 24h', '*/*-tmp = none'],
      drillNeeds: ['prod-*/orders = verdict, other-project, rto, by ci-*', '*/*-tmp = none'],
    },
  });
  const api = apiSettings(environmentOf('ApiHandlerFunction', EVERY_OPTION));
  expect(api.objectives.lines).toEqual(collect.rules.objectives);
  const message = messageSettings(environmentOf('MessagesMessageFunction', EVERY_OPTION));
  expect(message).toMatchObject({ severities: ['info', 'critical'], waitMs: 300_000, topicArns: [expect.anything()] });
  const notify = notifySettings(environmentOf('ChangeFeedNotifyFunction', EVERY_OPTION));
  expect(notify).toMatchObject({ maxEventAgeHours: 48, ledgerName: 'AtlasRestoreLedger' });
  expect([collect.wantsCluster('main-1'), collect.wantsCluster('main-tmp')]).toEqual([true, false]);
  const plan = planSettings(environmentOf('CollectionPlanFunction', EVERY_OPTION));
  expect([plan.wantsProject('prod-1'), plan.wantsProject('prod-scratch')]).toEqual([true, false]);
});

test('where the collect function has little memory, its heap leaves room', () => {
  const nodeOptionsOf = (given = {}) => environmentOf('CollectionCollectFunction', given).NODE_OPTIONS;
  expect(nodeOptionsOf()).toBeUndefined();
  expect(nodeOptionsOf({ collectMemoryMb: 256 })).toBeUndefined();
  expect(nodeOptionsOf({ sourceMaps: true })).toBe('--enable-source-maps');
  expect(nodeOptionsOf({ collectMemoryMb: 128, sourceMaps: true })).toBe(
    '--max-semi-space-size=4 --max-old-space-size=64 --enable-source-maps',
  );
});

test('rules that are as by default take no room in the environment', () => {
  expect(environmentOf('CollectionCollectFunction')).not.toHaveProperty('RULES');
  const some = environmentOf('CollectionCollectFunction', { slowMinutes: 90, slowFactor: 3 });
  expect(some.RULES).toBe('{"slowMinutes":90}');
  expect(collectSettings(some).rules).toEqual({ ...DEFAULT_RULES, slowMinutes: 90 });
});

test('the schedule says what the plan function reads: when, and which execution, so that a retry is the same run', () => {
  const schedules = Object.entries(templateOf().findResources('AWS::Scheduler::Schedule'));
  const [, schedule] = schedules.find(([id]) => id.startsWith('CollectionSchedule')) ?? [];
  expect(schedule?.Properties).toMatchObject({
    FlexibleTimeWindow: { Mode: 'OFF' },
    ScheduleExpression: 'rate(15 minutes)',
    ScheduleExpressionTimezone: 'UTC',
    Target: { DeadLetterConfig: expect.anything(), RetryPolicy: { MaximumRetryAttempts: 5 } },
  });
  const input: string = schedule?.Properties.Target.Input;
  const filledIn = input
    .replace('<aws.scheduler.scheduled-time>', '2026-11-23T12:00:00Z')
    .replace('<aws.scheduler.execution-id>', 'd32c5kddcf5bb8c3');
  const first = planRequest(JSON.parse(filledIn));
  expect(first).toEqual({ trigger: 'schedule', runId: expect.stringMatching(/^[a-f0-9]{24}$/) });
  expect(planRequest(JSON.parse(filledIn))).toEqual(first);
});

test('one order at a time reaches collect, with time for retries before it is given again', () => {
  const template = templateOf({ collectTimeoutSeconds: 100 });
  template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    BatchSize: 1,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    ScalingConfig: { MaximumConcurrency: 5 },
  });
  template.hasResourceProperties('AWS::SQS::Queue', { VisibilityTimeout: 600, RedrivePolicy: { maxReceiveCount: 3 } });
  expect(() => parseTask('{}')).toThrow('runId');
});

test('functions run on a named Node, and on the processor that was set', () => {
  for (const { Properties } of Object.values(templateOf().findResources('AWS::Lambda::Function'))) {
    expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Handler: 'index.handler' });
  }
  templateOf({ architecture: 'x86_64', tracing: true }).allResourcesProperties('AWS::Lambda::Function', {
    Architectures: ['x86_64'],
    TracingConfig: { Mode: 'Active' },
  });
});

test('the outputs say what to do next', () => {
  const outputs = Object.keys(templateOf().toJSON().Outputs);
  expect(outputs.sort()).toEqual([
    'ApiUrl',
    'DashboardUrl',
    'DeadLetterQueueUrl',
    'EventBusName',
    'FillInSecret',
    'MessageQueueUrl',
    'MessageTopicArn',
    'NobodyNotified',
    'NotifyFunctionName',
    'PlanFunctionName',
    'QueueUrl',
    'Redrive',
    'SecretArn',
    'TableName',
    'UndeliveredQueueUrl',
    'UnpublishedQueueUrl',
  ]);
  expect(Object.keys(templateOf({ fixedAddresses: 2 }).toJSON().Outputs)).toContain('EgressAddresses');
  expect(Object.keys(templateOf({ secrets: 'atlas/key' }).toJSON().Outputs)).not.toContain('FillInSecret');
});

test('the template asks for no account, no region and no newer bootstrap than 6', () => {
  const template = templateOf().toJSON();
  expect(JSON.stringify(template)).not.toMatch(/\d{12}:/);
  const [rule] = template.Rules.CheckBootstrapVersion.Assertions;
  expect(rule.AssertDescription).toContain('version 6');
});

test('tags are on the stack, from where CloudFormation puts them on everything', () => {
  expect(stackOf({ tags: { team: 'platform' } }).tags.tagValues()).toEqual({ team: 'platform' });
});
