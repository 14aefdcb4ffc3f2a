// lib/services/edge.ts: what any way into the API has in common.
import type { Duration } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Settings } from '../settings/settings.ts';

export interface EdgeProps {
  readonly handler: IFunction;
  readonly settings: Settings;
  readonly encryptionKey?: IKey | undefined;
}

export interface Edge {
  /** Without a slash at its end. */
  readonly url: string;
  /** What a custom domain's DNS record points to. */
  readonly domainTarget?: string | undefined;
  /** Answers of 500 and above, summed. */
  readonly serverErrors: (period: Duration) => Metric;
}
