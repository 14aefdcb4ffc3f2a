import { describe, expect, test } from 'vitest';
import { grants, nameOf, plain } from './grants.ts';
import { templateOf } from './template.ts';

/** DynamoDB has no ARN for it. */
const LISTS_STREAMS = 'dynamodb:ListStreams on *';

describe('each role may do exactly this', () => {
  const found = grants();

  test('plan: what is known of projects, run items, orders, the secret', () => {
    expect(found.CollectionPlanRole).toEqual([
      'dynamodb:BatchGetItem on LedgerTable',
      'dynamodb:DescribeTable on LedgerTable',
      'dynamodb:GetItem on LedgerTable',
      'dynamodb:PutItem on LedgerTable',
      'dynamodb:Query on LedgerTable',
      'dynamodb:Query on LedgerTable/index/byStatus',
      'dynamodb:Query on LedgerTable/index/feed',
      'dynamodb:UpdateItem on LedgerTable',
      'logs:CreateLogStream on CollectionPlanLogs',
      'logs:PutLogEvents on CollectionPlanLogs',
      'secretsmanager:GetSecretValue on CredentialsSecret',
      'sqs:SendMessage on CollectionPlanDeadLetters',
      'sqs:SendMessage on CollectionQueue',
    ]);
  });

  test('collect: jobs, coverage and run items; orders to carry out and to give; the secret', () => {
    expect(found.CollectionCollectRole).toEqual([
      'dynamodb:BatchGetItem on LedgerTable',
      'dynamodb:GetItem on LedgerTable',
      'dynamodb:PutItem on LedgerTable',
      'dynamodb:Query on LedgerTable',
      'dynamodb:Query on LedgerTable/index/byCluster',
      'dynamodb:Query on LedgerTable/index/byStatus',
      'dynamodb:Query on LedgerTable/index/feed',
      'dynamodb:UpdateItem on LedgerTable',
      'logs:CreateLogStream on CollectionCollectLogs',
      'logs:PutLogEvents on CollectionCollectLogs',
      'secretsmanager:GetSecretValue on CredentialsSecret',
      'sqs:DeleteMessage on CollectionQueue',
      'sqs:GetQueueAttributes on CollectionQueue',
      'sqs:ReceiveMessage on CollectionQueue',
      'sqs:SendMessage on CollectionQueue',
    ]);
  });

  test('api: reads; adds and starts runs; announces restores, annotates jobs, and writes nothing else of them; no secret', () => {
    const onlyRuns =
      'where {"ForAllValues:StringLike":{"dynamodb:LeadingKeys":["RUN#*"]},"Null":{"dynamodb:LeadingKeys":"false"}}';
    const onlyAnnotations = `where ${JSON.stringify({
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['PROJECT#*', 'VERDICTS'] },
      'ForAllValues:StringEquals': {
        'dynamodb:Attributes': [
          ...['pk', 'sk', 'revision', 'changedAt', 'changes'],
          ...['validation', 'annotation', 'annotationCount'],
        ],
      },
      StringEquals: { 'dynamodb:ReturnValues': 'NONE' },
      Null: { 'dynamodb:LeadingKeys': 'false', 'dynamodb:Attributes': 'false' },
    })}`;
    const announcing = {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['EXPECTED#*'] },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    };
    const onlyWithdrawing = {
      ...announcing,
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'sk', 'withdrawn', 'revision'] },
      StringEquals: { 'dynamodb:ReturnValues': 'NONE' },
      Null: { 'dynamodb:LeadingKeys': 'false', 'dynamodb:Attributes': 'false' },
    };
    const { Null, ...rest } = onlyWithdrawing;
    const onlyDays = onlyAnnotations
      .replace(/"dynamodb:LeadingKeys":\[[^\]]*\]/, '"dynamodb:LeadingKeys":["ANNOTATED"]')
      .replace(/"dynamodb:Attributes":\[[^\]]*\]/, '"dynamodb:Attributes":["pk","sk","at"]');
    expect(found.ApiHandlerRole).toEqual([
      'dynamodb:BatchGetItem on LedgerTable',
      'dynamodb:GetItem on LedgerTable',
      `dynamodb:PutItem on LedgerTable where ${JSON.stringify(announcing)}`,
      `dynamodb:PutItem on LedgerTable ${onlyRuns}`,
      'dynamodb:Query on LedgerTable',
      'dynamodb:Query on LedgerTable/index/byCluster',
      'dynamodb:Query on LedgerTable/index/byStatus',
      'dynamodb:Query on LedgerTable/index/feed',
      'dynamodb:Scan on LedgerTable/index/feed',
      `dynamodb:UpdateItem on LedgerTable ${onlyDays}`,
      `dynamodb:UpdateItem on LedgerTable where ${JSON.stringify({ ...rest, Null })}`,
      `dynamodb:UpdateItem on LedgerTable ${onlyAnnotations}`,
      'lambda:InvokeFunction on CollectionPlanFunction',
      'logs:CreateLogStream on ApiHandlerLogs',
      'logs:PutLogEvents on ApiHandlerLogs',
    ]);
  });

  test.each([
    [
      'jwt without scopes for it',
      { apiAuthorization: 'jwt', jwtIssuer: 'https://issuer.example.com', jwtAudience: 'a' },
      false,
    ],
    [
      'jwt with scopes for it',
      {
        ...{ apiAuthorization: 'jwt', jwtIssuer: 'https://issuer.example.com', jwtAudience: 'a' },
        jwtAnnotateScopes: 'annotate',
      },
      true,
    ],
    ['callers that are not known', { apiAuthorization: 'none', apiOpenToEveryone: true }, false],
  ])('api with %s: annotating', (_, given, may) => {
    expect(grants(given).ApiHandlerRole?.some((line) => line.startsWith('dynamodb:UpdateItem'))).toBe(may);
    const functions = JSON.stringify(templateOf(given).findResources('AWS::Lambda::Function'));
    expect(functions.includes('"ANNOTATIONS":"true"')).toBe(may);
  });

  test('notify: reads the stream, puts events on the bus; says where in the stream it failed; no table, no secret', () => {
    expect(found.ChangeFeedNotifyRole).toEqual([
      'dynamodb:DescribeStream on LedgerTable/stream',
      'dynamodb:GetRecords on LedgerTable/stream',
      'dynamodb:GetShardIterator on LedgerTable/stream',
      LISTS_STREAMS,
      'events:PutEvents on ChangeFeedBus',
      'logs:CreateLogStream on ChangeFeedNotifyLogs',
      'logs:PutLogEvents on ChangeFeedNotifyLogs',
      'sqs:SendMessage on ChangeFeedUnpublished',
    ]);
  });

  test('message: publishes to its topic; reads jobs, and writes items of its own; no secret', () => {
    const onlyMessages =
      'where {"ForAllValues:StringLike":{"dynamodb:LeadingKeys":["MESSAGE#*"]},"Null":{"dynamodb:LeadingKeys":"false"}}';
    expect(found.MessagesMessageRole).toEqual([
      'dynamodb:GetItem on LedgerTable',
      `dynamodb:PutItem on LedgerTable ${onlyMessages}`,
      'logs:CreateLogStream on MessagesMessageLogs',
      'logs:PutLogEvents on MessagesMessageLogs',
      'sns:Publish on MessagesTopic',
      'sqs:DeleteMessage on MessagesQueue',
      'sqs:GetQueueAttributes on MessagesQueue',
      'sqs:ReceiveMessage on MessagesQueue',
      'sqs:SendMessage on MessagesQueue',
    ]);
  });

  test.each([
    [{}, 'rule/ChangeFeedBus/*'],
    [{ encryption: 'new', eventBus: 'company' }, 'rule/company/*'],
    [{ eventBus: 'default' }, 'rule/*'],
  ])('EventBridge: the queues for messages, for rules on the bus alone, and before these: %j', (given, rules) => {
    const template = templateOf(given);
    const policies = Object.values(template.findResources('AWS::SQS::QueuePolicy'));
    const statements: { Effect: string; Condition: { ArnLike: object } }[] = policies.flatMap(
      ({ Properties }) => Properties.PolicyDocument.Statement,
    );
    const allowed = statements.filter(({ Effect }) => Effect === 'Allow');
    expect(allowed).toHaveLength(2);
    for (const statement of allowed) {
      expect(statement).toMatchObject({ Action: 'sqs:SendMessage', Principal: { Service: 'events.amazonaws.com' } });
      expect(nameOf(Object.values(statement.Condition.ArnLike)[0])).toBe(
        `arn:AWS::Partition:events:AWS::Region:AWS::AccountId:${rules}`,
      );
    }
    for (const { DependsOn } of Object.values(template.findResources('AWS::Events::Rule'))) {
      expect(DependsOn.map(plain)).toEqual(
        expect.arrayContaining(['MessagesQueuePolicy', 'MessagesUndeliveredPolicy']),
      );
    }
  });

  test('the schedule: plan, and the queue for what it could not start', () => {
    expect(found.CollectionScheduleRole).toEqual([
      'lambda:InvokeFunction on CollectionPlanFunction',
      'sqs:SendMessage on CollectionPlanDeadLetters',
    ]);
  });

  test('the schedule of checks: plan', () => {
    expect(found.MonitoringChecksRole).toEqual(['lambda:InvokeFunction on CollectionPlanFunction']);
  });

  test('and there is no other role, and no policy of AWS on any', () => {
    const roles = templateOf().findResources('AWS::IAM::Role');
    expect(Object.keys(roles).map(plain).sort()).toEqual(Object.keys(found).sort());
    for (const { Properties } of Object.values(roles)) expect(Properties).not.toHaveProperty('ManagedPolicyArns');
  });
});

