// lib/data/credentials.ts: the Atlas credentials, in a secret that the stack creates or in existing ones.
import { ArnFormat, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { defined } from '../../functions/platform/defined.ts';
import type { NodeFunction } from '../compute/node-function.ts';

export interface AtlasCredentialsProps {
  /** Names or ARNs of secrets in this account and region, one for each Atlas organization. @default one is created */
  readonly existing?: readonly string[] | undefined;
  /** ARNs of the keys that existing secrets are encrypted with. @default the AWS-managed key */
  readonly existingKeys?: readonly string[] | undefined;
  /** Of the secret that the stack creates. @default the AWS-managed key */
  readonly encryptionKey?: IKey | undefined;
  /** Of the secret that the stack creates. @default RemovalPolicy.RETAIN */
  readonly removalPolicy?: RemovalPolicy | undefined;
}

/**
 * functions/atlas/auth/credentials.ts takes anything in angle brackets for "not filled in yet". Generated rather than given,
 * because CloudFormation would overwrite the secret when a given value changes.
 */
const PLACEHOLDER = { secretStringTemplate: '{"publicKey":"<not filled in yet>"}', generateStringKey: 'privateKey' };

export class AtlasCredentials extends Construct {
  /** Names or ARNs, for the functions. */
  readonly secretIds: readonly string[];
  /** The one that the stack created, if any. */
  readonly secret: Secret | undefined;
  readonly #arns: readonly string[];
  readonly #keyArns: readonly string[];

  constructor(scope: Construct, id: string, props: AtlasCredentialsProps = {}) {
    super(scope, id);
    const { existing = [], existingKeys = [], encryptionKey, removalPolicy = RemovalPolicy.RETAIN } = props;
    if (existing.length > 0) {
      this.secretIds = existing;
      this.#arns = existing.map((secretId) => this.#arnOf(secretId));
      this.#keyArns = existingKeys;
      return;
    }
    this.secret = new Secret(this, 'Secret', {
      description: 'MongoDB Atlas credentials: {"publicKey","privateKey"} or {"clientId","clientSecret"}',
      generateSecretString: { ...PLACEHOLDER, excludePunctuation: true, passwordLength: 16 },
      removalPolicy,
      ...defined({ encryptionKey }),
    });
    Validations.of(this.secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'Atlas issues and revokes its keys; the functions notice a changed secret.',
    });
    this.secretIds = [this.secret.secretArn];
    this.#arns = this.secretIds;
    this.#keyArns = encryptionKey ? [encryptionKey.keyArn] : [];
  }

  /** These secrets and no others. */
  grantRead(grantee: NodeFunction) {
    grantee.allow(['secretsmanager:GetSecretValue'], this.#arns);
    if (this.#keyArns.length > 0) grantee.allow(['kms:Decrypt'], this.#keyArns);
  }

  /** Secrets Manager ends every ARN with a hyphen and six characters that a name doesn't show. */
  #arnOf(secretId: string) {
    if (!secretId.startsWith('arn:')) {
      const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
      const resourceName = `${secretId}-??????`;
      return Stack.of(this).formatArn({ service: 'secretsmanager', resource: 'secret', resourceName, arnFormat });
    }
    return /-[A-Za-z0-9]{6}$/.test(secretId) ? secretId : `${secretId}-??????`;
  }
}
