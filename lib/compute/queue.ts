// lib/compute/queue.ts is the one place that says how queues are made: encrypted, over TLS only.
import { Duration, Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** SQS's longest. */
export const KEPT = Duration.days(14);

/** @param encryptionMasterKey absent: a key that SQS owns */
export function queue(scope: Construct, id: string, props: QueueProps, encryptionMasterKey?: IKey): Queue {
  const encryption = encryptionMasterKey ? { encryptionMasterKey } : { encryption: QueueEncryption.SQS_MANAGED };
  return new Queue(scope, id, { retentionPeriod: KEPT, ...props, ...encryption, enforceSSL: true });
}

/** Keeps what something other than a queue could not do. @param of whose dead letters it holds */
export function deadLetters(scope: Construct, id: string, of: string, encryptionKey?: IKey): Queue {
  const made = queue(scope, id, {}, encryptionKey);
  const reason = `It is a dead-letter queue itself: of ${of}.`;
  Validations.of(made).acknowledge({ id: 'AwsSolutions-SQS3', reason });
  return made;
}
