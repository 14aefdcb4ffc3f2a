// lib/outputs.ts says after a deployment where everything is and what to do next, in commands to copy.
import { CfnOutput, type Stack } from 'aws-cdk-lib';
import type { Network } from './compute/network.ts';
import type { AtlasCredentials } from './data/credentials.ts';
import type { LedgerTable } from './data/table.ts';
import type { Monitoring } from './monitoring/monitoring.ts';
import type { Api } from './services/api.ts';
import type { ChangeFeed } from './services/change-feed.ts';
import type { Collection } from './services/collection.ts';
import type { Messages } from './services/messages.ts';

interface Constructs {
  readonly table: LedgerTable;
  readonly credentials: AtlasCredentials;
  readonly network: Network | undefined;
  readonly collection: Collection;
  readonly changeFeed: ChangeFeed;
  readonly messages: Messages;
  readonly api: Api;
  readonly monitoring: Monitoring;
}

export function outputs(stack: Stack & Constructs) {
  const { table, credentials, network, collection, changeFeed, messages, api, monitoring, region } = stack;
  const say = (id: string, description: string, value: string | undefined) => {
    if (value !== undefined) new CfnOutput(stack, id, { description, value });
  };
  const secretArn = credentials.secret?.secretArn;

  say('ApiUrl', 'GET /restore-jobs here', api.url);
  say('TableName', 'The ledger itself', table.tableName);
  say('SecretArn', 'Holds the Atlas credentials', secretArn);
  say(
    'FillInSecret',
    'Fills in the Atlas credentials; atlas-key.json holds {"publicKey":"...","privateKey":"..."} or {"clientId":"...","clientSecret":"..."}',
    secretArn &&
      `aws secretsmanager put-secret-value --region ${region} --secret-id ${secretArn} --secret-string file://atlas-key.json`,
  );
  say('EgressAddresses', 'For the API access list in Atlas', network?.addresses.join(', '));
  say('PlanFunctionName', 'Starts a run', collection.plan.function.functionName);
  say('QueueUrl', 'Tasks: one project each', collection.queue.queueUrl);
  say('DeadLetterQueueUrl', 'Tasks that failed too often', collection.deadLetters.queueUrl);
  say(
    'Redrive',
    'Returns failed tasks to the queue, once the cause is fixed',
    `aws sqs start-message-move-task --region ${region} --source-arn ${collection.deadLetters.queueArn}`,
  );
  say('EventBusName', 'Where events of the ledger are; put rules of your own on it', changeFeed.bus.eventBusName);
  say('MessageTopicArn', 'What people read of them; subscribe to it', messages.topics.at(-1)?.topicArn);
  say('NotifyFunctionName', 'Tells what changed', changeFeed.notify.function.functionName);
  say(
    'UnpublishedQueueUrl',
    'Where in the stream the changes are that could not be published',
    changeFeed.unpublished.queueUrl,
  );
  say('UndeliveredQueueUrl', 'Events whose message could not be delivered', messages.undelivered.queueUrl);
  say('DashboardUrl', 'How collecting goes', monitoring.dashboard?.url);
}
