// lib/compute/node-function.ts: a Lambda function with its own role and log group.
import { dirname, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssetHashType, DockerImage, type Duration, type ILocalBundling, Size, Validations } from 'aws-cdk-lib';
import { type Conditions, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  Architecture,
  Code,
  type IFunction,
  Function as LambdaFunction,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { defined } from '../../functions/platform/defined.ts';
import type { VariableName } from '../../functions/runtime/variables.ts';
import type { Settings } from '../settings/settings.ts';
import { bundle } from './bundle.ts';
import { logGroup } from './log-group.ts';
import type { Placement } from './placement.ts';
import { shownArn } from './shown-arn.ts';

export interface NodeFunctionProps extends Placement {
  /** Its file in functions/handlers/. */
  readonly handler:
    | 'plan'
    | 'collect'
    | 'notify'
    | 'message'
    | 'api'
    | 'hub'
    | 'retention'
    | 'lake'
    | 'evidence'
    | 'report';
  readonly description: string;
  readonly timeout: Duration;
  readonly memoryMb: number;
  /** Of temporary files. @default Lambda's 512 */
  readonly diskMb?: number | undefined;
  /** Options of Node itself. @default none */
  readonly nodeOptions?: readonly string[] | undefined;
  readonly environment: Partial<Record<VariableName, string | undefined>>;
  readonly settings: Settings;
  /** Of its log group. @default a key that AWS owns */
  readonly encryptionKey?: IKey | undefined;
}

/** For Lambda's network interfaces in a VPC. EC2 knows no ARN for most of these. */
const VPC_ACTIONS = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/** A function that may write its own log, and otherwise do only what `allow` grants. */
export class NodeFunction extends Construct {
  readonly function: IFunction;
  readonly #function: LambdaFunction;
  readonly role: Role;
  readonly logs: LogGroup;

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    super(scope, id);
    const { handler, description, timeout, memoryMb, diskMb, nodeOptions = [], environment, vpc, vpcSubnets } = props;
    const { architecture, logLevel, sourceMaps, tracing } = props.settings;
    const allNodeOptions = [...nodeOptions, ...(sourceMaps ? ['--enable-source-maps'] : [])].join(' ');

    this.logs = logGroup(this, 'Logs', props.settings, props.encryptionKey);
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com'), description });
    this.allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [this.logs.logGroupArn]);
    if (vpc) this.allowOnEverything(VPC_ACTIONS, 'EC2 has no ARN for a network interface that Lambda has yet to make.');

    this.#function = new LambdaFunction(this, 'Function', {
      code: codeOf(handler, sourceMaps),
      handler: 'index.handler',
      description,
      runtime: Runtime.NODEJS_24_X, // named: the default follows a feature flag
      architecture: architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
      timeout,
      memorySize: memoryMb,
      role: this.role.withoutPolicyUpdates(), // grants are given by `allow` alone
      logGroup: this.logs,
      tracing: tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      ...defined({ vpc, vpcSubnets }),
      ...defined({ ephemeralStorageSize: diskMb === undefined ? undefined : Size.mebibytes(diskMb) }),
      environment: nonEmpty({ ...environment, NODE_OPTIONS: allNodeOptions, LOG_LEVEL: logLevel }),
    });
    this.function = this.#function;
    if (tracing)
      this.allowOnEverything(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], 'X-Ray has no ARNs for these.');
  }

  /** Values that are known only once the function is there. */
  addEnvironment(environment: NodeFunctionProps['environment']) {
    for (const [name, value] of Object.entries(nonEmpty(environment))) this.#function.addEnvironment(name, value);
  }

  allow(actions: readonly string[], resources: readonly string[], conditions?: Conditions) {
    this.role.addToPolicy(
      new PolicyStatement({ actions: [...actions], resources: [...resources], ...defined({ conditions }) }),
    );
  }

  /** @param resource that was allowed, with a wildcard in it @param reason why it can't be named more closely */
  acknowledgeWildcard(resource: string, reason: string) {
    Validations.of(this.role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${shownArn(this, resource)}]`, reason });
  }

  /** @param reason why no resource can be named */
  allowOnEverything(actions: readonly string[], reason: string) {
    this.allow(actions, ['*']);
    Validations.of(this.role).acknowledge({ id: 'AwsSolutions-IAM5[Resource::*]', reason });
  }
}

/** The CDK bundles once for each combination of these fields. */
class Bundling implements ILocalBundling {
  readonly entry: string;
  readonly sourceMaps: boolean;

  constructor(entry: string, sourceMaps: boolean) {
    this.entry = entry;
    this.sourceMaps = sourceMaps;
  }

  tryBundle(outdir: string): boolean {
    bundle(this.entry, outdir, this);
    return true;
  }
}

/** Not the CDK's NodejsFunction, which bundles into one file only. */
function codeOf(handler: string, sourceMaps: boolean): Code {
  // Beside this file: TypeScript in a checkout, JavaScript where the package is installed.
  const entry = fileURLToPath(
    new URL(`../../functions/handlers/${handler}${extname(import.meta.url)}`, import.meta.url),
  );
  return Code.fromAsset(dirname(entry), {
    assetHashType: AssetHashType.OUTPUT, // the source is more than this folder
    bundling: { image: DockerImage.fromRegistry('unused'), local: new Bundling(entry, sourceMaps) },
  });
}

/** The functions take an empty variable for an absent one. */
const nonEmpty = (environment: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(Object.entries(environment).flatMap(([name, value]) => (value ? [[name, value]] : [])));
