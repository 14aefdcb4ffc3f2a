// lib/settings/contradictions.ts: settings that contradict each other, which no setting can see by itself.
import { Token } from 'aws-cdk-lib';
import { collectionSettings } from './collection-settings.ts';
import { networkSettings } from './network-settings.ts';
import { ruleSettings } from './rule-settings.ts';
import { longestMinutesBetween } from './schedule.ts';
import { hasSignIn, SETTINGS, type Settings } from './settings.ts';

/** A line for each contradiction. */
export const contradictions = (settings: Settings): string[] => [
  ...roleProblems(settings),
  ...apiProblems(settings),
  ...edgeProblems(settings),
  ...signInProblems(settings),
  ...networkProblems(settings),
  ...storageProblems(settings),
  ...lakeProblems(settings),
  ...evidenceProblems(settings),
  ...retentionProblems(settings),
];

/** Settings that are not as by default. */
const given = (settings: Settings, names: readonly (keyof Settings)[]) =>
  names.filter((name) => JSON.stringify(settings[name]) !== JSON.stringify(SETTINGS[name].default));

/** Its functions are as those of others, and it has an API. */
const { apiMemoryMb: _, architecture: __, ...onlyOfCollection } = collectionSettings;
/** What a hub doesn't have: it collects nothing, and its bus has a policy of its own. */
const NOT_OF_A_HUB = [
  ...Object.keys({ ...onlyOfCollection, ...networkSettings, ...ruleSettings }),
  ...['eventBus', 'maxEventAgeHours', 'alarmAfterMinutes', 'jobRetentionDays', 'lakeBucket', 'lakeBucketKey'],
  ...['evidenceBucket', 'evidenceBucketKey', 'evidenceLockMode', 'evidenceLockYears', 'auditorPrincipal'],
] as (keyof Settings)[];

function roleProblems(settings: Settings): string[] {
  const { role, hubBusArn, organizationId, spokeAccounts } = settings;
  const problems: string[] = [];
  const only = (names: readonly (keyof Settings)[], which: string) => {
    for (const name of given(settings, names))
      problems.push(`${name}: got ${JSON.stringify(settings[name])}, allowed: only with role=${which}`);
  };
  if (role !== 'spoke') only(['hubBusArn'], 'spoke');
  if (role !== 'hub') only(['organizationId', 'spokeAccounts'], 'hub');
  if (role === 'hub') only(NOT_OF_A_HUB, 'single or spoke');
  // A hub keeps every job, and would miss those that a spoke lets go.
  if (role === 'spoke') only(['jobRetentionDays'], 'single');
  if (role === 'spoke' && hubBusArn === '')
    problems.push("hubBusArn: got nothing, allowed: the ARN of the hub's event bus, since role is spoke");
  if (role === 'hub' && organizationId === '' && spokeAccounts.length === 0)
    problems.push('organizationId, spokeAccounts: got neither, allowed: at least one of them, since role is hub');
  return problems;
}

function apiProblems(settings: Settings): string[] {
  const { apiAuthorization, apiOpenToEveryone, jwtIssuer, jwtAudience, secrets, secretKeys } = settings;
  const problems: string[] = [];
  if (apiAuthorization === 'none' && !apiOpenToEveryone)
    problems.push('apiAuthorization: got "none", allowed: only together with apiOpenToEveryone=true, or iam or jwt');
  if (apiAuthorization !== 'none' && apiOpenToEveryone)
    problems.push(`apiOpenToEveryone: got true, allowed: only together with apiAuthorization=none`);
  if (apiAuthorization === 'jwt' && jwtIssuer === '')
    problems.push('jwtIssuer: got nothing, allowed: an https address, since apiAuthorization is jwt');
  if (apiAuthorization === 'jwt' && jwtAudience.length === 0)
    problems.push('jwtAudience: got nothing, allowed: at least one audience, since apiAuthorization is jwt');
  if (apiAuthorization !== 'jwt')
    for (const name of given(settings, ['jwtReadScopes', 'jwtRunScopes', 'jwtAnnotateScopes']))
      problems.push(`${name}: got ${JSON.stringify(settings[name])}, allowed: only with apiAuthorization=jwt`);
  if (secretKeys.length > 0 && secrets.length === 0)
    problems.push('secretKeys: got without secrets, allowed: only for existing secrets');
  return problems;
}

function edgeProblems(settings: Settings): string[] {
  const { apiAuthorization, apiCertificate, apiDomainName, apiVpcEndpoints, httpApi } = settings;
  const problems: string[] = [];
  const only = (names: readonly (keyof Settings)[], which: string) => {
    for (const name of given(settings, names))
      problems.push(`${name}: got ${JSON.stringify(settings[name])}, allowed: only with httpApi=${which}`);
  };
  if (httpApi !== 'public') only(['apiDomainName', 'apiCertificate', 'corsOrigins'], 'public');
  if (httpApi !== 'private') only(['apiVpcEndpoints'], 'private');
  if (httpApi === 'none') only(['apiAuthorization', 'apiOpenToEveryone'], 'public or private');
  if (httpApi === 'private' && apiVpcEndpoints.length === 0)
    problems.push('apiVpcEndpoints: got nothing, allowed: at least one VPC endpoint, since httpApi is private');
  if (httpApi === 'private' && apiAuthorization === 'jwt')
    problems.push(
      'apiAuthorization: got "jwt", allowed: iam or none, since REST APIs check no JWTs and httpApi is private',
    );
  if (httpApi === 'public' && (apiDomainName === '') !== (apiCertificate === ''))
    problems.push('apiDomainName, apiCertificate: got one of them, allowed: both or none');
  return problems;
}

