// lib/monitoring/recipients.ts: whom alarms notify.
import { Annotations, Aws } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { defined } from '../../functions/platform/defined.ts';
import type { Settings } from '../settings/settings.ts';

type Recipients = Pick<Settings, 'alarmEmail' | 'alarmTopic' | 'messageEmail' | 'messageTopic' | 'role'>;

/** @param masterKey of the topic that is made. @default none: CloudWatch can't use the key that SNS has by default */
export const alarmTopics = (scope: Construct, { alarmEmail, alarmTopic }: Recipients, masterKey?: IKey): ITopic[] => [
  ...(alarmTopic ? [Topic.fromTopicArn(scope, 'Existing', alarmTopic)] : []),
  ...(alarmEmail ? [mail(scope, alarmEmail, masterKey)] : []),
];

/**
 * Settings without which nobody is notified, in words; undefined where somebody is. Each with a warning, which
 * `Annotations.of(stack).acknowledgeWarning(id)` silences.
 */
export function missingRecipients(
  scope: Construct,
  { alarmEmail, alarmTopic, messageEmail, messageTopic, role }: Recipients,
): string | undefined {
  const missing = [
    { id: 'alarms', what: 'Alarms', settings: 'alarmEmail or alarmTopic', given: alarmEmail || alarmTopic },
    {
      id: 'messages',
      // Whether its hub has recipients, a spoke doesn't know.
      what: role === 'spoke' ? "This spoke's messages about restores" : 'Messages about restores',
      settings: role === 'spoke' ? 'messageEmail or messageTopic, in the hub or here' : 'messageEmail or messageTopic',
      given: messageEmail || messageTopic,
    },
  ].filter(({ given }) => !given);
  for (const { id, what, settings } of missing) {
    const text = `${what} notify nobody: set ${settings} (docs/deploy.md#who-is-notified).`;
    Annotations.of(scope).addWarningV2(`atlas-restore-ledger:nobody-notified-of-${id}`, text);
  }
  return missing.map(({ what, settings }) => `${what}: set ${settings}`).join('. ') || undefined;
}

/** A spoke and its hub send the same messages; a spoke that has recipients warns, and the acknowledgement is as above. */
export function warnOfTwoSenders(scope: Construct, { messageEmail, messageTopic, role }: Recipients) {
  if (role !== 'spoke' || !(messageEmail || messageTopic)) return;
  const text =
    "This spoke and its hub send the same messages about its restores: keep messageEmail and messageTopic only for people who don't get the hub's (docs/hub.md#who-tells-people).";
  Annotations.of(scope).addWarningV2('atlas-restore-ledger:messages-of-spoke-and-hub', text);
}

function mail(scope: Construct, address: string, masterKey?: IKey) {
  const topic = new Topic(scope, 'Topic', { enforceSSL: true, ...defined({ masterKey }) });
  topic.addSubscription(new EmailSubscription(address));
  // Our policy replaces SNS's default, which lets the account's alarms publish.
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  );
  return topic;
}