test('retention: reads; writes what is known of projects, days and totals; deletes in projects, as no other role may', () => {
  const where = (...keys: string[]) =>
    `where {"ForAllValues:StringLike":{"dynamodb:LeadingKeys":${JSON.stringify(keys)}},"Null":{"dynamodb:LeadingKeys":"false"}}`;
  const { RetentionRole, RetentionScheduleRole, ...others } = grants({ jobRetentionDays: 365 });
  expect(RetentionRole).toEqual([
    'dynamodb:BatchGetItem on LedgerTable',
    `dynamodb:DeleteItem on LedgerTable ${where('PROJECT#*', 'VERDICTS')}`,
    'dynamodb:GetItem on LedgerTable',
    `dynamodb:PutItem on LedgerTable ${where('PROJECT#*', 'DAYS', 'TOTALS')}`,
    'dynamodb:Query on LedgerTable',
    'dynamodb:Query on LedgerTable/index/byCluster',
    'dynamodb:Query on LedgerTable/index/feed',
    `dynamodb:UpdateItem on LedgerTable ${where('PROJECT#*', 'DAYS', 'TOTALS')}`,
    'logs:CreateLogStream on RetentionLogs',
    'logs:PutLogEvents on RetentionLogs',
  ]);
  expect(RetentionScheduleRole).toEqual(['lambda:InvokeFunction on RetentionFunction']);
  expect(others).toEqual(grants());
  expect(Object.values(others).flat().join()).not.toMatch(/dynamodb:(Delete|BatchWrite)/);
});