function signInProblems(settings: Settings): string[] {
  const { apiAuthorization, httpApi, signInClientId, signInCognitoDomain, signInIssuer } = settings;
  const problems: string[] = [];
  const ofIssuer = given(settings, ['signInClientId', 'signInClientSecretArn']);
  const others = given(settings, [
    'signInRolesClaim',
    'signInReadValues',
    'signInRunValues',
    'signInAnnotateValues',
    'signInMinutes',
  ]);
  if (signInIssuer === '')
    for (const name of ofIssuer) problems.push(`${name}: got a value, allowed: only with signInIssuer`);
  if (!hasSignIn(settings)) {
    for (const name of others)
      problems.push(
        `${name}: got ${JSON.stringify(settings[name])}, allowed: only with signInIssuer or signInCognitoDomain`,
      );
    return problems;
  }
  if (signInIssuer !== '' && signInCognitoDomain !== '')
    problems.push('signInIssuer, signInCognitoDomain: got both, allowed: one of the two');
  if (signInIssuer !== '' && signInClientId === '')
    problems.push('signInClientId: got nothing, allowed: the id of a client of signInIssuer');
  if (httpApi !== 'public')
    problems.push(`httpApi: got "${httpApi}", allowed: public, since people sign in with a browser`);
  if (apiAuthorization === 'none')
    problems.push('apiAuthorization: got "none", allowed: iam or jwt, since people sign in with a browser');
  return problems;
}

function networkProblems(settings: Settings): string[] {
  const { closeDefaultSecurityGroup, fixedAddresses, vpcFlowLogs, vpcId, vpcSubnetIds } = settings;
  const problems: string[] = [];
  if (vpcId !== '' && fixedAddresses > 0)
    problems.push(`fixedAddresses: got ${fixedAddresses}, allowed: 0 with vpcId, as they come with a VPC of their own`);
  if (vpcId !== '' && vpcSubnetIds.length === 0)
    problems.push('vpcSubnetIds: got nothing, allowed: at least one subnet of vpcId');
  if (vpcId === '' && vpcSubnetIds.length > 0)
    problems.push('vpcSubnetIds: got without vpcId, allowed: only with the VPC that they belong to');
  for (const [name, on] of Object.entries({ vpcFlowLogs, closeDefaultSecurityGroup }))
    if (on && fixedAddresses === 0)
      problems.push(`${name}: got true, allowed: only with fixedAddresses, for the VPC that they come with`);
  return problems;
}

function storageProblems({ tableName, tableStreamArn, tableKey, backupVault, backupDays }: Settings): string[] {
  const problems: string[] = [];
  if (backupVault !== '' && backupDays === 0)
    problems.push('backupVault: got without backupDays, allowed: only with a retention of 1 day or more');
  const stream = 'aws dynamodb describe-table --query Table.LatestStreamArn';
  if (tableName === '')
    for (const [name, value] of Object.entries({ tableStreamArn, tableKey }))
      if (value !== '') problems.push(`${name}: got without tableName, allowed: only for an existing table`);
  if (tableName !== '' && tableStreamArn === '')
    problems.push(`tableStreamArn: got nothing, allowed: the stream of tableName (${stream})`);
  const isKnown = tableName !== '' && ![tableName, tableStreamArn].some((value) => Token.isUnresolved(value));
  if (isKnown && tableStreamArn !== '' && !tableStreamArn.includes(`:table/${tableName}/stream/`))
    problems.push(
      `tableStreamArn: got ${JSON.stringify(tableStreamArn)}, allowed: a stream of the table ${tableName} (${stream})`,
    );
  return problems;
}

function lakeProblems({ lakeBucket, lakeBucketKey }: Settings): string[] {
  if (lakeBucketKey === '' || (lakeBucket !== '' && lakeBucket !== 'new')) return [];
  return ['lakeBucketKey: got without an existing lakeBucket, allowed: only for an existing bucket'];
}

function evidenceProblems(settings: Settings): string[] {
  const { evidenceBucket } = settings;
  const wrong = (names: readonly (keyof Settings)[], allowed: string) =>
    given(settings, names).map((name) => `${name}: got ${JSON.stringify(settings[name])}, allowed: ${allowed}`);
  if (evidenceBucket === '')
    return wrong(
      ['evidenceBucketKey', 'evidenceLockMode', 'evidenceLockYears', 'auditorPrincipal'],
      'only with evidenceBucket',
    );
  return evidenceBucket === 'new'
    ? wrong(['evidenceBucketKey'], 'only for an existing evidenceBucket')
    : wrong(
        ['evidenceLockMode', 'evidenceLockYears'],
        'only with evidenceBucket=new; an existing one has its own lock',
      );
}

/** The alarms must still find the last run when the next one is due. */
function retentionProblems({ runRetentionDays, schedule, timeZone }: Settings): string[] {
  const gapDays = Math.ceil((longestMinutesBetween(schedule, timeZone) ?? 0) / 1_440);
  if (runRetentionDays > gapDays || Token.isUnresolved(runRetentionDays)) return [];
  const allowed = `at least ${gapDays + 1} (${schedule} runs up to ${gapDays} days apart)`;
  return [`runRetentionDays: got ${runRetentionDays}, allowed: ${allowed}`];
}
