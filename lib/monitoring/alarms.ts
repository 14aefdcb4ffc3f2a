// lib/monitoring/alarms.ts: the alarms. docs/operations.md has a section for each: what it means, what to do.
import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  type IMetric,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct, type IDependable } from 'constructs';
import { type Health, lookBack } from '../../functions/collector/health/health.ts';
import { DIMENSION, type MetricName, NAMESPACE } from '../../functions/runtime/metrics.ts';
import { CHECK_MINUTES, type Expectation } from './expectation.ts';

export interface AlarmsProps {
  readonly ledgerName: string;
  readonly tableName: string;
  /** Answers of 500 and above. Undefined: there is no API. */
  readonly apiErrors: IMetric | undefined;
  readonly plan: IFunction;
  readonly collect: IFunction;
  readonly notify: IFunction;
  /** Undefined: jobs are kept forever. */
  readonly retention: IFunction | undefined;
  /** Undefined: nothing is written to a lake. */
  readonly lake:
    | (IDependable & { readonly lake: { readonly function: IFunction }; readonly everyHours: number })
    | undefined;
  /** Undefined: histories are not anchored. */
  readonly evidence: (IDependable & { readonly evidence: { readonly function: IFunction } }) | undefined;
  /** Undefined: there are no reports that take longer than an answer may. */
  readonly reports: { readonly report: { readonly function: IFunction }; readonly deadLetters: IQueue } | undefined;
  /** Dead-letter queue of tasks. */
  readonly deadLetters: IQueue;
  /** Of events that should have started a run. */
  readonly planDeadLetters: IQueue;
  /** Of changes that could not be published. */
  readonly unpublished: IQueue;
  /** Of events whose message could not be delivered. */
  readonly undelivered: IQueue;
  /** Of events that did not reach the hub. @default there is none */
  readonly notForwarded?: IQueue | undefined;
  readonly expectation: Expectation;
  /** What sends the metrics of collection. */
  readonly checks: IDependable;
  /** Notified when an alarm goes off and when it clears. */
  readonly topics: readonly ITopic[];
  /** Of docs/operations.md, for the alarm's text. */
  readonly runbookUrl: string;
}

/** A metric of functions/runtime/metrics.ts. */
export const ledgerMetric = (ledgerName: string, metricName: MetricName, statistic: string, period: Duration) =>
  new Metric({ namespace: NAMESPACE, metricName, dimensionsMap: { [DIMENSION]: ledgerName }, statistic, period });

/** How old the oldest change in a batch of the stream was when the function was given it, in ms. */
export const changeAge = (notify: IFunction, period: Duration) =>
  notify.metric('IteratorAge', { statistic: Stats.MAXIMUM, period });

export const FIVE_MINUTES = Duration.minutes(5);
const SIX_HOURS = Duration.hours(6);
const LATE = Duration.minutes(10);
/** Two checks: one that comes a little late leaves no period without data, which would let an older one count. */
const CHECKED = Duration.minutes(2 * CHECK_MINUTES);

