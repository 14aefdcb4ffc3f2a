// lib/limits/arn.ts: ARNs among the settings, checked by partition, service, region, account and resource.

/** True, or what is wrong. */
export type Verdict = true | string;

interface Shape {
  readonly service: string;
  readonly resource: RegExp;
  /** How an ARN of this service ends, in words. */
  readonly ends: string;
  /** IAM's ARNs have no region, and those of AWS's own policies the account `aws`. @default false */
  readonly global?: boolean;
}

const REGION = /^[a-z]{2,5}(-[a-z]+)+-\d$/;
/** Every other region is in the partition `aws`. */
const REGIONS_OF: Readonly<Record<string, string>> = {
  'aws-cn': 'cn-',
  'aws-us-gov': 'us-gov-',
  'aws-iso': 'us-iso-',
  'aws-iso-b': 'us-isob-',
  'aws-iso-e': 'eu-isoe-',
  'aws-iso-f': 'us-isof-',
  'aws-eusc': 'eusc-',
};
const PARTITIONS = ['aws', ...Object.keys(REGIONS_OF)];

export const partitionOf = (region: string) =>
  Object.keys(REGIONS_OF).find((partition) => region.startsWith(REGIONS_OF[partition] ?? '')) ?? 'aws';

const isArn = (value: string) => value.startsWith('arn:');

function arnVerdict(value: string, { service, resource, ends, global = false }: Shape): Verdict {
  const [prefix, partition = '', ofService = '', region = '', account = '', ...rest] = value.split(':');
  if (prefix !== 'arn') return 'an ARN starts with arn:';
  if (!PARTITIONS.includes(partition)) return `the partition is "${partition}", not one of ${PARTITIONS.join(', ')}`;
  if (ofService !== service) return `the service is "${ofService}", not ${service}`;
  if (global && region !== '') return `the region is "${region}", but ARNs of ${service} have none`;
  if (!global && !REGION.test(region)) return `the region is "${region}", not one such as eu-west-1`;
  if (!global && partitionOf(region) !== partition)
    return `the region ${region} is in the partition ${partitionOf(region)}, not ${partition}`;
  if (!/^\d{12}$/.test(account) && !(global && account === 'aws')) return `the account "${account}" is not 12 digits`;
  return resource.test(rest.join(':')) || `it ends with "${rest.join(':')}", not with ${ends}`;
}

/**
 * Of a key itself. An alias in a policy's `Resource` grants nothing, since IAM compares the ARN of the key:
 * https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
 */
export function isKeyArn(value: string): Verdict {
  if (isArn(value) && /:alias\//.test(value))
    return 'a policy cannot grant the use of an alias; give the ARN of its key, which ends with key/...';
  return arnVerdict(value, { service: 'kms', resource: /^key\/[A-Za-z0-9-]{1,256}$/, ends: 'key/ and its id' });
}

/** Neither EventBridge nor CloudWatch publishes to FIFO topics. */
export function isTopicArn(value: string): Verdict {
  if (value.endsWith('.fifo')) return 'EventBridge and CloudWatch do not publish to FIFO topics';
  return arnVerdict(value, { service: 'sns', resource: /^[A-Za-z0-9_-]{1,256}$/, ends: 'the name of a topic' });
}

export const isPolicyArn = (value: string): Verdict =>
  arnVerdict(value, {
    service: 'iam',
    global: true,
    resource: /^policy\/([\x21-\x7e]{1,510}\/)?[\w+=,.@-]{1,128}$/,
    ends: 'policy/ and its name',
  });

/** Of a policy of trust: an AWS account, or a role or user in one. */
export const isPrincipal = (value: string): Verdict =>
  /^\d{12}$/.test(value) ||
  arnVerdict(value, {
    service: 'iam',
    global: true,
    resource: /^(root|(role|user)\/([\x21-\x7e]{1,510}\/)?[\w+=,.@-]{1,64})$/,
    ends: 'root, or role/ or user/ and its name',
  });

export const isStreamArn = (value: string): Verdict =>
  arnVerdict(value, {
    service: 'dynamodb',
    resource: /^table\/[\w.-]{3,255}\/stream\/[\w:.-]+$/,
    ends: 'table/, its name, stream/ and a label',
  });

export const isCertificateArn = (value: string): Verdict =>
  arnVerdict(value, { service: 'acm', resource: /^certificate\/[a-z0-9-]{1,64}$/, ends: 'certificate/ and its id' });

export const isBusArn = (value: string): Verdict =>
  arnVerdict(value, {
    service: 'events',
    resource: /^event-bus\/[A-Za-z0-9._/-]{1,256}$/,
    ends: 'event-bus/ and its name',
  });

export const isBusNameOrArn = (value: string): Verdict =>
  isArn(value)
    ? isBusArn(value)
    : /^[A-Za-z0-9._/-]{1,256}$/.test(value) || 'a name has letters, digits and . _ / - only, at most 256';

/** Whole: it is granted as it is. */
export const isSecretArn = (value: string): Verdict =>
  arnVerdict(value, {
    service: 'secretsmanager',
    resource: /^secret:[A-Za-z0-9/_+=.@-]{1,512}-[A-Za-z0-9]{6}$/,
    ends: 'secret:, its name, a hyphen and six characters',
  });

export const isSecretNameOrArn = (value: string): Verdict =>
  isArn(value)
    ? arnVerdict(value, {
        service: 'secretsmanager',
        resource: /^secret:[A-Za-z0-9/_+=.@-]{1,519}$/,
        ends: 'secret: and its name',
      })
    : /^[A-Za-z0-9/_+=.@-]{1,512}$/.test(value) || 'a name has letters, digits and / _ + = . @ - only, at most 512';

/** Where a resource must be. A part that is not known yet is undefined. */
export interface Place {
  readonly region?: string | undefined;
  readonly account?: string | undefined;
}

/**
 * ARNs of other places than this one, each with its setting. Where the stack names no region, all must agree with the first.
 * @param here those in this AWS account @param anywhere those in any account of this region
 */
export function misplaced(
  here: Readonly<Record<string, readonly string[]>>,
  anywhere: Readonly<Record<string, readonly string[]>>,
  place: Place = {},
): string[] {
  let { region, account } = place;
  const problems: string[] = [];
  const entries = (of: typeof here, own: boolean) =>
    Object.entries(of).flatMap(([name, arns]) => arns.filter(isArn).map((arn) => ({ name, arn, own })));
  for (const { name, arn, own } of [...entries(here, true), ...entries(anywhere, false)]) {
    const [, , , ofRegion, ofAccount] = arn.split(':');
    region ??= ofRegion;
    if (own) account ??= ofAccount;
    if (ofRegion !== region) problems.push(`${name}: got ${JSON.stringify(arn)}, allowed: one in the region ${region}`);
    else if (own && ofAccount !== account)
      problems.push(`${name}: got ${JSON.stringify(arn)}, allowed: one in the AWS account ${account}`);
  }
  return problems;
}
