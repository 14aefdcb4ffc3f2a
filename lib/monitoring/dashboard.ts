// lib/monitoring/dashboard.ts: the CloudWatch dashboard.
import { Duration, Stack } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type Metric,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { MetricName } from '../../functions/runtime/metrics.ts';
import { changeAge, ledgerMetric } from './alarms.ts';
import { consoleHost } from './console-host.ts';

export interface LedgerDashboardProps {
  readonly ledgerName: string;
  readonly functions: Readonly<Record<'plan' | 'collect' | 'notify', IFunction> & { api?: IFunction }>;
  readonly queue: IQueue;
  readonly deadLetters: IQueue;
  readonly unpublished: IQueue;
  readonly undelivered: IQueue;
  readonly alarms: readonly Alarm[];
  /** Between two runs. */
  readonly slot: Duration;
}

export class LedgerDashboard extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, props: LedgerDashboardProps) {
    super(scope, id);
    const { ledgerName, functions, queue, deadLetters, unpublished, undelivered, alarms, slot } = props;
    const metric = (name: MetricName, label: string, statistic: string = Stats.SUM) =>
      ledgerMetric(ledgerName, name, statistic, slot).with({ label });
    const graph = (title: string, left: IMetric[], right: IMetric[] = []) =>
      new GraphWidget({ title, left, right, width: 8, height: 6, leftYAxis: { min: 0 }, rightYAxis: { min: 0 } });
    const each = (of: (each: IFunction) => Metric) =>
      Object.entries(functions).map(([label, each]) => of(each).with({ label }));

    const dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName: Stack.of(this).stackName,
      defaultInterval: Duration.days(1),
    });
    dashboard.addWidgets(new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 24, height: 3 }));
    dashboard.addWidgets(
      graph('Restore jobs', [
        metric('JobsNew', 'new'),
        metric('JobsChanged', 'changed'),
        metric('RestoresFailed', 'failed'),
      ]),
      graph(
        'Clusters, and projects not visible',
        [metric('ClustersRead', 'read'), metric('ClustersFailed', 'failed')],
        [metric('ProjectsNotVisible', 'projects not visible'), metric('EmptyScopes', 'empty scopes')],
      ),
      graph(
        'Collections',
        [metric('RunsFinished', 'finished'), metric('RunsComplete', 'complete')],
        [metric('RunSeconds', 'seconds', Stats.MAXIMUM)],
      ),
    );
    dashboard.addWidgets(
      graph(
        'Atlas',
        [
          metric('AtlasRequests', 'requests'),
          metric('AtlasThrottles', 'throttles'),
          metric('CredentialsRefused', 'refused'),
        ],
        [metric('AtlasWaitMs', 'wait, ms'), metric('EventsUnread', 'projects without events')],
      ),
      graph('Oldest reading of a cluster, minutes', [metric('OldestCoverageMinutes', 'minutes', Stats.MAXIMUM)]),
      graph('Jobs compared', [metric('JobsSeen', 'seen')]),
    );
    dashboard.addWidgets(
      graph('Events', [metric('EventsSent', 'sent'), metric('EventsFailed', 'failed')]),
      graph('Age of the oldest change when published, ms', [changeAge(functions.notify, slot).with({ label: 'ms' })]),
      graph('Not published, not delivered', [
        unpublished.metricApproximateNumberOfMessagesVisible({ label: 'changes' }),
        undelivered.metricApproximateNumberOfMessagesVisible({ label: 'messages' }),
      ]),
    );
    dashboard.addWidgets(
      graph(
        'Function errors',
        each((fn) => fn.metricErrors()),
      ),
      graph(
        'Function duration, p95',
        each((fn) => fn.metricDuration({ statistic: Stats.p(95) })),
      ),
      graph(
        'Queue',
        [queue.metricApproximateNumberOfMessagesVisible(), queue.metricApproximateAgeOfOldestMessage()],
        [deadLetters.metricApproximateNumberOfMessagesVisible()],
      ),
    );
    const { region } = Stack.of(this);
    this.url = `https://${consoleHost(this)}/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboard.dashboardName}`;
  }
}
