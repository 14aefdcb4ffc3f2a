// lib/outputs.ts: the stack's outputs, where everything is and what to do next, in commands to copy.
import { CfnOutput, type Stack } from 'aws-cdk-lib';
import type { Network } from './compute/network.ts';
import type { AtlasCredentials } from './data/credentials.ts';
import type { LedgerTable } from './data/table.ts';
import type { Monitoring } from './monitoring/monitoring.ts';
import type { Api } from './services/api.ts';
import type { ChangeFeed } from './services/change-feed.ts';
import type { Collection } from './services/collection.ts';
import type { Evidence } from './services/evidence.ts';
import type { Forwarding } from './services/forwarding.ts';
import type { Lake } from './services/lake.ts';
import type { Messages } from './services/messages.ts';

interface Constructs {
  readonly table: LedgerTable;
  readonly credentials: AtlasCredentials;
  readonly network: Network | undefined;
  readonly collection: Collection;
  readonly lake: Lake | undefined;
  readonly evidence: Evidence | undefined;
  readonly changeFeed: ChangeFeed;
  readonly messages: Messages;
  readonly forwarding: Forwarding | undefined;
  readonly api: Api | undefined;
  readonly monitoring: Monitoring;
}

export function outputs(stack: Stack & Constructs) {
  const {
    table,
    credentials,
    network,
    collection,
    lake,
    evidence,
    changeFeed,
    messages,
    forwarding,
    api,
    monitoring,
    region,
  } = stack;
  const output = (id: string, description: string, value: string | undefined) => {
    if (value !== undefined) new CfnOutput(stack, id, { description, value });
  };
  const secretArn = credentials.secret?.secretArn;

  output('ApiUrl', 'GET /restore-jobs here', api?.edge.url);
  output('ApiDomainTarget', "For the DNS record of the API's domain name: CNAME, or alias", api?.edge.domainTarget);
  output('PageUrl', 'The page, for people who sign in', api?.signIn?.pageUrl);
  output('SignInCallbackUrl', 'Redirect URI to register with the issuer', api?.signIn?.callbackUrl);
  output('UserPoolId', 'People who may sign in, in the groups read and run', api?.signIn?.userPool?.userPoolId);
  output('TableName', 'The ledger itself', table.tableName);
  output('SecretArn', 'Holds the Atlas credentials', secretArn);
  output(
    'FillInSecret',
    'Fills in the Atlas credentials; atlas-key.json holds {"publicKey":"...","privateKey":"..."} or {"clientId":"...","clientSecret":"..."}',
    secretArn &&
      `aws secretsmanager put-secret-value --region ${region} --secret-id ${secretArn} --secret-string file://atlas-key.json`,
  );
  output('EgressAddresses', 'For the API access list in Atlas', network?.addresses.join(', '));
  output('PlanFunctionName', 'Starts a run', collection.plan.function.functionName);
  output('QueueUrl', 'Tasks: one project each', collection.queue.queueUrl);
  output('DeadLetterQueueUrl', 'Tasks that failed too often', collection.deadLetters.queueUrl);
  output(
    'Redrive',
    'Returns failed tasks to the queue, once the cause is fixed',
    `aws sqs start-message-move-task --region ${region} --source-arn ${collection.deadLetters.queueArn}`,
  );
  output('EventBusName', 'Events of the ledger; add your own rules to it', changeFeed.bus.eventBusName);
  output('MessageTopicArn', 'Messages for people; subscribe to it', messages.topics.at(-1)?.topicArn);
  output('NotifyFunctionName', 'Publishes changes', changeFeed.notify.function.functionName);
  output(
    'UnpublishedQueueUrl',
    'Positions in the stream of changes that could not be published',
    changeFeed.unpublished.queueUrl,
  );
  output('NotForwardedQueueUrl', 'Events that did not reach the hub', forwarding?.notForwarded.queueUrl);
  output('MessageQueueUrl', 'Events that become messages', messages.queue.queueUrl);
  output('UndeliveredQueueUrl', 'Events whose message could not be delivered', messages.undelivered.queueUrl);
  output('LakeLocation', "Each day's changes as Parquet", lake?.bucket.location);
  output('LakeDatabaseName', 'Of Glue: the table changes is in it', lake?.catalog.databaseName);
  output('LakeWorkGroupName', 'Of Athena: it has six questions', lake?.catalog.workGroupName);
  output('LakeFunctionName', 'Writes the lake', lake?.lake.function.functionName);
  output('EvidenceLocation', 'Signed anchors and reports', evidence?.bucket.location);
  output(
    'EvidenceFunctionName',
    'Takes the anchor of each day, and writes the reports',
    evidence?.evidence.function.functionName,
  );
  output('SigningKeyArn', 'Signs anchors and reports, in AWS KMS', evidence?.key.keyArn);
  output('AuditorRoleArn', 'Reads evidence and the public key, and nothing else', evidence?.auditor?.roleArn);
  output('NobodyNotified', 'What nobody is notified of, and the settings that change it', monitoring.missingRecipients);
  output('DashboardUrl', 'CloudWatch dashboard', monitoring.dashboard?.url);
}
