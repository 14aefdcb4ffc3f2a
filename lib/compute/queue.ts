// lib/compute/queue.ts: queues, encrypted and over TLS only.
import { Duration, Validations } from 'aws-cdk-lib';
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
