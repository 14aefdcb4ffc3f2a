// Evidence as a stack makes it: the bucket and its lock, the signing key, the auditor's role, the function and its alarms.
import { describe, expect, test } from 'vitest';
import { apiSettings, evidenceSettings, reportSettings } from '../../../functions/runtime/settings.ts';
import { readSettings } from '../../../lib/settings/read-settings.ts';
import { templateOf } from '../template.ts';

const NEW = { evidenceBucket: 'new' };
const EXISTING = {
  evidenceBucket: 'company-evidence',
  evidenceBucketKey: 'arn:aws:kms:eu-west-1:111111111111:key/abc',
};
const KEY = { 'Fn::GetAtt': [expect.stringMatching(/^EvidenceSigningKey/), 'Arn'] };

interface Found {
  Properties: Record<string, unknown>;
  DeletionPolicy?: string;
  DependsOn?: string[];
}
function find(type: string, given: Record<string, unknown>, id = /./): Found[] {
  const found = templateOf(given).findResources(type) as Record<string, Found>;
  return Object.entries(found).flatMap(([name, each]) => (id.test(name) ? [each] : []));
}
function onlyOf(type: string, given: Record<string, unknown>, id?: RegExp): Found {
  const found = find(type, given, id);
  expect(found).toHaveLength(1);
  return found[0] ?? expect.unreachable();
}

test('none without the setting', () => {
  const resources = templateOf().toJSON().Resources as Record<string, { Type: string }>;
  expect(Object.entries(resources).filter(([id, { Type }]) => /Evidence/.test(id) || /S3|KMS/.test(Type))).toEqual([]);
});

test('the bucket is locked, versioned, private, over TLS only, and kept whatever the settings say; no evidence expires', () => {
  const { Properties, DeletionPolicy } = onlyOf('AWS::S3::Bucket', { ...NEW, removalPolicy: 'delete' });
  expect(DeletionPolicy).toBe('Retain');
  expect(Properties).toMatchObject({
    ObjectLockEnabled: true,
    ObjectLockConfiguration: {
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 7 * 366 } },
    },
    VersioningConfiguration: { Status: 'Enabled' },
    PublicAccessBlockConfiguration: {
      ...{ BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true },
    },
    OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    },
  });
  const { Rules } = Properties.LifecycleConfiguration as { Rules: object[] };
  expect(Rules).toMatchObject([
    { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
    {
      ...{ Prefix: 'AtlasRestoreLedger/requested/', ExpirationInDays: 2 },
      NoncurrentVersionExpiration: { NoncurrentDays: 1 },
    },
    { Transitions: [{ StorageClass: 'GLACIER_IR', TransitionInDays: 90 }] },
  ]);
  const [, , ...ofEvidence] = Rules as unknown as object[];
  expect(JSON.stringify(ofEvidence)).not.toContain('Expiration');
  const policy = JSON.stringify(onlyOf('AWS::S3::BucketPolicy', NEW));
  expect(policy).toContain('"aws:SecureTransport":"false"');
  expect(policy).toContain('"s3:TlsVersion":1.2');
});

test('the lock is as long and as strict as it is asked for, and a customer’s key encrypts the bucket', () => {
  const given = { ...NEW, evidenceLockMode: 'compliance', evidenceLockYears: 10, encryption: 'new' };
  expect(onlyOf('AWS::S3::Bucket', given).Properties).toMatchObject({
    ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 3_660 } } },
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [
        {
          BucketKeyEnabled: true,
          ServerSideEncryptionByDefault: {
            SSEAlgorithm: 'aws:kms',
            KMSMasterKeyID: { 'Fn::GetAtt': [expect.stringMatching(/^EncryptionKey/), 'Arn'] },
          },
        },
      ],
    },
  });
});

test('an existing bucket is added to, and not touched otherwise', () => {
  expect(find('AWS::S3::Bucket', EXISTING)).toEqual([]);
  expect(find('AWS::S3::BucketPolicy', EXISTING)).toEqual([]);
});

