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
import { Construct } from 'constructs';
import { DIMENSION, type MetricName, NAMESPACE } from '../../functions/runtime/metrics.ts';

export interface AlarmsProps {
  readonly ledgerName: string;
  readonly tableName: string;
  /** Answers of 500 and above. Undefined: there is no API. */
  readonly apiErrors: IMetric | undefined;
  readonly plan: IFunction;
  readonly collect: IFunction;
  readonly notify: IFunction;
  /** Dead-letter queue of tasks. */
  readonly deadLetters: IQueue;
  /** Of events that should have started a run. */
  readonly planDeadLetters: IQueue;
  /** Of changes that could not be published. */
  readonly unpublished: IQueue;
  /** Of events whose message could not be delivered. */
  readonly undelivered: IQueue;
  /** Between two runs. */
  readonly slot: Duration;
  /** Time without a complete run. */
  readonly silence: Duration;
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
const LATE = Duration.minutes(10);
const DAY = Duration.days(1);

export class Alarms extends Construct {
  readonly all: Alarm[] = [];
  readonly #props: AlarmsProps;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.#props = props;
    const { ledgerName, tableName, apiErrors, plan, collect, notify } = props;
    const { deadLetters, planDeadLetters, unpublished, undelivered } = props;
    const slot = props.slot.toMinutes() > DAY.toMinutes() ? DAY : props.slot;
    const own = (name: MetricName, period: Duration) => ledgerMetric(ledgerName, name, Stats.SUM, period);
    const aws = (namespace: string, metricName: string, dimensionsMap: Record<string, string>) =>
      new Metric({ namespace, metricName, dimensionsMap, statistic: Stats.SUM, period: FIVE_MINUTES });
    const waiting = (queue: IQueue) =>
      queue.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM, period: FIVE_MINUTES });

    const silent = inPeriods(props.silence);
    const silence = {
      evaluationPeriods: silent.count,
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.BREACHING, // no runs means no data points, which is what this alarm is for
    };
    const minutes = props.silence.toMinutes();
    this.#add('CollectionSilent', `No collection has ended for ${minutes} minutes.`, {
      metric: own('RunsFinished', silent.period),
      ...silence,
    });
    this.#add('CollectionIncomplete', `No collection has read everything for ${minutes} minutes.`, {
      metric: own('RunsComplete', silent.period),
      ...silence,
    });
    this.#add('ClustersFailing', 'Clusters could not be read in two of the last three runs.', {
      metric: own('ClustersFailed', slot),
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
    });
    this.#add('CredentialsRefused', 'Atlas refuses the credentials, or the secret holds none yet.', {
      metric: own('CredentialsRefused', slot),
    });
    this.#add('ProjectsNotVisible', 'The credentials no longer see projects that they saw before.', {
      metric: own('ProjectsNotVisible', slot),
    });
    this.#add('EmptyScope', 'Credentials see no project at all, or the settings exclude every project.', {
      metric: own('EmptyScopes', slot),
    });
    this.#add(
      'EventsUnread',
      'Project events could not be read in two of the last three runs, so requesters are not known.',
      {
        metric: own('EventsUnread', slot),
        evaluationPeriods: 3,
        datapointsToAlarm: 2,
      },
    );
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
    if (apiErrors) this.#add('ApiErrors', 'The HTTP API answers with errors of its own.', { metric: apiErrors });
    // Counts requests that an index throttled too; the table's WriteThrottleEvents doesn't.
    for (const Operation of ['PutItem', 'UpdateItem']) {
      this.#add(`Throttled${Operation}`, 'DynamoDB throttles writes to the table.', {
        metric: aws('AWS/DynamoDB', 'ThrottledRequests', { TableName: tableName, Operation }),
        evaluationPeriods: 3,
      });
    }
  }

  /** By default it goes off at the first period that has one. */
  #add(id: string, what: string, props: Pick<AlarmProps, 'metric'> & Partial<AlarmProps>) {
    const { runbookUrl, topics } = this.#props;
    const alarm = new Alarm(this, id, {
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmName: `${Stack.of(this).stackName}-${id}`,
      alarmDescription: `${what} See ${runbookUrl}#${anchorOf(id)}`,
      ...props,
    });
    for (const topic of topics) {
      alarm.addAlarmAction(new SnsAction(topic));
      alarm.addOkAction(new SnsAction(topic));
    }
    this.all.push(alarm);
  }
}

/** The heading of its section in docs/operations.md: `PlanErrors` is `plan-errors`. */
export const anchorOf = (id: string) =>
  id
    .replace(/^Throttled.*/, 'WritesThrottled')
    .replace(/(?<=.)([A-Z])/g, '-$1')
    .toLowerCase();

/** CloudWatch looks back at most a day by periods of minutes, and 7 days by periods of hours. */
function inPeriods(window: Duration): { period: Duration; count: number } {
  const minutes = window.toMinutes();
  if (minutes > DAY.toMinutes()) return { period: Duration.hours(1), count: Math.ceil(minutes / 60) };
  const period = minutes <= 5 ? minutes : 5;
  return { period: Duration.minutes(period), count: Math.ceil(minutes / period) };
}