export class Alarms extends Construct {
  readonly all: Alarm[] = [];
  readonly #props: AlarmsProps;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.#props = props;
    const { tableName, apiErrors, plan, collect, notify, retention, lake, evidence, reports } = props;
    const { deadLetters, planDeadLetters, unpublished, undelivered, notForwarded } = props;
    const aws = (namespace: string, metricName: string, dimensionsMap: Record<string, string>) =>
      new Metric({ namespace, metricName, dimensionsMap, statistic: Stats.SUM, period: FIVE_MINUTES });
    const waiting = (queue: IQueue) =>
      queue.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM, period: FIVE_MINUTES });

    this.#collection(props);
    this.#add(
      'TasksDeadLettered',
      'A project could not be collected, again and again; its task is in the dead-letter queue.',
      {
        metric: waiting(deadLetters),
      },
    );
    this.#add('SchedulesDeadLettered', 'The schedule could not start a run; its event is in a dead-letter queue.', {
      metric: waiting(planDeadLetters),
    });
    this.#add('PlanErrors', 'The plan function fails.', { metric: plan.metricErrors({ period: FIVE_MINUTES }) });
    this.#add('CollectErrors', 'The collect function fails, or runs out of time or memory.', {
      metric: collect.metricErrors({ period: FIVE_MINUTES }),
    });
    this.#add('NotifyErrors', 'The notify function fails, or runs out of time or memory.', {
      metric: notify.metricErrors({ period: FIVE_MINUTES }),
    });
    if (retention)
      this.#add('RetentionErrors', 'Restore jobs past their retention could not be let go, or deleted.', {
        metric: retention.metricErrors({ period: FIVE_MINUTES }),
      });
    if (lake) this.#lake(props, lake);
    if (evidence) this.#evidence(props, evidence);
    if (reports) {
      this.#add('ReportErrors', 'The report function fails, or runs out of time or memory.', {
        metric: reports.report.function.metricErrors({ period: FIVE_MINUTES }),
      });
      this.#add('ReportsDeadLettered', 'A report that was asked for was given up; its event is in a queue.', {
        metric: waiting(reports.deadLetters),
      });
    }
    this.#add('ChangesLate', `Changes are published more than ${LATE.toMinutes()} minutes after they were recorded.`, {
      metric: changeAge(notify, FIVE_MINUTES),
      threshold: LATE.toMilliseconds(),
    });
    this.#add('ChangesUnpublished', 'Changes could not be published; a queue keeps where in the stream they are.', {
      metric: waiting(unpublished),
    });
    this.#add('MessagesUndelivered', 'A message did not reach its topic; its event is in a queue.', {
      metric: waiting(undelivered),
    });
    if (notForwarded)
      this.#add('EventsNotForwarded', 'Events did not reach the hub; a queue keeps them.', {
        metric: waiting(notForwarded),
      });
    if (apiErrors) this.#add('ApiErrors', 'The HTTP API answers with errors of its own.', { metric: apiErrors });
    // Counts requests that an index throttled too; the table's WriteThrottleEvents doesn't.
    for (const Operation of ['PutItem', 'UpdateItem']) {
      this.#add(`Throttled${Operation}`, 'DynamoDB throttles writes to the table.', {
        metric: aws('AWS/DynamoDB', 'ThrottledRequests', { TableName: tableName, Operation }),
        evaluationPeriods: 3,
      });
    }
  }

  /** On gauges, which a check sends every few minutes whatever the schedule: docs/decisions/0038-alarms-that-fit-every-schedule.md */
  #collection({ ledgerName, expectation: { overdueMinutes, runsToAlarm }, checks }: AlarmsProps) {
    const inRuns =
      runsToAlarm === 1 ? 'in the last run' : `in ${runsToAlarm} of the last ${lookBack(runsToAlarm)} runs`;
    const gauge = (id: string, what: string, metricName: keyof Health, props: Partial<AlarmProps> = {}) =>
      this.#add(id, what, {
        metric: ledgerMetric(ledgerName, metricName, Stats.MAXIMUM, CHECKED),
        treatMissingData: TreatMissingData.IGNORE, // nothing is known: neither that it is right, nor that it is wrong
        ...props,
      });
    const silent = gauge(
      'CollectionSilent',
      `A run is overdue by ${overdueMinutes} minutes, or nothing checks whether one is.`,
      'RunOverdueMinutes',
      {
        threshold: overdueMinutes,
        treatMissingData: TreatMissingData.BREACHING, // no checks: the one alarm that must not stay quiet then
      },
    );
    silent.node.addDependency(checks); // else it goes off for the lack of a first check
    const incomplete = runsToAlarm === 1 ? 'The last run' : `${runsToAlarm} runs in a row`;
    gauge('CollectionIncomplete', `${incomplete} did not read everything.`, 'RunsIncomplete', {
      threshold: runsToAlarm,
    });
    gauge('ClustersFailing', `Clusters could not be read ${inRuns}.`, 'ClustersFailing');
    gauge(
      'CredentialsRefused',
      'Atlas refused the credentials in the last run, or the secret holds none yet.',
      'CredentialsRefused',
    );
    gauge('ProjectsNotVisible', 'The credentials no longer see projects that they saw before.', 'ProjectsNotVisible');
    gauge('EmptyScope', 'Credentials see no project at all, or the settings exclude every project.', 'EmptyScopes');
    gauge('EventsUnread', `Project events could not be read ${inRuns}, so requesters are not known.`, 'EventsUnread');
  }

  #lake({ ledgerName }: AlarmsProps, lake: NonNullable<AlarmsProps['lake']>) {
    const twoCalls = Duration.hours(2 * lake.everyHours);
    const metric = (name: MetricName) => ledgerMetric(ledgerName, name, Stats.MAXIMUM, twoCalls);
    this.#add('LakeErrors', 'The lake function fails, or runs out of time or memory.', {
      metric: lake.lake.function.metricErrors({ period: FIVE_MINUTES }),
    });
    const behind = this.#add(
      'LakeBehind',
      'A day of the lake is over and has no file, or nothing looks for such days.',
      {
        metric: metric('LakeDaysMissing'),
        treatMissingData: TreatMissingData.BREACHING, // nothing writes the lake
      },
    );
    behind.node.addDependency(lake); // else it goes off for the lack of a first call
    this.#add(
      'LakeJobsLeftOut',
      'The changes of a restore job are in no file of the lake: its history can not be read.',
      {
        metric: metric('LakeJobsLeftOut'),
      },
    );
  }

  #evidence({ ledgerName }: AlarmsProps, evidence: NonNullable<AlarmsProps['evidence']>) {
    const metric = (name: MetricName, statistic: string, period: Duration) =>
      ledgerMetric(ledgerName, name, statistic, period);
    this.#add('EvidenceErrors', 'The evidence function fails, or runs out of time or memory.', {
      metric: evidence.evidence.function.metricErrors({ period: FIVE_MINUTES }),
    });
    // Of calls that come every hour: not one of six found, or took, the anchor of its day.
    const overdue = this.#add('AnchorOverdue', 'The histories were not anchored today, or nothing anchors them.', {
      metric: metric('AnchorAgeDays', Stats.MINIMUM, SIX_HOURS),
      treatMissingData: TreatMissingData.BREACHING,
    });
    overdue.node.addDependency(evidence); // else it goes off for the lack of a first call
    this.#add(
      'AnchorFindings',
      'CRITICAL: histories of restore jobs are not as they were anchored, or an anchor is not as it was signed.',
      { metric: metric('AnchorFindings', Stats.MAXIMUM, Duration.days(1)) },
    );
    this.#add('ReportsMissing', 'A month is over, and its signed report could not be made.', {
      metric: metric('ReportsMissing', Stats.MINIMUM, SIX_HOURS),
    });
  }

  #add(id: string, what: string, props: Pick<AlarmProps, 'metric'> & Partial<AlarmProps>) {
    const alarm = notifyingAlarm(this, id, what, props, this.#props);
    this.all.push(alarm);
    return alarm;
  }
}

/** By default it goes off at the first period that has one. */
export function notifyingAlarm(
  scope: Construct,
  id: string,
  what: string,
  props: Pick<AlarmProps, 'metric'> & Partial<AlarmProps>,
  { runbookUrl, topics }: Pick<AlarmsProps, 'runbookUrl' | 'topics'>,
): Alarm {
  const alarm = new Alarm(scope, id, {
    threshold: 1,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
    alarmName: `${Stack.of(scope).stackName}-${id}`,
    alarmDescription: `${what} See ${runbookUrl}#${anchorOf(id)}`,
    ...props,
  });
  for (const topic of topics) {
    alarm.addAlarmAction(new SnsAction(topic));
    alarm.addOkAction(new SnsAction(topic));
  }
  return alarm;
}

/** The heading of its section in docs/operations.md: `PlanErrors` is `plan-errors`. */
export const anchorOf = (id: string) =>
  id
    .replace(/^Throttled.*/, 'WritesThrottled')
    .replace(/(?<=.)([A-Z])/g, '-$1')
    .toLowerCase();
