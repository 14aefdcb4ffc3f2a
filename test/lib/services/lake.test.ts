// The lake as a stack makes it: the bucket, the table of Glue, the workgroup and its questions.
import { expect, test } from 'vitest';
import { COLUMNS } from '../../../functions/lake/columns.ts';
import { fileOf } from '../../../functions/lake/layout.ts';
import { lakeSettings } from '../../../functions/runtime/settings.ts';
import { LAKE_QUERIES } from '../../../lib/data/lake-queries.ts';
import { readSettings } from '../../../lib/settings/read-settings.ts';
import { templateOf } from '../template.ts';

const EXISTING = { lakeBucket: 'company-lake', lakeBucketKey: 'arn:aws:kms:eu-west-1:111111111111:key/abc' };
const BUCKET = { Ref: expect.stringMatching(/^LakeStorageBucket/) };

function onlyOf(type: string, given: Record<string, unknown>) {
  const found = Object.values(templateOf(given).findResources(type));
  expect(found).toHaveLength(1);
  return found[0] as { Properties: Record<string, unknown>; DeletionPolicy?: string };
}

/** A text with what only AWS knows in angle brackets. */
const textOf = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : (value as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1]
        .map((part) => (typeof part === 'string' ? part : '<bucket>'))
        .join('');

test('none without the setting', () => {
  const types = Object.values(templateOf().toJSON().Resources as Record<string, { Type: string }>).map(
    ({ Type }) => Type,
  );
  expect(types.filter((type) => /S3|Glue|Athena/.test(type))).toEqual([]);
});

test('the bucket is private, encrypted, kept, over TLS only; results of queries go after a week, days as jobs do', () => {
  const { Properties, DeletionPolicy } = onlyOf('AWS::S3::Bucket', { lakeBucket: 'new', jobRetentionDays: 730 });
  expect(DeletionPolicy).toBe('Retain');
  expect(Properties).toMatchObject({
    PublicAccessBlockConfiguration: {
      ...{ BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true },
    },
    OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    },
    LifecycleConfiguration: {
      Rules: [
        { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
        { Prefix: 'AtlasRestoreLedger/athena/', ExpirationInDays: 7 },
        { Prefix: 'AtlasRestoreLedger/changes/', ExpirationInDays: 730 },
      ],
    },
  });
  const forever = onlyOf('AWS::S3::Bucket', { lakeBucket: 'new' }).Properties as Record<string, { Rules: unknown[] }>;
  expect(forever.LifecycleConfiguration?.Rules).toHaveLength(2);
  const policy = JSON.stringify(onlyOf('AWS::S3::BucketPolicy', { lakeBucket: 'new' }));
  expect(policy).toContain('"aws:SecureTransport":"false"');
  expect(policy).toContain('"s3:TlsVersion":1.2');
});

test("a customer's key encrypts the bucket and the results of queries", () => {
  const given = { lakeBucket: 'new', encryption: 'new' };
  const key = { 'Fn::GetAtt': [expect.stringMatching(/^EncryptionKey/), 'Arn'] };
  expect(onlyOf('AWS::S3::Bucket', given).Properties).toMatchObject({
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [
        {
          BucketKeyEnabled: true,
          ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key },
        },
      ],
    },
  });
  expect(onlyOf('AWS::Athena::WorkGroup', given).Properties).toMatchObject({
    WorkGroupConfiguration: {
      ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'SSE_KMS', KmsKey: key } },
    },
  });
});

test('an existing bucket is written to, and not touched otherwise', () => {
  const template = templateOf(EXISTING);
  expect(template.findResources('AWS::S3::Bucket')).toEqual({});
  expect(template.findResources('AWS::S3::BucketPolicy')).toEqual({});
  template.hasResourceProperties('AWS::Athena::WorkGroup', {
    WorkGroupConfiguration: {
      ResultConfiguration: {
        OutputLocation: 's3://company-lake/AtlasRestoreLedger/athena/',
        EncryptionConfiguration: { EncryptionOption: 'SSE_KMS', KmsKey: EXISTING.lakeBucketKey },
      },
    },
  });
});

test('the table of Glue has the columns of the files, and finds the days where they are written', () => {
  const { TableInput } = onlyOf('AWS::Glue::Table', { lakeBucket: 'new' }).Properties as Record<string, unknown>;
  const { PartitionKeys, Parameters, StorageDescriptor } = TableInput as {
    PartitionKeys: { Name: string; Type: string }[];
    Parameters: Record<string, unknown>;
    StorageDescriptor: { Columns: { Name: string; Type: string; Comment: string }[]; Location: unknown };
  };
  expect(StorageDescriptor.Columns.map(({ Name, Type }) => ({ name: Name, type: Type }))).toEqual(
    COLUMNS.map(({ name, type }) => ({ name, type })),
  );
  for (const { Name, Comment } of StorageDescriptor.Columns) {
    expect(Comment.length, Name).toBeLessThanOrEqual(255); // as Glue takes them
    expect(Name, 'as Athena spells it').toMatch(/^[a-z][a-z0-9_]*$/);
  }
  expect(PartitionKeys).toMatchObject([{ Name: 'day', Type: 'string' }]);
  expect(Parameters).toMatchObject({
    'projection.enabled': 'true',
    'projection.day.type': 'date',
    'projection.day.format': 'yyyy-MM-dd',
    'projection.day.range': '2026-01-01,NOW',
    'projection.day.interval.unit': 'DAYS',
  });
  const { LAKE_PREFIX } = environmentOf();
  const place = textOf(Parameters['storage.location.template']).replace(`\${day}`, '2026-11-28');
  expect(`${place}changes.parquet`).toBe(`s3://<bucket>/${LAKE_PREFIX}${fileOf('2026-11-28')}`);
});

