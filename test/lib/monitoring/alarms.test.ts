import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { METRICS, NAMESPACE } from '../../../functions/runtime/metrics.ts';
import { templateOf } from '../template.ts';

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
  const linked = alarmsOf().map(
    ({ AlarmDescription }) => /See docs\/operations\.md#(\S+)$/.exec(AlarmDescription)?.[1],
  );
  expect([...new Set(linked)].sort()).toEqual(sections.sort());
  for (const [, anchor] of runbook.matchAll(/\]\(#([^)]+)\)/g)) expect(sections).toContain(anchor);
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

test('silence rings: after three slots of a rate, or as long as was set', () => {
  const silence = (given: Record<string, unknown>) => {
    const silent = alarmsOf(given).find(({ AlarmName }) => AlarmName.endsWith('CollectionSilent'));
    expect(silent?.TreatMissingData).toBe('breaching');
    return ((silent?.Period ?? 0) * (silent?.EvaluationPeriods ?? 0)) / 60;
  };
  expect(silence({})).toBe(45);
  expect(silence({ schedule: 'rate(1 hour)' })).toBe(180);
  expect(silence({ schedule: 'cron(0 6 * * ? *)' })).toBe(26 * 60);
  expect(silence({ alarmAfterMinutes: 90 })).toBe(90);
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
