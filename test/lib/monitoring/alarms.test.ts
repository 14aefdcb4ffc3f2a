import { readFileSync } from 'node:fs';
import { Annotations as Acknowledged, type Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { METRICS, NAMESPACE } from '../../../functions/runtime/metrics.ts';
import { hubOf, stackOf, templateOf } from '../template.ts';

interface AlarmProperties {
  AlarmName: string;
  AlarmDescription: string;
  Namespace: string;
  MetricName: string;
  Statistic?: string;
  Threshold: number;
  Period: number;
  EvaluationPeriods: number;
  TreatMissingData: string;
  AlarmActions?: unknown[];
  OKActions?: unknown[];
}
const alarmsOf = (given: Record<string, unknown> = {}): AlarmProperties[] =>
  Object.values(templateOf(given).findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);

test('there is an alarm for each thing that can go wrong', () => {
  expect(
    alarmsOf()
      .map(({ AlarmName }) => AlarmName.replace('AtlasRestoreLedger-', ''))
      .sort(),
  ).toEqual([
    'ApiErrors',
    'ChangesLate',
    'ChangesUnpublished',
    'ClustersFailing',
    'CollectErrors',
    'CollectionIncomplete',
    'CollectionSilent',
    'CredentialsRefused',
    'EmptyScope',
    'EventsUnread',
    'MessagesUndelivered',
    'NotifyErrors',
    'PlanErrors',
    'ProjectsNotVisible',
    'SchedulesDeadLettered',
    'TasksDeadLettered',
    'ThrottledPutItem',
    'ThrottledUpdateItem',
  ]);
});

test('every alarm links its section of the runbook, and every section has an alarm', () => {
  const runbook = readFileSync('docs/operations.md', 'utf8');
  const sections = [...runbook.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);
  const hubBusArn = 'arn:aws:events:eu-west-1:999999999999:event-bus/Hub';
  const stacks = [
    { jobRetentionDays: 365, lakeBucket: 'new', evidenceBucket: 'new' },
    { role: 'spoke', hubBusArn },
    { role: 'hub', organizationId: 'o-exampleorg' },
  ];
  const linked = stacks
    .flatMap((settings) => alarmsOf(settings))
    .map(({ AlarmDescription }) => /See docs\/operations\.md#(\S+)$/.exec(AlarmDescription)?.[1]);
  expect([...new Set(linked)].sort()).toEqual(sections.sort());
  const anchors = [...runbook.matchAll(/^##+ (.+)$/gm)].map(([, heading = '']) =>
    heading.toLowerCase().replaceAll(' ', '-'),
  );
  for (const [, anchor] of runbook.matchAll(/\]\(#([^)]+)\)/g)) expect(anchors).toContain(anchor);
});

test('alarms on our own metrics spell them as functions/runtime/metrics.ts does', () => {
  const own = alarmsOf().filter(({ Namespace }) => Namespace === NAMESPACE);
  expect(own).toHaveLength(7);
  for (const { MetricName } of own) expect(Object.keys(METRICS)).toContain(MetricName);
});

test.each(['rate(1 minute)', 'rate(15 minutes)', 'rate(1 hour)', 'rate(2 days)', 'rate(30 days)', 'cron(0 6 * * ? *)'])(
  'with %s, every alarm looks no further back than CloudWatch does',
  (schedule) => {
    for (const { AlarmName, Period, EvaluationPeriods } of alarmsOf({ schedule })) {
      expect(Period === 10 || Period === 30 || Period % 60 === 0, AlarmName).toBe(true);
      expect(Period, AlarmName).toBeLessThanOrEqual(86_400);
      expect(Period * EvaluationPeriods, AlarmName).toBeLessThanOrEqual(Period >= 3_600 ? 604_800 : 86_400);
    }
  },
);

test('a change that stays unpublished for ten minutes raises an alarm', () => {
  const late = alarmsOf().find(({ AlarmName }) => AlarmName.endsWith('ChangesLate'));
  expect(late).toMatchObject({
    Namespace: 'AWS/Lambda',
    MetricName: 'IteratorAge', // of what Lambda reads from a stream, in ms
    Statistic: 'Maximum',
    Threshold: 600_000,
    TreatMissingData: 'notBreaching', // nothing changed
  });
});

test('a run is overdue after two intervals, at least 10 minutes and at most 2 hours, or as long as was set', () => {
  const silence = (given: Record<string, unknown>) => {
    const silent = alarmsOf(given).find(({ AlarmName }) => AlarmName.endsWith('CollectionSilent'));
    expect(silent?.TreatMissingData).toBe('breaching'); // nothing checks
    expect(silent?.AlarmDescription).toContain(`overdue by ${silent?.Threshold} minutes`);
    return silent?.Threshold;
  };
  expect(silence({})).toBe(30);
  expect(silence({ schedule: 'rate(1 minute)' })).toBe(10);
  expect(silence({ schedule: 'rate(2 hours)' })).toBe(120);
  expect(silence({ schedule: 'cron(0 6 * * ? *)' })).toBe(120);
  expect(silence({ schedule: 'cron(0 6 1 1 ? 2099)' })).toBe(120);
  expect(silence({ alarmAfterMinutes: 90 })).toBe(90);
});

test('the other alarms on how collection stands keep their state while nothing is known', () => {
  const own = alarmsOf().filter(({ Namespace }) => Namespace === NAMESPACE);
  for (const { AlarmName, TreatMissingData } of own)
    if (!AlarmName.endsWith('CollectionSilent')) expect(TreatMissingData, AlarmName).toBe('ignore');
});

test('a deployment that notifies nobody says so: in warnings that can be acknowledged, and in an output', () => {
  const warnings = (given: Record<string, unknown>) => {
    const stack = stackOf(given);
    const found = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('notify nobody'));
    return found.map(({ entry }) => String(entry.data));
  };
  expect(warnings({})).toEqual([
    expect.stringMatching(/^Alarms notify nobody: set alarmEmail or alarmTopic .*nobody-notified-of-alarms\]$/),
    expect.stringMatching(/^Messages about restores notify nobody: set messageEmail or messageTopic .*of-messages\]$/),
  ]);
  const output = (given: Record<string, unknown>) => templateOf(given).toJSON().Outputs.NobodyNotified?.Value;
  expect(output({})).toBe(
    'Alarms: set alarmEmail or alarmTopic. Messages about restores: set messageEmail or messageTopic',
  );
  expect(output({ alarmEmail: 'ops@example.com' })).toBe('Messages about restores: set messageEmail or messageTopic');
  const both = { alarmEmail: 'ops@example.com', messageEmail: 'dba@example.com' };
  expect([warnings(both), output(both)]).toEqual([[], undefined]);

  const stack = stackOf();
  for (const of of ['alarms', 'messages'])
    Acknowledged.of(stack).acknowledgeWarning(`atlas-restore-ledger:nobody-notified-of-${of}`);
  expect(Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('notify nobody'))).toEqual([]);
});

describe('a spoke, whose hub sends the same messages,', () => {
  const spoke = { role: 'spoke', hubBusArn: 'arn:aws:events:eu-west-1:999999999999:event-bus/Hub' };
  const alarmEmail = 'ops@example.com';
  const warnings = (stack: Stack) =>
    Annotations.fromStack(stack)
      .findWarning('*', Match.stringLikeRegexp('essages'))
      .map(({ entry }) => String(entry.data));

  test.each([{ messageEmail: 'dba@example.com' }, { messageTopic: 'arn:aws:sns:eu-west-1:111111111111:dba' }])(
    'warns where it has recipients, as they may be told twice: %j',
    (recipients) => {
      const stack = stackOf({ ...spoke, alarmEmail, ...recipients });
      expect(warnings(stack)).toEqual([
        expect.stringMatching(/^This spoke and its hub send the same messages .*#who-tells-people/),
      ]);
      expect(templateOf({ ...spoke, alarmEmail, ...recipients }).toJSON().Outputs.NobodyNotified).toBeUndefined();
      const acknowledged = stackOf({ ...spoke, alarmEmail, ...recipients });
      Acknowledged.of(acknowledged).acknowledgeWarning('atlas-restore-ledger:messages-of-spoke-and-hub');
      expect(warnings(acknowledged)).toEqual([]);
      expect(warnings(stackOf({ alarmEmail, ...recipients }))).toEqual([]);
      expect(warnings(hubOf({ alarmEmail, ...recipients }))).toEqual([]);
    },
  );

  test('warns where it has none, as it cannot know whether the hub has any; so does a hub without', () => {
    expect(warnings(stackOf({ ...spoke, alarmEmail }))).toEqual([
      expect.stringMatching(
        /^This spoke's messages about restores notify nobody: set messageEmail or messageTopic, in the hub or here .*nobody-notified-of-messages/,
      ),
    ]);
    expect(templateOf({ ...spoke, alarmEmail }).toJSON().Outputs.NobodyNotified.Value).toBe(
      "This spoke's messages about restores: set messageEmail or messageTopic, in the hub or here",
    );
    expect(warnings(hubOf({ alarmEmail }))).toEqual([
      expect.stringMatching(/^Messages about restores notify nobody: set /),
    ]);
  });
});

test('they notify nobody unless configured; then whoever was named, also when it is over', () => {
  for (const { AlarmActions } of alarmsOf()) expect(AlarmActions).toBeUndefined();
  const alarmTopic = 'arn:aws:sns:eu-west-1:111111111111:alarms';
  for (const { AlarmActions, OKActions } of alarmsOf({ alarmTopic, alarmEmail: 'ops@example.com' })) {
    expect(AlarmActions).toHaveLength(2);
    expect(AlarmActions).toContain(alarmTopic);
    expect(OKActions).toEqual(AlarmActions);
  }
});