test('the workgroup bounds what a query reads, puts results into the bucket, and has six questions', () => {
  const template = templateOf({ lakeBucket: 'new' });
  template.hasResourceProperties('AWS::Athena::WorkGroup', {
    Name: 'AtlasRestoreLedger-lake',
    WorkGroupConfiguration: {
      EnforceWorkGroupConfiguration: true,
      BytesScannedCutoffPerQuery: 10 * 1024 ** 3,
      ResultConfiguration: {
        ExpectedBucketOwner: { Ref: 'AWS::AccountId' },
        EncryptionConfiguration: { EncryptionOption: 'SSE_S3' },
      },
    },
  });
  const queries = Object.values(template.findResources('AWS::Athena::NamedQuery')).map(({ Properties }) => Properties);
  expect(queries.map(({ Name }) => Name).sort()).toEqual(LAKE_QUERIES.map(({ name }) => name).sort());
  expect(queries).toHaveLength(6);
  for (const { Database, WorkGroup } of queries) {
    expect(Database).toBe('atlasrestoreledger');
    expect(WorkGroup).toEqual({ Ref: expect.stringMatching(/^LakeCatalogWorkGroup/) });
  }
});

function environmentOf(given: Record<string, unknown> = { lakeBucket: 'new' }) {
  const [, found] =
    Object.entries(templateOf(given).findResources('AWS::Lambda::Function')).find(([id]) =>
      id.startsWith('LakeFunction'),
    ) ?? [];
  return found?.Properties.Environment.Variables as Record<string, string>;
}

test('the function understands its environment, and runs every six hours', () => {
  const objectives = 'prod-*/orders = rto 60m, rpo 24h';
  const environment = environmentOf({ lakeBucket: 'new', objectives });
  expect(environment).toMatchObject({ LAKE_BUCKET: BUCKET, LAKE_BUCKET_OWNER: { Ref: 'AWS::AccountId' } });
  const known = { ...environment, TABLE_NAME: 't', LAKE_BUCKET: 'b', LAKE_BUCKET_OWNER: '111111111111' };
  expect(lakeSettings(known)).toMatchObject({ bucket: 'b', prefix: 'AtlasRestoreLedger/changes/' });
  expect(lakeSettings(known).objectives.lines).toHaveLength(1);
  const schedules = Object.entries(templateOf({ lakeBucket: 'new' }).findResources('AWS::Scheduler::Schedule'));
  expect(schedules.find(([id]) => id.startsWith('LakeSchedule'))?.[1].Properties).toMatchObject({
    ScheduleExpression: 'rate(6 hours)',
    Target: { Input: '{}' },
  });
});

test('three alarms: on failures, on a day that is missing or on silence, and on jobs that are left out', () => {
  const alarms = Object.values(templateOf({ lakeBucket: 'new' }).findResources('AWS::CloudWatch::Alarm'));
  const of = (name: string) => alarms.find(({ Properties }) => String(Properties.AlarmName).endsWith(`-${name}`));
  expect(of('LakeErrors')?.Properties).toMatchObject({ MetricName: 'Errors' });
  expect(of('LakeBehind')).toMatchObject({
    Properties: { MetricName: 'LakeDaysMissing', Period: 43_200, TreatMissingData: 'breaching', Threshold: 1 },
    DependsOn: expect.arrayContaining([expect.stringMatching(/^LakeSchedule/)]),
  });
  expect(of('LakeJobsLeftOut')?.Properties).toMatchObject({ MetricName: 'LakeJobsLeftOut', Threshold: 1 });
});

test.each([
  [{ lakeBucket: 'Not_A_Bucket' }, 'lakeBucket: got "Not_A_Bucket", allowed: new, or the name of an S3 bucket'],
  [{ lakeBucketKey: EXISTING.lakeBucketKey }, 'lakeBucketKey: got without an existing lakeBucket'],
  [{ ...EXISTING, lakeBucket: 'new' }, 'lakeBucketKey: got without an existing lakeBucket'],
  [
    { role: 'hub', organizationId: 'o-exampleorg', lakeBucket: 'new' },
    'lakeBucket: got "new", allowed: only with role=single or spoke',
  ],
])('%j is refused', (ledger, problem) => {
  expect(() => readSettings({ ledger })).toThrow(problem);
});
