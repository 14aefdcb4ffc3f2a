// lib/services/sign-in.ts: what people need to sign in with a browser: the key of their sessions and, by choice, a user pool.
import { Stack, Validations } from 'aws-cdk-lib';
import {
  AccountRecovery,
  CfnUserPoolGroup,
  type IUserPoolClient,
  Mfa,
  OAuthScope,
  UserPool,
} from 'aws-cdk-lib/aws-cognito';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { BROWSER_PREFIX, CALLBACK_PATH } from '../../functions/api/sign-in/prefix.ts';
import { defined } from '../../functions/platform/defined.ts';
import type { VariableName } from '../../functions/runtime/variables.ts';
import type { NodeFunction } from '../compute/node-function.ts';
import { removalPolicyOf, type Settings } from '../settings/settings.ts';

export interface SignInProps {
  readonly settings: Settings;
  /** False in a hub. */
  readonly takesAnnotations: boolean;
  /** Of the API, without a slash at its end. */
  readonly url: string;
  /** Of the session key's secret. @default the AWS-managed key */
  readonly encryptionKey?: IKey | undefined;
}

export class SignIn extends Construct {
  readonly pageUrl: string;
  readonly callbackUrl: string;
  /** The one that the stack created, if any. */
  readonly userPool: UserPool | undefined;
  /** Of the function that signs people in. */
  readonly environment: Partial<Record<VariableName, string>>;
  readonly #secretArns: readonly string[];
  readonly #keyArns: readonly string[];

  constructor(scope: Construct, id: string, { settings, takesAnnotations, url, encryptionKey }: SignInProps) {
    super(scope, id);
    this.pageUrl = `${url}${BROWSER_PREFIX}`;
    this.callbackUrl = `${url}${BROWSER_PREFIX}${CALLBACK_PATH}`;
    const key = new Secret(this, 'SessionKey', {
      description: 'Key of the session cookies. Another value ends all sessions within five minutes',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: removalPolicyOf(settings),
      ...defined({ encryptionKey }),
    });
    Validations.of(key).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'A new value ends all sessions; docs/deploy.md says how to set one. Nobody else knows it.',
    });
    const { signInClientSecretArn: clientSecretArn, signInCognitoDomain } = settings;
    const issued = signInCognitoDomain === '' ? undefined : this.#cognito(signInCognitoDomain, settings);
    this.userPool = issued?.pool;
    this.environment = {
      SIGN_IN_ISSUER: issued?.issuer ?? settings.signInIssuer,
      SIGN_IN_CLIENT_ID: issued?.client.userPoolClientId ?? settings.signInClientId,
      SIGN_IN_CLIENT_SECRET_ARN: clientSecretArn,
      SIGN_IN_KEY_ARN: key.secretArn,
      SIGN_IN_ROLES_CLAIM: settings.signInRolesClaim,
      SIGN_IN_READ_VALUES: settings.signInReadValues.join(','),
      SIGN_IN_RUN_VALUES: settings.signInRunValues.join(','),
      SIGN_IN_ANNOTATE_VALUES: takesAnnotations ? settings.signInAnnotateValues.join(',') : '',
      SIGN_IN_SESSION_MINUTES: String(settings.signInMinutes),
    };
    this.#secretArns = [key.secretArn, ...(clientSecretArn ? [clientSecretArn] : [])];
    this.#keyArns = encryptionKey ? [encryptionKey.keyArn] : [];
  }

  /** These secrets and no others. */
  grantRead(grantee: NodeFunction) {
    grantee.allow(['secretsmanager:GetSecretValue'], this.#secretArns);
    if (this.#keyArns.length > 0) grantee.allow(['kms:Decrypt'], this.#keyArns);
  }

  /** People are added by whoever runs the pool, with a second factor. */
  #cognito(domainPrefix: string, settings: Settings): { pool: UserPool; client: IUserPoolClient; issuer: string } {
    const pool = new UserPool(this, 'People', {
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      mfa: Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
      },
      removalPolicy: removalPolicyOf(settings),
    });
    const reason = 'The Plus plan, with threat protection, is billed for each person. Everyone has a second factor.';
    for (const id of ['AwsSolutions-COG3', 'AwsSolutions-COG8']) Validations.of(pool).acknowledge({ id, reason });
    pool.addDomain('Domain', { cognitoDomain: { domainPrefix } });
    for (const groupName of ['read', 'run', 'annotate'])
      new CfnUserPoolGroup(this, groupName, { userPoolId: pool.userPoolId, groupName });
    const client = pool.addClient('Page', {
      generateSecret: false, // a secret would take a custom resource to read; PKCE protects the code
      preventUserExistenceErrors: true,
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, OAuthScope.PROFILE],
        callbackUrls: [this.callbackUrl],
        logoutUrls: [this.pageUrl],
      },
    });
    const { region, urlSuffix } = Stack.of(this);
    return { pool, client, issuer: `https://cognito-idp.${region}.${urlSuffix}/${pool.userPoolId}` };
  }
}
