// lib/monitoring/hub-dashboard.ts: the CloudWatch dashboard of a hub.
import { Duration, Stack } from 'aws-cdk-lib';
import { type Alarm, AlarmStatusWidget, Dashboard, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { MetricName } from '../../functions/runtime/metrics.ts';
import type { Api } from '../services/api.ts';
import { HUB_CHECK_MINUTES, type Hub } from '../services/hub.ts';
import type { Messages } from '../services/messages.ts';
import { ledgerMetric } from './alarms.ts';
import { dashboardUrl } from './console-host.ts';
import { graph } from './graph.ts';

export interface HubDashboardProps {
  readonly ledgerName: string;
  readonly hub: Hub;
  readonly messages: Messages;
  readonly api: Api | undefined;
  readonly alarms: readonly Alarm[];
}

export class HubDashboard extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, { ledgerName, hub, messages, api, alarms }: HubDashboardProps) {
    super(scope, id);
    const gauge = (name: MetricName, label: string) =>
      ledgerMetric(ledgerName, name, Stats.MAXIMUM, Duration.minutes(HUB_CHECK_MINUTES)).with({ label });
    const functions = { hub: hub.function, message: messages.message, ...(api && { api: api.function }) };
    const each = Object.entries(functions).map(([label, { function: fn }]) => ({ label, fn }));
    const dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName: Stack.of(this).stackName,
      defaultInterval: Duration.days(1),
    });
    dashboard.addWidgets(new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: 24, height: 3 }));
    dashboard.addWidgets(
      graph('Spokes that are silent', [gauge('SpokesSilent', 'spokes')]),
      graph('Projects that the hub does not hold whole', [gauge('ProjectsBehind', 'projects')]),
      graph(
        'Records received, and waiting',
        [hub.queue.metricNumberOfMessagesReceived({ label: 'received' })],
        [
          hub.queue.metricApproximateNumberOfMessagesVisible({ label: 'waiting' }),
          hub.queue.metricApproximateAgeOfOldestMessage({ label: 'age of the oldest, s' }),
        ],
      ),
    );
    dashboard.addWidgets(
      graph('Not written, not queued, not delivered', [
        hub.deadLetters.metricApproximateNumberOfMessagesVisible({ label: 'records not written' }),
        hub.unqueued.metricApproximateNumberOfMessagesVisible({ label: 'records not queued' }),
        messages.undelivered.metricApproximateNumberOfMessagesVisible({ label: 'messages' }),
      ]),
      graph(
        'Function errors',
        each.map(({ label, fn }) => fn.metricErrors({ label })),
      ),
      graph(
        'Function duration, p95',
        each.map(({ label, fn }) => fn.metricDuration({ label, statistic: Stats.p(95) })),
      ),
    );
    this.url = dashboardUrl(this, dashboard);
  }
}