test('lake: finds what changed, puts files of days in their places; reads no file, deletes none, and writes nothing to the table', () => {
  const where = (...keys: string[]) =>
    `where {"ForAllValues:StringLike":{"dynamodb:LeadingKeys":${JSON.stringify(keys)}},"Null":{"dynamodb:LeadingKeys":"false"}}`;
  const { LakeRole, LakeScheduleRole, ...others } = grants({ lakeBucket: 'new' });
  const files = 'AtlasRestoreLedger/changes/*';
  expect(LakeRole).toEqual([
    `dynamodb:BatchGetItem on LedgerTable ${where('PROJECT#*', 'DAYS')}`,
    `dynamodb:Query on LedgerTable ${where('DAYS', 'ANNOTATED')}`,
    'dynamodb:Query on LedgerTable/index/feed',
    'logs:CreateLogStream on LakeLogs',
    'logs:PutLogEvents on LakeLogs',
    `s3:ListBucket on LakeStorageBucket where {"StringLike":{"s3:prefix":"${files}"}}`,
    `s3:PutObject on LakeStorageBucket/${files}`,
  ]);
  expect(LakeScheduleRole).toEqual(['lambda:InvokeFunction on LakeFunction']);
  expect(others).toEqual(grants());
  const keyArn = 'arn:aws:kms:eu-west-1:111111111111:key/abc';
  const { LakeRole: ofExisting = [] } = grants({ lakeBucket: 'ours', lakeBucketKey: keyArn });
  expect(ofExisting.filter((line) => /s3|kms/.test(line))).toEqual([
    `kms:GenerateDataKey on ${keyArn}`,
    `s3:ListBucket on arn:AWS::Partition:s3:::ours where {"StringLike":{"s3:prefix":"${files}"}}`,
    `s3:PutObject on arn:AWS::Partition:s3:::ours/${files}`,
  ]);
});

