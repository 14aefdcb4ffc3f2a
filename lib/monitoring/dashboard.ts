// lib/monitoring/dashboard.ts: the CloudWatch dashboard.
import { Duration, Stack } from 'aws-cdk-lib';
import { type Alarm, AlarmStatusWidget, Dashboard, type Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { MetricName } from '../../functions/runtime/metrics.ts';
import { changeAge, ledgerMetric } from './alarms.ts';
import { dashboardUrl } from './console-host.ts';
import { graph } from './graph.ts';

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
    const gauge = (name: MetricName, label: string) => metric(name, label, Stats.MAXIMUM);
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
        [metric('ClustersRead', 'read'), gauge('ClustersFailing', 'failing')],
        [gauge('ProjectsNotVisible', 'projects not visible'), gauge('EmptyScopes', 'empty scopes')],
      ),
      graph(
        'Collections',
        [gauge('RunsIncomplete', 'incomplete in a row'), gauge('RunOverdueMinutes', 'minutes overdue')],
        [metric('RunSeconds', 'seconds', Stats.MAXIMUM)],
      ),
    );
    dashboard.addWidgets(
      graph(
        'Atlas',
        [
          metric('AtlasRequests', 'requests'),
          metric('AtlasThrottles', 'throttles'),
          gauge('CredentialsRefused', 'refused'),
        ],
        [metric('AtlasWaitMs', 'wait, ms'), gauge('EventsUnread', 'projects without events')],
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
    this.url = dashboardUrl(this, dashboard);
  }
}