test('the signing key is P-256, for signatures alone, and kept', () => {
  for (const given of [NEW, EXISTING, { ...NEW, removalPolicy: 'delete' }])
    expect(onlyOf('AWS::KMS::Key', given)).toMatchObject({
      Properties: { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' },
      DeletionPolicy: 'Retain',
    });
});

test.each([
  ['222222222222', [':iam::222222222222:root']],
  ['arn:aws:iam::222222222222:role/Auditor', 'arn:aws:iam::222222222222:role/Auditor'],
])('the role of an auditor is for %s', (auditorPrincipal, expected) => {
  const role = onlyOf('AWS::IAM::Role', { ...NEW, auditorPrincipal }, /^EvidenceAuditor/).Properties;
  const { Statement } = role.AssumeRolePolicyDocument as { Statement: object[] };
  expect(Statement).toMatchObject([{ Action: 'sts:AssumeRole', Effect: 'Allow' }]);
  expect(JSON.stringify(Statement)).toContain([expected].flat()[0]);
  expect(Object.keys(templateOf({ ...NEW, auditorPrincipal }).findOutputs('AuditorRoleArn'))).toHaveLength(1);
  expect(find('AWS::IAM::Role', NEW, /^EvidenceAuditor/)).toEqual([]);
});

test('the function understands its environment, and runs every hour', () => {
  const given = { ...NEW, objectives: 'prod-*/orders = rto 60m, rpo 24h' };
  const { Properties } = onlyOf('AWS::Lambda::Function', given, /^EvidenceFunction/);
  const { Variables } = Properties.Environment as { Variables: Record<string, string> };
  expect(Variables).toMatchObject({ EVIDENCE_BUCKET_OWNER: { Ref: 'AWS::AccountId' }, SIGNING_KEY_ARN: KEY });
  // What anchors state of the retention is the setting, off included.
  expect(Variables.ANCHOR_RETENTION_DAYS).toBe('0');
  const kept = onlyOf('AWS::Lambda::Function', { ...NEW, jobRetentionDays: 365 }, /^EvidenceFunction/);
  expect(kept.Properties.Environment).toMatchObject({ Variables: { ANCHOR_RETENTION_DAYS: '365' } });
  const known = { ...Variables, TABLE_NAME: 't', EVIDENCE_BUCKET: 'b', EVIDENCE_BUCKET_OWNER: '111111111111' };
  const settings = evidenceSettings({ ...known, SIGNING_KEY_ARN: 'arn' });
  expect(settings.bucket).toEqual({ bucket: 'b', owner: '111111111111', prefix: 'AtlasRestoreLedger/evidence/' });
  expect(settings.objectives.lines).toHaveLength(1);
  expect(Properties).toMatchObject({ Timeout: 900, EphemeralStorage: { Size: 2_048 } });
  expect(onlyOf('AWS::Scheduler::Schedule', NEW, /^EvidenceSchedule/).Properties).toMatchObject({
    ScheduleExpression: 'rate(1 hour)',
  });
});

test('four alarms: on failures, on a day that is not anchored or on silence, on findings for a day, and on a missing report', () => {
  const of = (name: string) =>
    find('AWS::CloudWatch::Alarm', NEW).find(({ Properties }) => String(Properties.AlarmName).endsWith(`-${name}`));
  expect(of('EvidenceErrors')?.Properties).toMatchObject({ MetricName: 'Errors' });
  expect(of('AnchorOverdue')).toMatchObject({
    Properties: {
      ...{ MetricName: 'AnchorAgeDays', Statistic: 'Minimum', Period: 21_600, Threshold: 1 },
      TreatMissingData: 'breaching',
    },
    DependsOn: expect.arrayContaining([expect.stringMatching(/^EvidenceSchedule/)]),
  });
  expect(of('AnchorFindings')?.Properties).toMatchObject({
    ...{ MetricName: 'AnchorFindings', Statistic: 'Maximum', Period: 86_400, Threshold: 1 },
    AlarmDescription: expect.stringMatching(/^CRITICAL: .*#anchor-findings$/),
  });
  expect(of('ReportsMissing')?.Properties).toMatchObject({ Statistic: 'Minimum', Period: 21_600, Threshold: 1 });
});

describe('reports that are asked for', () => {
  test('the function and the API understand their environments; a made bucket locks reports for a day, another as it does', () => {
    const settingsIn = (given: Record<string, unknown>) => {
      const of = (id: RegExp) => {
        const { Variables } = onlyOf('AWS::Lambda::Function', given, id).Properties.Environment as {
          Variables: Record<string, unknown>;
        };
        const texts = Object.entries(Variables).map(([name, value]) => [name, typeof value === 'string' ? value : 'x']);
        return Object.fromEntries(texts) as Record<string, string>;
      };
      return {
        report: reportSettings(of(/^ReportsReportFunction/)),
        api: apiSettings(of(/^ApiHandlerFunction/)).reports,
      };
    };
    const place = { bucket: 'x', owner: 'x', prefix: 'AtlasRestoreLedger/requested/' };
    const made = settingsIn({ ...NEW, objectives: 'prod-*/orders = rto 60m, rpo 24h' });
    expect(made.report).toMatchObject({ bucket: { ...place, lockMs: 24 * 3_600_000 } });
    expect(made.report.objectives.lines).toHaveLength(1);
    expect(made.api).toEqual({ functionName: 'x', bucket: place });
    expect(settingsIn(EXISTING).report.bucket).toEqual({ ...place, bucket: 'company-evidence', lockMs: undefined });
  });

  test('an event is tried twice, is kept where that fails, and both are alarms', () => {
    const [config] = find('AWS::Lambda::EventInvokeConfig', NEW, /^ReportsReport/);
    expect(config?.Properties).toMatchObject({
      ...{ MaximumRetryAttempts: 1, MaximumEventAgeInSeconds: 1_200 },
      DestinationConfig: {
        OnFailure: { Destination: { 'Fn::GetAtt': [expect.stringMatching(/^ReportsDeadLetters/), 'Arn'] } },
      },
    });
    expect(onlyOf('AWS::Lambda::Function', NEW, /^ReportsReportFunction/).Properties).toMatchObject({
      ...{ Timeout: 900, EphemeralStorage: { Size: 2_048 } },
    });
    const of = (name: string) =>
      find('AWS::CloudWatch::Alarm', NEW).find(({ Properties }) => String(Properties.AlarmName).endsWith(`-${name}`));
    expect(of('ReportErrors')?.Properties).toMatchObject({ MetricName: 'Errors' });
    expect(of('ReportsDeadLettered')?.Properties).toMatchObject({ MetricName: 'ApproximateNumberOfMessagesVisible' });
  });

  test('there are none without an API', () => {
    expect(find('AWS::Lambda::Function', { ...NEW, httpApi: 'none' }, /^Reports/)).toEqual([]);
  });
});

test.each([
  [{ evidenceBucket: 'Not_A_Bucket' }, 'evidenceBucket: got "Not_A_Bucket", allowed: new, or the name of an S3 bucket'],
  [{ ...EXISTING, evidenceBucket: 'new' }, 'evidenceBucketKey: got'],
  [{ evidenceLockMode: 'compliance' }, 'evidenceLockMode: got "compliance", allowed: only with evidenceBucket'],
  [{ ...EXISTING, evidenceLockYears: 3 }, 'evidenceLockYears: got 3, allowed: only with evidenceBucket=new'],
  [{ auditorPrincipal: '222222222222' }, 'auditorPrincipal: got "222222222222", allowed: only with evidenceBucket'],
  [{ ...NEW, auditorPrincipal: '*' }, 'auditorPrincipal: got "*"'],
  [{ ...NEW, auditorPrincipal: 'arn:aws:iam::222222222222:role/*' }, 'auditorPrincipal: got'],
  [{ ...NEW, evidenceLockYears: 0 }, 'evidenceLockYears: got 0'],
  [
    { role: 'hub', organizationId: 'o-exampleorg', ...NEW },
    'evidenceBucket: got "new", allowed: only with role=single or spoke',
  ],
])('%j is refused', (ledger, problem) => {
  expect(() => readSettings({ ledger })).toThrow(problem);
});