test('evidence: reads the table, adds files to their places and signs; deletes nothing, changes no lock, writes nothing to the table', () => {
  const files = 'AtlasRestoreLedger/evidence/*';
  const given = { evidenceBucket: 'new', auditorPrincipal: '222222222222' };
  const { EvidenceRole, EvidenceScheduleRole, EvidenceAuditor, ...others } = grants({ ...given, httpApi: 'none' });
  expect(EvidenceRole).toEqual([
    'dynamodb:BatchGetItem on LedgerTable',
    'dynamodb:GetItem on LedgerTable',
    'dynamodb:Query on LedgerTable',
    'dynamodb:Query on LedgerTable/index/byCluster',
    'dynamodb:Query on LedgerTable/index/byStatus',
    'dynamodb:Query on LedgerTable/index/feed',
    'dynamodb:Scan on LedgerTable',
    'dynamodb:Scan on LedgerTable/index/feed',
    'kms:GetPublicKey on EvidenceSigningKey',
    'kms:Sign on EvidenceSigningKey',
    'logs:CreateLogStream on EvidenceLogs',
    'logs:PutLogEvents on EvidenceLogs',
    `s3:GetObject on EvidenceStorageBucket/${files}`,
    `s3:ListBucket on EvidenceStorageBucket where {"StringLike":{"s3:prefix":"${files}"}}`,
    `s3:PutObject on EvidenceStorageBucket/${files}`,
  ]);
  expect(EvidenceScheduleRole).toEqual(['lambda:InvokeFunction on EvidenceFunction']);
  expect(EvidenceAuditor).toEqual([
    'kms:GetPublicKey on EvidenceSigningKey',
    'kms:Verify on EvidenceSigningKey',
    `s3:GetObject on EvidenceStorageBucket/${files}`,
    `s3:GetObjectRetention on EvidenceStorageBucket/${files}`,
    `s3:ListBucket on EvidenceStorageBucket where {"StringLike":{"s3:prefix":"${files}"}}`,
  ]);
  expect(others).toEqual(grants({ httpApi: 'none' }));
  const keyArn = 'arn:aws:kms:eu-west-1:111111111111:key/abc';
  const { EvidenceRole: ofExisting = [] } = grants({ evidenceBucket: 'ours', evidenceBucketKey: keyArn });
  expect(ofExisting.filter((line) => line.endsWith(keyArn))).toEqual([
    `kms:Decrypt on ${keyArn}`,
    `kms:GenerateDataKey on ${keyArn}`,
  ]);
});

describe('reports that are asked for of the API', () => {
  const files = 'EvidenceStorageBucket/AtlasRestoreLedger/requested/*';
  const onlyReports =
    'where {"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["REPORTS"]},"Null":{"dynamodb:LeadingKeys":"false"}}';
  const given = { evidenceBucket: 'new' };

  test('report: reads the table, writes how reports stand, signs, and puts reports under their prefix; reads no file', () => {
    const { ReportsReportRole } = grants(given);
    expect(ReportsReportRole).toEqual([
      'dynamodb:BatchGetItem on LedgerTable',
      'dynamodb:GetItem on LedgerTable',
      `dynamodb:PutItem on LedgerTable ${onlyReports}`,
      'dynamodb:Query on LedgerTable',
      'dynamodb:Query on LedgerTable/index/byCluster',
      'dynamodb:Query on LedgerTable/index/byStatus',
      'dynamodb:Query on LedgerTable/index/feed',
      'dynamodb:Scan on LedgerTable/index/feed',
      'kms:GetPublicKey on EvidenceSigningKey',
      'kms:Sign on EvidenceSigningKey',
      'logs:CreateLogStream on ReportsReportLogs',
      'logs:PutLogEvents on ReportsReportLogs',
      `s3:PutObject on ${files}`,
      `s3:PutObjectRetention on ${files}`,
      'sqs:SendMessage on ReportsDeadLetters',
    ]);
  });

  test('api: records what is asked for, has it made and reads it, and nothing else of the bucket', () => {
    const { ApiHandlerRole = [] } = grants(given);
    const before = new Set(grants().ApiHandlerRole);
    expect(ApiHandlerRole.filter((line) => !before.has(line))).toEqual([
      `dynamodb:PutItem on LedgerTable ${onlyReports}`,
      'lambda:InvokeFunction on ReportsReportFunction',
      `s3:GetObject on ${files}`,
    ]);
  });

  test('an existing bucket: its own lock, and its key for what each does', () => {
    const keyArn = 'arn:aws:kms:eu-west-1:111111111111:key/abc';
    const { ReportsReportRole = [], ApiHandlerRole = [] } = grants({
      evidenceBucket: 'ours',
      evidenceBucketKey: keyArn,
    });
    const of = (lines: string[]) => lines.filter((line) => line.startsWith('s3') || line.endsWith(keyArn));
    const ours = 'arn:AWS::Partition:s3:::ours/AtlasRestoreLedger/requested/*';
    expect(of(ReportsReportRole)).toEqual([`kms:GenerateDataKey on ${keyArn}`, `s3:PutObject on ${ours}`]);
    expect(of(ApiHandlerRole)).toEqual([`kms:Decrypt on ${keyArn}`, `s3:GetObject on ${ours}`]);
  });
});

