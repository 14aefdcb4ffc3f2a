// lib/compute/queue.ts: queues, encrypted and over TLS only.
import { Duration, Stack, Validations } from 'aws-cdk-lib';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** SQS's maximum. */
export const KEPT = Duration.days(14);

/** @param encryptionMasterKey absent: a key that SQS owns */
export function queue(scope: Construct, id: string, props: QueueProps, encryptionMasterKey?: IKey): Queue {
  const encryption = encryptionMasterKey ? { encryptionMasterKey } : { encryption: QueueEncryption.SQS_MANAGED };
  return new Queue(scope, id, { retentionPeriod: KEPT, ...props, ...encryption, enforceSSL: true });
}

/** A dead-letter queue of something other than a queue. @param of what it serves, for cdk-nag */
export function deadLetters(scope: Construct, id: string, of: string, encryptionKey?: IKey): Queue {
  const made = queue(scope, id, {}, encryptionKey);
  const reason = `It is a dead-letter queue itself: of ${of}.`;
  Validations.of(made).acknowledge({ id: 'AwsSolutions-SQS3', reason });
  return made;
}

/**
 * EventBridge doesn't retry what it may not send yet, so queues let it in before there is a rule: for rules on this bus only. The
 * CDK's own target would let every rule of EventBridge write into an encrypted queue.
 */
export function letRulesSend({ eventBusName }: IEventBus, queues: readonly Queue[]) {
  for (const each of queues) {
    const resourceName = eventBusName === 'default' ? '*' : `${eventBusName}/*`;
    const rules = Stack.of(each).formatArn({ service: 'events', resource: 'rule', resourceName });
    each.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [each.queueArn],
        conditions: { ArnLike: { 'aws:SourceArn': rules } },
      }),
    );
  }
}