test('existing secrets: those, and the key that they are encrypted with', () => {
  const key = 'arn:aws:kms:eu-west-1:111111111111:key/abc';
  const secrets = ['atlas/one', 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:atlas/two-AbCdEf'];
  const { CollectionCollectRole = [], ApiHandlerRole = [] } = grants({ secrets, secretKeys: [key] });
  expect(CollectionCollectRole.filter((line) => /secret|kms/.test(line))).toEqual([
    `kms:Decrypt on ${key}`,
    'secretsmanager:GetSecretValue on arn:AWS::Partition:secretsmanager:AWS::Region:AWS::AccountId:secret:atlas/one-??????',
    'secretsmanager:GetSecretValue on arn:aws:secretsmanager:eu-west-1:111111111111:secret:atlas/two-AbCdEf',
  ]);
  expect(ApiHandlerRole.filter((line) => /secret|kms/.test(line))).toEqual([]);
});

test("a customer's key: its use, and for nobody kms:*", () => {
  const found = grants({ encryption: 'new' });
  expect(found.ApiHandlerRole?.filter((line) => line.startsWith('kms'))).toEqual([
    'kms:Decrypt on EncryptionKey',
    'kms:DescribeKey on EncryptionKey',
    'kms:Encrypt on EncryptionKey',
    'kms:GenerateDataKey on EncryptionKey',
  ]);
  expect(JSON.stringify(found).replace(LISTS_STREAMS, '')).not.toMatch(/:\*| on \*/);
  const ofKey = (role: string) => new Set(found[role]?.filter((line) => line.startsWith('kms')));
  const sends = ['kms:Decrypt on EncryptionKey', 'kms:GenerateDataKey on EncryptionKey'];
  expect(ofKey('ChangeFeedNotifyRole')).toEqual(new Set(sends));
  const keeps = ['kms:DescribeKey on EncryptionKey', 'kms:Encrypt on EncryptionKey'];
  expect(ofKey('MessagesMessageRole')).toEqual(new Set([...sends, ...keeps]));
});

test('an existing bus and an existing topic: those, and no other', () => {
  const eventBus = 'arn:aws:events:eu-west-1:111111111111:event-bus/company';
  const messageTopic = 'arn:aws:sns:eu-west-1:111111111111:dba';
  const { ChangeFeedNotifyRole = [], MessagesMessageRole = [] } = grants({ eventBus, messageTopic });
  expect(ChangeFeedNotifyRole).toContain(`events:PutEvents on ${eventBus}`);
  expect(MessagesMessageRole.filter((line) => line.startsWith('sns'))).toEqual([`sns:Publish on ${messageTopic}`]);
});

test('with every option, only services without ARNs are granted on everything', () => {
  const found = grants({ tracing: true, fixedAddresses: 1, encryption: 'new' });
  const onEverything = new Set(
    Object.values(found)
      .flat()
      .filter((line) => line.endsWith(' on *') && line !== LISTS_STREAMS),
  );
  expect(
    [...onEverything].map((line) => line.split(':')[0]).filter((service) => service !== 'ec2' && service !== 'xray'),
  ).toEqual([]);
});

test('a private API: its function may do the same, and no other role is added', () => {
  const found = grants({ httpApi: 'private', apiVpcEndpoints: ['vpce-0123456789abcdef0'] });
  expect(found).toEqual(grants());
});

test('without an API: every other role may do the same', () => {
  const { ApiHandlerRole: _, ...others } = grants();
  expect(grants({ httpApi: 'none' })).toEqual(others);
});

test('flow logs: their own log group, for this account only', () => {
  const given = { fixedAddresses: 1, vpcFlowLogs: true };
  expect(grants(given).NetworkFlowLogsRole).toEqual([
    'logs:CreateLogStream on NetworkFlowLogs',
    'logs:DescribeLogStreams on NetworkFlowLogs',
    'logs:PutLogEvents on NetworkFlowLogs',
  ]);
  const roles = Object.entries(templateOf(given).findResources('AWS::IAM::Role'));
  const [, role] = roles.find(([id]) => id.startsWith('NetworkFlowLogsRole')) ?? [];
  expect(role?.Properties.AssumeRolePolicyDocument.Statement).toMatchObject([
    { Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } } },
  ]);
});

test('a permissions boundary is on every role', () => {
  const boundary = 'arn:aws:iam::111111111111:policy/boundary';
  const roles = Object.values(templateOf({ permissionsBoundary: boundary }).findResources('AWS::IAM::Role'));
  expect(new Set(roles.map(({ Properties }) => Properties.PermissionsBoundary))).toEqual(new Set([boundary]));
});
